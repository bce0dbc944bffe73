// Which screen is shown.
import { tick } from 'svelte';
import { component, readLater } from '../screens/components';
import { hush } from './announcement.svelte';

export const screens = ['overview', 'profile', 'contacts', 'preferences', 'password', 'second_factor', 'sessions', 'review', 'activity', 'mail', 'users'] as const;
export type Screen = (typeof screens)[number];

const current = $state<{ screen: Screen }>({ screen: 'overview' });

let asked: Screen = current.screen;

export const navigation = {
  get screen() {
    return current.screen;
  },
};

export function isScreen(name: string): name is Screen {
  return (screens as readonly string[]).includes(name);
}

/** Shows `screen` and puts the focus on its heading, where reading begins. */
export async function go(screen: Screen): Promise<void> {
  asked = screen;
  if (component(screen) === undefined) await readLater();
  // Another was asked for meanwhile.
  if (asked !== screen) return;
  if (screen !== current.screen) hush();
  current.screen = screen;
  await tick();
  focusHeading();
}

export function focusHeading(): void {
  document.querySelector<HTMLElement>('h1')?.focus();
}

/** Back to where a new sign-in begins. */
export function reset(): void {
  asked = current.screen = 'overview';
}
