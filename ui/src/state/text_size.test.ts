import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Preferences } from '../backend';
import { answers, asked, lastGiven } from '../testing/shell';
import { setPreferences } from './account.svelte';
import { sizeByKey, sizeByWheel } from './text_size';

const usual = { theme: 'system', language: null, stay_in_tray: false, text_size: null } as const;

/** What is asked for since, once it has arrived. */
async function size(): Promise<unknown> {
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0));
  return (lastGiven('set_preferences') as { preferences: Preferences }).preferences.text_size;
}

beforeEach(async () => {
  answers['preferences'] = () => (lastGiven('set_preferences') as { preferences: Preferences } | undefined)?.preferences ?? usual;
  answers['set_preferences'] = () => null;
  await setPreferences(usual);
  asked.length = 0;
});

describe('text size', () => {
  it.each([
    ['+', 110],
    ['=', 110],
    ['-', 90],
  ])('changes with Control and %s', async (key, expected) => {
    sizeByKey(new KeyboardEvent('keydown', { key, ctrlKey: true }));
    expect(await size()).toBe(expected);
  });

  it('ends at the largest, and returns to the usual', async () => {
    await setPreferences({ ...usual, text_size: 200 });
    asked.length = 0;
    sizeByKey(new KeyboardEvent('keydown', { key: '+', ctrlKey: true }));
    expect(asked).toEqual([]);
    sizeByKey(new KeyboardEvent('keydown', { key: '0', metaKey: true }));
    expect(await size()).toBe(100);
  });

  it('leaves other keys and a wheel without Control alone', () => {
    const keys = [{ key: '+' }, { key: '-', ctrlKey: true, altKey: true }, { key: 'k', ctrlKey: true }];
    for (const key of keys) sizeByKey(new KeyboardEvent('keydown', key));
    sizeByWheel(new WheelEvent('wheel', { deltaY: 120 }));
    expect(asked).toEqual([]);
  });

  it('takes a step for a notch of the wheel, and for as much in small parts', async () => {
    sizeByWheel(new WheelEvent('wheel', { deltaY: -53, ctrlKey: true }));
    expect(await size()).toBe(110);
    asked.length = 0;
    const touch = { deltaY: 15, ctrlKey: true, cancelable: true };
    for (let part = 0; part < 2; part += 1) sizeByWheel(new WheelEvent('wheel', touch));
    expect(asked).toEqual([]);
    const last = new WheelEvent('wheel', touch);
    sizeByWheel(last);
    expect(last.defaultPrevented).toBe(true);
    expect(await size()).toBe(100);
  });
});
