// How large everything in the window is. The shell sees to it; it is one of the preferences.
import { account, setPreferences } from './account.svelte';

/** In percent of the usual size. */
export const textSizes = [75, 90, 100, 110, 125, 150, 175, 200] as const;

const usual = 100;

export function textSize(): number {
  return account.preferences.text_size ?? usual;
}

/** What a wheel has to turn for a step, in pixels: less than a notch, and more than a finger's tremble on a touchpad. */
const step = 40;

/** The next size above or below, or the same where there is none. */
function next(direction: 1 | -1): number {
  const size = textSize();
  const further = direction === 1 ? textSizes.find((other) => other > size) : textSizes.findLast((other) => other < size);
  return further ?? size;
}

function take(size: number): void {
  if (size !== textSize()) void setPreferences({ ...account.preferences, text_size: size });
}

/** Control or Command with plus, minus or zero. */
export function sizeByKey(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  // Plus needs Shift on some keyboards; the key is meant all the same.
  if (event.key === '+' || event.key === '=') take(next(1));
  else if (event.key === '-') take(next(-1));
  else if (event.key === '0') take(usual);
  else return;
  event.preventDefault();
}

let turned = 0;

/** The wheel with Control, and two fingers on a touchpad, which the system tells as that. */
export function sizeByWheel(event: WheelEvent): void {
  if (!event.ctrlKey) return;
  event.preventDefault();
  turned += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : Math.sign(event.deltaY) * step;
  if (Math.abs(turned) < step) return;
  take(next(turned < 0 ? 1 : -1));
  turned = 0;
}
