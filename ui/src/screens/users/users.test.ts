import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Stage, UserRow, UserView } from '../../backend';
import { loadStage } from '../../state/account.svelte';
import { announcement } from '../../state/announcement.svelte';
import { answerStepUp, stepUp } from '../../state/step_up.svelte';
import { answers, asked, lastGiven, refuse } from '../../testing/shell';
import Users from './Users.svelte';

const person = userEvent.setup({ delay: null });
const server = { on_this_computer: false, name: 'accounts.example.org', sign_up: true, mail_delivery: null, mail_folder: null };
const stage = (administrator: boolean): Stage => ({ stage: 'signed_in', server, display_name: 'Anna Kern', username: 'anna', language: 'en', time_zone: 'Europe/Warsaw', administrator });
const anna: UserRow = { id: 'a', username: 'anna', display_name: 'Anna Kern', email: 'anna@example.org', role: 'administrator', own: true };
const bruno: UserRow = { id: 'b', username: 'bruno', display_name: 'Bruno Maly', email: null, role: 'person', own: false };
let view: UserView;

beforeEach(async () => {
  answers['stage'] = () => stage(true);
  await loadStage();
  answers['users'] = () => ({ users: [anna, bruno], next: null, open_seconds: 600 });
  view = {
    ...bruno,
    emails: [{ address: 'bruno@example.org', primary: true, confirmed: true }],
    second_factor_on: true,
    secured: false,
    created_at: 0,
    last_active_at: null,
    live_devices: 2,
    open_seconds: 600,
  };
  answers['user'] = () => view;
});

afterEach(() => vi.useRealTimers());

async function edit(name: string): Promise<void> {
  render(Users);
  await person.click(within(await screen.findByRole('row', { name })).getByRole('button', { name: 'Edit' }));
  await screen.findByRole('heading', { name: 'Basic info' });
}

describe('the list of users', () => {
  it('opens with the proof, and nothing of it stays when that is over', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const open = answers['users'];
    answers['users'] = refuse('step_up_needed');
    render(Users);
    const button = await screen.findByRole('button', { name: 'Open Administration' });
    expect(screen.queryByText('Bruno Maly')).toBeNull();
    await person.click(button);
    await vi.waitFor(() => expect(stepUp.asking).toBe(true));
    if (open) answers['users'] = open;
    answerStepUp(true);
    expect(await screen.findByText('Bruno Maly')).toBeTruthy();
    expect(screen.getByText('anna@example.org')).toBeTruthy();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await screen.findByRole('button', { name: 'Open Administration' })).toBeTruthy();
    expect(screen.queryByText('Bruno Maly')).toBeNull();
  });

  it('says so when there is no connection, and shows nothing from before', async () => {
    render(Users);
    await screen.findByText('Bruno Maly');
    answers['users'] = refuse('unreachable');
    await person.type(screen.getByRole('searchbox', { name: 'Search' }), 'x{Enter}');
    expect(await screen.findByText('Administration needs a connection')).toBeTruthy();
    expect(screen.queryByText('Bruno Maly')).toBeNull();
    answers['users'] = () => ({ users: [bruno], next: null, open_seconds: 600 });
    await person.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Bruno Maly')).toBeTruthy();
  });

  it('is gone at once when the role is', async () => {
    render(Users);
    await screen.findByText('Bruno Maly');
    answers['stage'] = () => stage(false);
    await loadStage();
    expect(await screen.findByText('You are not an administrator of this server')).toBeTruthy();
    expect(screen.queryByText('Bruno Maly')).toBeNull();
  });

  it('is not shown to somebody whom the server knows better', async () => {
    answers['users'] = refuse('administrators_only');
    render(Users);
    expect(await screen.findByText('You are not an administrator of this server')).toBeTruthy();
  });

  it('is searched, and grows page by page', async () => {
    answers['users'] = (given) => {
      const { search, after } = given as unknown as { search: string; after: string | null };
      if (search === 'zzz') return { users: [], next: null, open_seconds: 600 };
      return after === null ? { users: [anna], next: 'anna', open_seconds: 600 } : { users: [bruno], next: null, open_seconds: 600 };
    };
    render(Users);
    await screen.findByText('Anna Kern');
    expect(screen.queryByText('Bruno Maly')).toBeNull();
    await person.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await screen.findByText('Bruno Maly')).toBeTruthy();
    expect(lastGiven('users')).toEqual({ search: '', after: 'anna' });
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
    await person.type(screen.getByRole('searchbox', { name: 'Search' }), 'zzz{Enter}');
    expect(await screen.findByText(/No matches/)).toBeTruthy();
    await person.keyboard('{Escape}');
    expect(await screen.findByText('Anna Kern')).toBeTruthy();
    expect(lastGiven('users')).toEqual({ search: '', after: null });
  });

  it('names what can not be searched for beside the field', async () => {
    render(Users);
    await screen.findByText('Bruno Maly');
    answers['users'] = refuse('invalid_fields', [{ field: 'search', code: 'too_long' }]);
    const field = screen.getByRole('searchbox', { name: 'Search' });
    await person.type(field, 'x{Enter}');
    await vi.waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
    expect(screen.getByText('Bruno Maly')).toBeTruthy();
  });
});

