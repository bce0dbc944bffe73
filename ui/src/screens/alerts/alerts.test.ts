import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertView, FreezeView } from '../../backend';
import { announcement } from '../../state/announcement.svelte';
import { navigation, reset } from '../../state/navigation.svelte';
import { answers, asked, change, lastGiven } from '../../testing/shell';
import { readLater } from '../components';
import FreezeBanner from './FreezeBanner.svelte';
import SignInAlerts from './SignInAlerts.svelte';

const person = userEvent.setup();
const alert: AlertView = {
  session_id: 's',
  device_name: 'Firefox on Windows',
  operating_system: 'Windows 11',
  address: '203.0.113.7',
  signed_in_at: 0,
  signed_out: false,
  can_answer: true,
  mailed: false,
};

// The screen that an answer leads to; reading it here is no matter of a second.
beforeAll(() => readLater());
beforeEach(() => reset());

describe('a sign-in from a new device', () => {
  it('was me', async () => {
    answers['answer_sign_in'] = () => ({ ended_devices: 0 });
    render(SignInAlerts, { alerts: [alert] });
    await person.click(screen.getByRole('button', { name: 'It was me' }));
    expect(lastGiven('answer_sign_in')).toEqual({ form: { id: 's', was_me: true } });
    await vi.waitFor(() => expect(announcement.sentence).toContain('belongs to you'));
  });

  it('was not me: says first what that does, and leads to a new password', async () => {
    answers['answer_sign_in'] = () => ({ ended_devices: 2 });
    render(SignInAlerts, { alerts: [alert] });
    await person.click(screen.getByRole('button', { name: 'It was not me' }));
    const dialog = screen.getByRole('dialog', { name: "Wasn't you on Firefox on Windows?" });
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(dialog.textContent).toMatch(/signed out.*stay as they are.*new password/s);
    expect(asked.some(({ command }) => command === 'answer_sign_in')).toBe(false);
    await person.click(within(dialog).getByRole('button', { name: 'It was not me' }));
    await vi.waitFor(() => expect(navigation.screen).toBe('password'));
    expect(announcement.sentence).toBe('2 devices were signed out, and your account is frozen. Choose a new password now.');
  });

  it('is asked about when it is signed out again', () => {
    render(SignInAlerts, { alerts: [{ ...alert, signed_out: true }] });
    expect(screen.getByText(/signed out now/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'It was not me' })).toBeTruthy();
  });

  it('is answered elsewhere when this device may not', () => {
    render(SignInAlerts, { alerts: [{ ...alert, can_answer: false }] });
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.getByText('You can answer on a device that you have used for longer.')).toBeTruthy();
  });

  it('names the link in a mail only where one went out', () => {
    render(SignInAlerts, { alerts: [{ ...alert, can_answer: false, mailed: true }] });
    expect(screen.getByText(/or with the link in the e-mail/)).toBeTruthy();
  });
});

describe('a frozen account', () => {
  const frozen: FreezeView = { frozen_at: 0, disowned_device_name: 'Firefox on Windows', by_device_name: null, can_lift: true, in_question: false, mailed: false };

  it('says so until it is lifted with the password', async () => {
    let freeze: FreezeView | null = frozen;
    answers['freeze'] = () => freeze;
    answers['second_factor'] = () => ({ enabled_at: null });
    answers['lift_freeze'] = () => {
      freeze = null;
      return null;
    };
    render(FreezeBanner);
    await person.click(await screen.findByRole('button', { name: 'Lift the freeze' }));
    const dialog = screen.getByRole('dialog', { name: 'Lift the freeze?' });
    await person.type(within(dialog).getByLabelText('Password'), 'right{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('The freeze is lifted.'));
    expect(lastGiven('lift_freeze')).toEqual({ form: { password: 'right', code: null } });
    await change('freeze');
    await vi.waitFor(() => expect(screen.queryByText('Your account is frozen')).toBeNull());
  });

  it('asks for the answer about this device first, where that is what is missing', async () => {
    answers['freeze'] = () => ({ ...frozen, can_lift: false, in_question: true });
    render(FreezeBanner);
    const words = await screen.findByText(/once you have said that it is yours/);
    expect(words.textContent).not.toContain('e-mail about');
    expect(screen.queryByRole('button', { name: 'Lift the freeze' })).toBeNull();
  });

  it('is lifted elsewhere when this device may not', async () => {
    answers['freeze'] = () => ({ ...frozen, can_lift: false });
    render(FreezeBanner);
    expect(await screen.findByText(/used before that sign-in/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Lift the freeze' })).toBeNull();
  });
});
