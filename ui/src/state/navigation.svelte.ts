// Which screen is shown.
import { tick } from 'svelte';
import { component, readLater } from '../screens/components';
import { hush } from './announcement.svelte';

export const screens = ['overview', 'profile', 'preferences', 'sign_in', 'password', 'passkeys', 'sessions', 'review', 'activity', 'mail', 'users'] as const;
export type Screen = (typeof screens)[number];

/** Whose places the sidebar shows: the own account's, or the server's. */
export type House = 'account' | 'administration';

const current = $state<{ screen: Screen; house: House }>({ screen: 'overview', house: 'account' });

let asked: Screen = current.screen;

export const navigation = {
  get screen() {
    return current.screen;
  },
  get house() {
    return current.house;
  },
};

export function isScreen(name: string): name is Screen {
  return (screens as readonly string[]).includes(name);
}

/** The settings are the app's, and at home in both. */
function houseOf(screen: Screen): House {
  if (screen === 'preferences') return current.house;
  return screen === 'users' ? 'administration' : 'account';
}

/** Shows `screen` and puts the focus on its heading, where reading begins. */
export async function go(screen: Screen): Promise<void> {
  asked = screen;
  if (component(screen) === undefined) await readLater();
  // Another was asked for meanwhile.
  if (asked !== screen) return;
  if (screen !== current.screen) hush();
  current.house = houseOf(screen);
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
  current.house = 'account';
}
