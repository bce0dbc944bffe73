import type { Attachment } from 'svelte/attachments';
import { isComposing } from './composing';

/** Calls `act` when Escape is pressed anywhere inside the form. */
export function onEscape(act: () => unknown): Attachment<HTMLElement> {
  return (element) => {
    const keyed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !isComposing(event)) act();
    };
    element.addEventListener('keydown', keyed);
    return () => element.removeEventListener('keydown', keyed);
  };
}
