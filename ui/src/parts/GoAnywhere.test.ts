import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import GoAnywhere from './GoAnywhere.svelte';
import { onEscape } from './escape';

// jsdom has none.
Element.prototype.scrollIntoView ??= () => {};

const toInputMethod = [
  ['Enter, while it composes', { key: 'Enter', isComposing: true }],
  ['Enter, by its old code', { key: 'Enter', keyCode: 229 }],
  ['an arrow, while it composes', { key: 'ArrowDown', isComposing: true }],
] as const;

it.each(toInputMethod)('leaves keys of an input method alone: %s', async (_, keys) => {
  const onclose = vi.fn();
  render(GoAnywhere, { onclose, onsignout: () => {} });
  const box = screen.getByRole('combobox', { hidden: true });
  expect(await fireEvent.keyDown(box, keys)).toBe(true);
  expect(onclose).not.toHaveBeenCalled();
});

it('cancels no form with the Escape that dismisses a candidate', async () => {
  const act = vi.fn();
  const form = document.createElement('form');
  const stop = onEscape(act)(form);
  await fireEvent.keyDown(form, { key: 'Escape', isComposing: true });
  expect(act).not.toHaveBeenCalled();
  await fireEvent.keyDown(form, { key: 'Escape' });
  expect(act).toHaveBeenCalledOnce();
  stop?.();
});
