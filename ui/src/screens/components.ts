// The component of each screen: the first one's is there from the start, the others' once they are read.
import type { Component } from 'svelte';
import type { Screen } from '../state/navigation.svelte';
import Overview from './overview/Overview.svelte';

type Later = typeof import('./later');

let later: Later | undefined;

/** Reads the screens that the start does not wait for. */
export async function readLater(): Promise<Later> {
  later = await import('./later');
  return later;
}

/** The component of `screen`; `undefined` before it is read. */
export function component(screen: Screen): Component | undefined {
  return screen === 'overview' ? Overview : later?.[screen];
}
