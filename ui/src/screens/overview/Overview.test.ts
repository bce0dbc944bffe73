import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { SyncView } from '../../backend';
import { start } from '../../state/account.svelte';
import { answers, asked, change } from '../../testing/shell';
import Overview from './Overview.svelte';

const person = userEvent.setup();
const calm: SyncView = { state: 'up_to_date', waiting_changes: 0, conflicts: 0, refused: 0, current_at: 0, progress: null, folder_problem: null, damage: null, certificate: null };
const overview = {
  display_name: 'Anna Kowalska',
  username: 'anna',
  primary_email: 'anna@example.org',
  primary_email_confirmed: true,
  live_devices: 1,
  devices_on_probation: 0,
  unreached_devices: 0,
  pending_emails: [],
  conflicts: [],
  refused: [],
  on_probation: [],
  second_factor_on: false,
  few_recovery_codes: false,
  sign_ins: [],
  last_looked_at: 0,
  since: [],
};

describe('a damaged copy', () => {
  it.each([
    [0, 'None of your changes were lost.'],
    [1, 'One change that had not been sent yet was lost.'],
    [null, 'Changes that had not been sent yet may be lost. Check what you changed last.'],
  ])('is told with %s changes lost, until it is read', async (lost_changes, sentence) => {
    let sync: SyncView = { ...calm, damage: { lost_changes } };
    answers['overview'] = () => overview;
    answers['leave_overview'] = () => null;
    answers['sync_status'] = () => sync;
    answers['stage'] = () => ({ stage: 'first_start' });
    answers['preferences'] = () => ({ theme: 'system', language: null, stay_in_tray: false, text_size: null });
    answers['dismiss_damage'] = () => {
      sync = calm;
      return null;
    };
    await start();
    render(Overview);
    expect(await screen.findByText(sentence)).toBeTruthy();
    await person.click(screen.getByRole('button', { name: 'Got it' }));
    await change('sync');
    await vi.waitFor(() => expect(screen.queryByText(sentence)).toBeNull());
    expect(asked.filter(({ command }) => command === 'dismiss_damage')).toHaveLength(1);
  });
});
