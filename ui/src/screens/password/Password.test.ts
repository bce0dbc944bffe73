import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PasswordView } from '../../backend';
import { announcement } from '../../state/announcement.svelte';
import { navigation, reset } from '../../state/navigation.svelte';
import { resetLink } from '../../state/reset_link.svelte';
import { answers, lastGiven, refuse } from '../../testing/shell';
import { readLater } from '../components';
import Password from './Password.svelte';

const person = userEvent.setup();
let view: PasswordView;

beforeEach(() => {
  view = { changed_at: null, second_factor_on: false, minimum: 15, maximum: 256, other_devices: 2, spoiled: false };
  answers['password'] = () => view;
  answers['check_password'] = () => ({ rules: [], strength: { score: 3, guesses_log10: 11 }, minimum_with_second_factor: null });
});

async function fill(): Promise<HTMLInputElement> {
  render(Password);
  const current = await screen.findByLabelText<HTMLInputElement>('Current password');
  await person.type(current, 'old');
  await person.type(screen.getByLabelText('New password'), 'brass kettle');
  await person.type(screen.getByLabelText('Password again'), 'brass kettle');
  return current;
}

describe('changing the password', () => {
  it.each([1, 0])('leads on to the review where something is suspended (%s)', async (count) => {
    await readLater();
    reset();
    view = { ...view, spoiled: true };
    answers['change_password'] = () => ({ ended_devices: 0 });
    const guard = { guard: { kind: 'recovery_codes' }, label: null, added_at: 0, new: false, device_name: null, address: null };
    answers['trust'] = () => ({ on_probation: false, primary_address: null, trusted_devices: 0, spoiled: false, suspended: Array(count).fill(guard) });
    const current = await fill();
    await person.type(current, '{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('Your password has been changed.'));
    expect(navigation.screen).toBe(count > 0 ? 'review' : 'overview');
  });

  it('signs out the other devices unless it is told not to, and leaves no password behind', async () => {
    answers['change_password'] = () => ({ ended_devices: 2 });
    const current = await fill();
    expect(screen.getByText('2 other devices. This one stays signed in.')).toBeTruthy();
    await person.type(current, '{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toContain('2 devices are signed out'));
    expect(lastGiven('change_password')).toEqual({
      form: { current_password: 'old', new_password: 'brass kettle', repeat: 'brass kettle', code: null, end_other_sessions: true },
    });
    expect(['Current password', 'New password', 'Password again'].map((label) => screen.getByLabelText<HTMLInputElement>(label).value)).toEqual(['', '', '']);
  });

  it('leaves them signed in when the person wants that', async () => {
    answers['change_password'] = () => ({ ended_devices: 0 });
    const current = await fill();
    await person.click(screen.getByRole('checkbox', { name: 'Sign out my other devices' }));
    expect(screen.getByText('2 other devices stay signed in.')).toBeTruthy();
    await person.type(current, '{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('Your password has been changed.'));
    expect(lastGiven('change_password')).toMatchObject({ form: { end_other_sessions: false } });
  });

  it('says that the current one is wrong beside it, and keeps what was typed', async () => {
    answers['change_password'] = refuse('invalid_fields', [{ field: 'current_password', code: 'wrong_password' }]);
    const current = await fill();
    await person.type(current, '{Enter}');
    expect(await screen.findByText('Wrong password.')).toBeTruthy();
    await vi.waitFor(() => expect(document.activeElement).toBe(current));
    expect(screen.getByLabelText<HTMLInputElement>('New password').value).toBe('brass kettle');
  });

  it('leads to a mailed link where it was changed too often, and keeps what was typed', async () => {
    answers['change_password'] = refuse('mailed_link_needed', [], 28_000);
    const current = await fill();
    await person.type(current, '{Enter}');
    expect(await screen.findByText(/changed your password three times in a day/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('New password').value).toBe('brass kettle');
    await person.click(screen.getByRole('button', { name: 'Send link' }));
    expect(resetLink.another).toBe(true);
    resetLink.another = false;
  });

  it('asks for a code where two-step sign-in is on', async () => {
    view = { ...view, second_factor_on: true };
    answers['change_password'] = () => ({ ended_devices: 0 });
    await fill();
    await person.type(screen.getByRole('textbox', { name: 'Code from your authenticator app' }), '123456{Enter}');
    await vi.waitFor(() => expect(lastGiven('change_password')).toMatchObject({ form: { code: '123456' } }));
  });
});