describe('one user', () => {
  it('gets a reset started by a dialog that names them, and nobody types a password', async () => {
    answers['start_password_reset'] = () => 'bruno@example.org';
    await edit('Bruno Maly');
    expect(screen.getByText('bruno')).toBeTruthy();
    await person.click(screen.getByRole('button', { name: 'Start a password reset' }));
    const dialog = screen.getByRole('dialog', { name: 'Start a password reset for Bruno Maly?' });
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(dialog.querySelector('input')).toBeNull();
    expect(within(dialog).getByText(/send a link to bruno@example.org/)).toBeTruthy();
    await person.click(within(dialog).getByRole('button', { name: 'Send the e-mail' }));
    await vi.waitFor(() => expect(announcement.sentence).toContain('Only Bruno Maly will know the new password'));
    expect(lastGiven('start_password_reset')).toEqual({ id: 'b' });
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('says in minutes when there were enough of those mails', async () => {
    answers['start_password_reset'] = refuse('too_many_attempts', [], 3541);
    await edit('Bruno Maly');
    await person.click(screen.getByRole('button', { name: 'Start a password reset' }));
    await person.click(screen.getByRole('button', { name: 'Send the e-mail' }));
    expect(await screen.findByText('Bruno Maly has had several of these e-mails. You can send the next one in 60 minutes.')).toBeTruthy();
  });

  it('gets no link without a confirmed address', async () => {
    view = { ...view, emails: [{ address: 'bruno@example.org', primary: true, confirmed: false }] };
    await edit('Bruno Maly');
    expect(screen.getByText(/Bruno Maly has no confirmed e-mail address/)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Start a password reset' }).disabled).toBe(true);
  });

  it('who said “It wasn’t me” can be given a new password', async () => {
    view = { ...view, secured: true };
    await edit('Bruno Maly');
    expect(screen.getByText('Bruno Maly said “It wasn’t me”')).toBeTruthy();
    const disabled = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name }).disabled;
    expect(['Start a password reset', 'Reset two-step sign-in', 'Sign out all devices'].map(disabled)).toEqual([false, false, false]);
  });

  it('is told apart after an act, and asked for the proof where it is over', async () => {
    answers['reset_user_second_factor'] = refuse('step_up_needed');
    await edit('Bruno Maly');
    await person.click(screen.getByRole('button', { name: 'Reset two-step sign-in' }));
    const dialog = screen.getByRole('dialog', { name: 'Reset two-step sign-in for Bruno Maly?' });
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Cancel' }));
    await person.click(within(dialog).getByRole('button', { name: 'Reset two-step sign-in' }));
    await vi.waitFor(() => expect(stepUp.asking).toBe(true));
    answers['reset_user_second_factor'] = () => 2;
    view = { ...view, second_factor_on: false, live_devices: 0 };
    answerStepUp(true);
    expect(await screen.findByText('Two-step sign-in is off')).toBeTruthy();
    expect(screen.getByText('Two-step sign-in of Bruno Maly is off, and all devices are signed out.')).toBeTruthy();
    expect(screen.getByText('No device is signed in')).toBeTruthy();
  });

  it('is signed out everywhere', async () => {
    answers['end_user_devices'] = () => 2;
    await edit('Bruno Maly');
    await person.click(screen.getByRole('button', { name: 'Sign out all devices' }));
    const dialog = screen.getByRole('dialog', { name: 'Sign out all devices of Bruno Maly?' });
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Cancel' }));
    await person.click(within(dialog).getByRole('button', { name: 'Sign out all devices' }));
    expect(await screen.findByText('2 devices of Bruno Maly are signed out.')).toBeTruthy();
  });

  it('changes the own password with the current one', async () => {
    view = { ...view, ...anna };
    answers['password'] = () => ({ changed_at: null, second_factor_on: false, minimum: 12, maximum: 30, other_devices: 1, spoiled: false });
    answers['check_password'] = () => ({ rules: [], strength: { score: 3, guesses_log10: 11 }, minimum_with_second_factor: null });
    answers['change_password'] = refuse('invalid_fields', [{ field: 'current_password', code: 'wrong_password' }]);
    await edit('Anna Kern');
    expect(screen.queryByRole('button', { name: 'Reset two-step sign-in' })).toBeNull();
    await person.click(screen.getByRole('button', { name: 'Change password' }));
    const dialog = await screen.findByRole('dialog', { name: 'Change password' });
    const current = within(dialog).getByLabelText<HTMLInputElement>('Current password');
    expect(document.activeElement).toBe(current);
    await person.type(current, 'old');
    await person.type(within(dialog).getByLabelText('New password'), 'Brass-kettle-41');
    await person.type(within(dialog).getByLabelText('Password again'), 'Brass-kettle-41{Enter}');
    expect(await within(dialog).findByText('Wrong password.')).toBeTruthy();
    answers['change_password'] = () => ({ ended_devices: 0 });
    await person.type(current, '{Enter}');
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(lastGiven('change_password')).toEqual({
      form: { current_password: 'old', new_password: 'Brass-kettle-41', repeat: 'Brass-kettle-41', code: null, end_other_sessions: true },
    });
    expect(screen.getByText('Your password has been changed.')).toBeTruthy();
    await tick();
    expect(asked.some(({ command }) => command === 'start_password_reset')).toBe(false);
  });

  it('is left for the list', async () => {
    await edit('Bruno Maly');
    await person.click(screen.getByRole('button', { name: 'All users' }));
    expect(await screen.findByRole('heading', { name: 'Users' })).toBeTruthy();
    expect(screen.getByText('Anna Kern')).toBeTruthy();
  });
});
