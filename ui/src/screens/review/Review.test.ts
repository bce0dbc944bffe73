import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GuardView, ProbationView, TrustView } from '../../backend';
import StepUp from '../../parts/StepUp.svelte';
import { announcement } from '../../state/announcement.svelte';
import { navigation, reset } from '../../state/navigation.svelte';
import { stepUp } from '../../state/step_up.svelte';
import { closeApproval } from '../../state/trust.svelte';
import { answers, asked, change, lastGiven, refuse } from '../../testing/shell';
import { readLater } from '../components';
import OnProbation from '../../parts/OnProbation.svelte';
import Review from './Review.svelte';
import SecureDialog from '../../parts/SecureDialog.svelte';
import TrustBanner from '../../parts/TrustBanner.svelte';

const person = userEvent.setup();
const device: ProbationView = {
  session_id: 's',
  device_name: 'Firefox on Windows',
  operating_system: 'Windows 11',
  address: '203.0.113.7',
  signed_in_at: 0,
};
const email: GuardView = {
  guard: { kind: 'email', id: 'e' },
  label: 'eve@example.org',
  added_at: 0,
  new: true,
  device_name: 'Firefox on Windows',
  address: '203.0.113.7',
};
const passkey: GuardView = { ...email, guard: { kind: 'passkey', id: 'p' }, label: 'Blue key', new: false, device_name: null, address: null };
const calm: TrustView = { on_probation: false, primary_address: 'anna@example.org', trusted_devices: 1, spoiled: false, suspended: [] };
let trust: TrustView;

// The screens that an answer leads to; reading them here is no matter of a second.
beforeAll(() => readLater());
beforeEach(() => {
  reset();
  closeApproval();
  trust = calm;
  answers['trust'] = () => trust;
  answers['second_factor'] = () => ({ enabled_at: null, suspended: false });
});

const times = (command: string): number => asked.filter((each) => each.command === command).length;

