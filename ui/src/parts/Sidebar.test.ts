import { render, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import type { Stage, SyncView } from '../backend';
import { start } from '../state/account.svelte';
import { answers } from '../testing/shell';
import Sidebar from './Sidebar.svelte';

const folded = vi.hoisted(() => ({ current: false }));
vi.mock('./narrow', () => ({ narrow: folded }));

it.each([false, true])('names each place once, folded to icons: %s', async (narrow) => {
  folded.current = narrow;
  const stage: Extract<Stage, { stage: 'signed_in' }> = {
    stage: 'signed_in',
    server: { on_this_computer: true, name: '', sign_up: true, mail_delivery: 'smtp', mail_folder: null },
    username: 'anna',
    display_name: 'Anna Kowalska',
    language: 'en',
    time_zone: 'Europe/Berlin',
    administrator: true,
  };
  const sync: SyncView = { state: 'up_to_date', waiting_changes: 0, conflicts: 2, refused: 0, current_at: 0, progress: null, folder_problem: null, damage: null, certificate: null };
  answers['stage'] = () => stage;
  answers['sync_status'] = () => sync;
  answers['preferences'] = () => ({ theme: 'system', language: null, stay_in_tray: false, text_size: null });
  await start();
  render(Sidebar, { stage, onsearch: () => {}, onsignout: () => {} });
  const account = document.querySelector('.who');
  const said = narrow ? account?.getAttribute('title') : account?.textContent?.replace('AK', '');
  expect(said?.replace(/\s+/g, ' ').trim()).toBe('Account: Anna Kowalska, This computer');
  for (const control of document.querySelectorAll('nav a, .search, .pill, .who')) {
    // Where it is folded, the style sheet hides the words, and the tooltip is the name.
    expect(control.hasAttribute('title'), control.outerHTML).toBe(narrow);
    for (const words of control.querySelectorAll('span')) expect(words.textContent === '' || words.matches('.folds, .folds *, [aria-hidden]'), words.outerHTML).toBe(true);
  }
  const overview = screen.getByRole('link', { current: 'page' });
  const named = narrow ? overview.title : [...overview.querySelectorAll('.folds')].map((words) => words.textContent).join('');
  expect(named).toBe('Overview, 2 changes need your decision');
});
