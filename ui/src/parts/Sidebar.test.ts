import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, expect, it, vi } from 'vitest';
import type { Stage, SyncView } from '../backend';
import { readLater } from '../screens/components';
import { start } from '../state/account.svelte';
import { go, reset } from '../state/navigation.svelte';
import { answers } from '../testing/shell';
import Sidebar from './Sidebar.svelte';

const person = userEvent.setup();
const folded = vi.hoisted(() => ({ current: false }));
vi.mock('./narrow', () => ({ narrow: folded }));

type SignedIn = Extract<Stage, { stage: 'signed_in' }>;

const stageOf = (administrator: boolean): SignedIn => ({
  stage: 'signed_in',
  server: { on_this_computer: true, name: '', sign_up: true, mail_delivery: 'smtp', mail_folder: null },
  username: 'anna',
  display_name: 'Anna Kowalska',
  language: 'en',
  time_zone: 'Europe/Berlin',
  administrator,
});

/** Shows the sidebar to somebody who is an administrator or not. */
async function shown(administrator: boolean): Promise<void> {
  const stage = stageOf(administrator);
  const sync: SyncView = { state: 'up_to_date', waiting_changes: 0, conflicts: 2, refused: 0, current_at: 0, progress: null, folder_problem: null, damage: null, certificate: null };
  answers['stage'] = () => stage;
  answers['sync_status'] = () => sync;
  answers['preferences'] = () => ({ theme: 'system', language: null, stay_in_tray: false, text_size: null });
  await start();
  render(Sidebar, { stage, onsearch: () => {}, onsignout: () => {} });
}

// All screens are compiled here, not read from a file that was built.
beforeAll(readLater, 60_000);

const places = () => screen.getAllByRole('link').map((link) => link.title || link.querySelector('.folds')?.textContent);

it.each([false, true])('names each place once, folded to icons: %s', async (narrow) => {
  folded.current = narrow;
  await shown(true);
  const account = document.querySelector('.who');
  const said = narrow ? account?.getAttribute('title') : account?.textContent?.replace('AK', '');
  expect(said?.replace(/\s+/g, ' ').trim()).toBe('Account: Anna Kowalska, This computer');
  for (const control of document.querySelectorAll('nav a, .foot > a, .search, .pill, .who')) {
    // Where it is folded, the style sheet hides the words, and the tooltip is the name.
    expect(control.hasAttribute('title'), control.outerHTML).toBe(narrow);
    for (const words of control.querySelectorAll('span')) expect(words.textContent === '' || words.matches('.folds, .folds *, [aria-hidden]'), words.outerHTML).toBe(true);
  }
  const overview = screen.getByRole('link', { current: 'page' });
  const named = narrow ? overview.title : [...overview.querySelectorAll('.folds')].map((words) => words.textContent).join('');
  expect(named).toBe('Overview, 2 changes need your decision');
});

it('shows an administrator another house, and the way back out of it', async () => {
  folded.current = false;
  reset();
  await shown(true);
  expect(places()).toEqual(['Overview', 'Profile', 'Password and sign-in', 'Devices', 'Activity', 'Mail', 'Administration', 'Settings']);
  await person.click(screen.getByRole('link', { name: 'Administration' }));
  await vi.waitFor(() => expect(places()).toEqual(['Back to my account', 'Users', 'Settings']));
  // The settings belong to neither house, and lead out of none.
  await person.click(screen.getByRole('link', { name: 'Settings' }));
  await vi.waitFor(() => expect(screen.getByRole('link', { name: 'Settings' }).getAttribute('aria-current')).toBe('page'));
  expect(places()).toEqual(['Back to my account', 'Users', 'Settings']);
  await person.click(screen.getByRole('link', { name: /^Back to my account/ }));
  await vi.waitFor(() => expect(places()).toContain('Devices'));
});

it('shows nobody else that there is such a house', async () => {
  folded.current = false;
  reset();
  await shown(false);
  expect(places()).not.toContain('Administration');
  // A role that was taken away takes its house with it.
  await go('users');
  expect(places()).toContain('Devices');
  reset();
});

it('marks the place that a screen was opened from', async () => {
  reset();
  await shown(false);
  await go('password');
  await vi.waitFor(() => expect(screen.getByRole('link', { name: 'Password and sign-in' }).getAttribute('aria-current')).toBe('true'));
  reset();
});