describe('a device on probation, seen from a trusted one', () => {
  it('is approved with the password', async () => {
    let proven = false;
    answers['approve_device'] = () => (proven ? null : refuse('step_up_needed')());
    answers['step_up'] = () => {
      proven = true;
      return { until: 0 };
    };
    render(OnProbation, { devices: [device] });
    await person.click(screen.getByRole('button', { name: 'It was me' }));
    await vi.waitFor(() => expect(stepUp.asking).toBe(true));
    const { unmount } = render(StepUp);
    await person.type(screen.getByLabelText('Password'), 'right{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('Firefox on Windows is approved.'));
    expect(lastGiven('approve_device')).toEqual({ id: 's' });
    unmount();
  });

  it('is disowned: says first what that does, and leads to a new password', async () => {
    answers['disown_device'] = () => 1;
    render(OnProbation, { devices: [device] });
    const before = times('disown_device');
    await person.click(screen.getByRole('button', { name: 'It wasn’t me' }));
    const dialog = screen.getByRole('dialog', { name: 'Wasn’t you on Firefox on Windows?' });
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(dialog.textContent).toMatch(/is signed out.*choose a new one.*Nothing else changes/s);
    expect(times('disown_device')).toBe(before);
    await person.click(within(dialog).getByRole('button', { name: 'It wasn’t me' }));
    await vi.waitFor(() => expect(navigation.screen).toBe('password'));
    expect(announcement.sentence).toBe('Firefox on Windows is signed out. Choose a new password now.');
  });
});

describe('this device on probation', () => {
  it.each([
    ['anna@example.org', 1, /link sent to anna@example.org, or with “It was me”/],
    ['anna@example.org', 0, /link sent to anna@example.org\.$/],
    [null, 2, /“It was me” on another device/],
    [null, 0, /sign out and sign in again/],
  ])('names the ways out (%s, %s)', async (primary_address, trusted_devices, words) => {
    trust = { ...calm, on_probation: true, primary_address, trusted_devices };
    render(TrustBanner);
    expect((await screen.findByText(/You can read everything/)).textContent).toMatch(words);
    expect(screen.queryByRole('button', { name: 'Approve by e-mail' }) !== null).toBe(primary_address !== null);
  });

  it('is approved with a link that is pasted', async () => {
    trust = { ...calm, on_probation: true };
    answers['ask_approval_link'] = () => null;
    answers['approve_by_link'] = () => {
      trust = calm;
      return null;
    };
    render(TrustBanner);
    await person.click(await screen.findByRole('button', { name: 'Approve by e-mail' }));
    const dialog = await screen.findByRole('dialog', { name: 'Check your e-mail' });
    expect(dialog.textContent).toMatch(/anna@example.org.*ten minutes/s);
    const link = within(dialog).getByRole('textbox', { name: 'Link from the e-mail' });
    expect(document.activeElement).toBe(link);
    await person.type(link, 'https://id.example.org/approve-device/abc{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('This device is approved.'));
    expect(lastGiven('approve_by_link')).toEqual({ link: 'https://id.example.org/approve-device/abc' });
    await change('sessions');
    await vi.waitFor(() => expect(screen.queryByText('This device is on probation')).toBeNull());
  });

  it('closes the question when the link itself or another device has approved it', async () => {
    trust = { ...calm, on_probation: true };
    answers['ask_approval_link'] = () => null;
    render(TrustBanner);
    await person.click(await screen.findByRole('button', { name: 'Approve by e-mail' }));
    await screen.findByRole('dialog');
    trust = calm;
    await change('sessions');
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('says why no link was sent', async () => {
    trust = { ...calm, on_probation: true };
    answers['ask_approval_link'] = refuse('unreachable');
    render(TrustBanner);
    await person.click(await screen.findByRole('button', { name: 'Approve by e-mail' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Nothing was changed');
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('securing the account', () => {
  it('lists beforehand what stops, and leads to a new password', async () => {
    answers['securing'] = () => ({ devices: ['iPhone', 'Office'], guards: [email, passkey], email_change: 'new@example.org' });
    answers['secure_account'] = () => 2;
    render(SecureDialog, { onclose: () => {} });
    const dialog = await screen.findByRole('dialog', { name: 'Secure your account?' });
    expect(dialog.textContent).toMatch(/iPhone and Office are signed out.*review it: eve@example.org.*review it: Passkey “Blue key”.*new@example.org stops.*review/s);
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Cancel' }));
    await person.click(within(dialog).getByRole('button', { name: 'Secure account' }));
    await vi.waitFor(() => expect(navigation.screen).toBe('password'));
    expect(announcement.sentence).toBe('Your account is secured, and 2 devices were signed out. Choose a new password now.');
  });

  it('asks for a new password first, then for the review', async () => {
    trust = { ...calm, spoiled: true, suspended: [email] };
    render(TrustBanner);
    await person.click(await screen.findByRole('button', { name: 'Choose a new password' }));
    await vi.waitFor(() => expect(navigation.screen).toBe('password'));
    trust = { ...calm, suspended: [email] };
    await change('password');
    expect(await screen.findByText('Review 1 suspended item')).toBeTruthy();
    await person.click(screen.getByRole('button', { name: 'Review' }));
    await vi.waitFor(() => expect(navigation.screen).toBe('review'));
    expect(screen.queryByText('Review 1 suspended item')).toBeNull();
  });
});

describe('the review', () => {
  beforeEach(() => {
    trust = { ...calm, suspended: [email, passkey] };
  });

  it('says of each where it came from, and decides with one proof', async () => {
    answers['review'] = () => {
      trust = calm;
      return null;
    };
    render(Review);
    const row = await screen.findByRole('listitem', { name: 'eve@example.org' });
    expect(row.textContent).toMatch(/new.*on Firefox on Windows from 203.0.113.7/s);
    const apply = screen.getByRole<HTMLButtonElement>('button', { name: 'Apply' });
    expect(apply.disabled).toBe(true);
    await person.click(within(row).getByRole('radio', { name: 'Remove' }));
    await person.click(within(screen.getByRole('listitem', { name: 'Passkey “Blue key”' })).getByRole('radio', { name: 'Keep' }));
    await person.click(apply);
    const dialog = screen.getByRole('dialog', { name: 'Apply your decisions?' });
    expect(dialog.textContent).toContain('Kept: 1. Removed: 1.');
    await person.type(within(dialog).getByLabelText('Password'), 'right{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('Your decisions are in effect.'));
    expect(lastGiven('review')).toEqual({
      form: { proof: { password: 'right', code: null }, keep: [passkey.guard], remove: [email.guard] },
    });
    await change('emails');
    expect(await screen.findByText('Nothing to review.')).toBeTruthy();
  });

  it('marks all that is new, and nothing else, to be removed', async () => {
    render(Review);
    await person.click(await screen.findByRole('button', { name: 'Remove all new' }));
    const removed = (name: string) => within(screen.getByRole('listitem', { name })).getByRole<HTMLInputElement>('radio', { name: 'Remove' }).checked;
    expect(['eve@example.org', 'Passkey “Blue key”'].map(removed)).toEqual([true, false]);
    expect(screen.queryByRole('button', { name: /Keep all/ })).toBeNull();
  });
});
