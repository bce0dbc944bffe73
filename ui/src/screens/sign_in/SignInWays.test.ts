import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SecondFactorView } from '../../backend';
import { announcement, say } from '../../state/announcement.svelte';
import { navigation, reset } from '../../state/navigation.svelte';
import { answers, asked, change, lastGiven, refuse } from '../../testing/shell';
import { readLater } from '../components';
import RecoveryCodes from './RecoveryCodes.svelte';
import SignInWays from './SignInWays.svelte';

const person = userEvent.setup();
let factor: SecondFactorView;
const codes = { codes: ['ABCDE-FGHIJ', 'KLMNO-PQRST'], username: 'anna', server: 'accounts.example.org', computer: 'desk', created_at: 0 };

// All screens are compiled here, not read from a file that was built.
beforeAll(readLater, 60_000);

beforeEach(() => {
  factor = { enabled_at: null, recovery_codes_left: 0, few_left: false, recovery_codes_created_at: null, codes_not_received: false, suspended: false, recovery_codes_suspended: false, has_confirmed_email: true };
  answers['second_factor'] = () => factor;
  answers['passkeys'] = () => ({ passkeys: [], obstacle: null, full: false });
  answers['trust'] = () => ({ on_probation: false, primary_address: 'anna@example.org', trusted_devices: 0, spoiled: false, suspended: [] });
  answers['password'] = () => ({ changed_at: null, second_factor_on: false, minimum: 15, maximum: 256, other_devices: 1, spoiled: false });
});

describe('password and sign-in', () => {
  const rows = () => screen.getAllByRole('listitem').map((row) => `${row.getAttribute('aria-label')}: ${row.querySelector('.state')?.textContent}`);

  it('is one row for each way in, with how it stands and one button', async () => {
    render(SignInWays);
    await screen.findByRole('button', { name: 'Set up' });
    expect(rows()).toEqual(['Password: Unchanged since the account was created', 'Two-step sign-in: Off', 'How to get back in: Ready']);
    factor = { ...factor, enabled_at: 1, recovery_codes_left: 2, few_left: true };
    answers['passkeys'] = () => ({ passkeys: [{ id: 'one', name: 'Blue key', added_at: 0, last_used_at: null, suspended: false }], obstacle: null, full: false });
    await change('second_factor');
    await screen.findByRole('button', { name: 'Turn off' });
    await vi.waitFor(() =>
      expect(rows()).toEqual(['Password: Unchanged since the account was created', 'Two-step sign-in: On', 'Recovery codes: 2 left', 'Passkeys: One passkey', 'How to get back in: Ready']),
    );
    for (const row of screen.getAllByRole('listitem')) expect(within(row).getAllByRole('button')).toHaveLength(1);
  });

  it('says what is wrong with one, where something is', async () => {
    factor = { ...factor, enabled_at: 1, suspended: true, recovery_codes_suspended: true, recovery_codes_left: 8 };
    answers['password'] = () => ({ changed_at: null, second_factor_on: true, minimum: 15, maximum: 256, other_devices: 1, spoiled: true });
    answers['trust'] = () => ({ on_probation: false, primary_address: null, trusted_devices: 0, spoiled: true, suspended: [] });
    render(SignInWays);
    await screen.findByRole('button', { name: 'Turn off' });
    expect(rows()).toEqual(['Password: Someone else may know it', 'Two-step sign-in: Suspended', 'Recovery codes: Suspended', 'Passkeys: None', 'How to get back in: No confirmed address']);
  });

  it('leads to what changes each', async () => {
    factor = { ...factor, enabled_at: 1, recovery_codes_left: 8 };
    render(SignInWays);
    for (const [button, there] of [['Change password', 'password'], ['Manage passkeys', 'passkeys'], ['Manage e-mail addresses', 'profile']]) {
      reset();
      await person.click(await screen.findByRole('button', { name: button ?? '' }));
      await vi.waitFor(() => expect(navigation.screen).toBe(there));
    }
    reset();
  });
});

describe('two-step sign-in', () => {
  it('counts only once a code has been verified, and shows the recovery codes then', async () => {
    answers['begin_second_factor'] = () => ({ secret: 'GEZD GNBV', qr: { size: 9, path: 'M4 4h1v1h-1z' } });
    answers['enable_second_factor'] = refuse('invalid_fields', [{ field: 'code', code: 'wrong_code' }]);
    render(SignInWays);
    await person.click(await screen.findByRole('button', { name: 'Set up' }));
    expect(screen.getByRole('img', { name: /QR code/ })).toBeTruthy();
    expect(screen.getByText('GEZD GNBV')).toBeTruthy();
    const code = screen.getByRole('textbox', { name: 'Code from your authenticator app' });
    await person.type(code, '000000{Enter}');
    expect(await screen.findByText(/That code isn’t right/)).toBeTruthy();
    expect(document.activeElement).toBe(code);
    expect(screen.queryByText('ABCDE-FGHIJ')).toBeNull();
    answers['enable_second_factor'] = () => codes;
    await person.clear(code);
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Sign out my other devices' }).checked).toBe(true);
    await person.type(code, '123456{Enter}');
    const list = await screen.findByRole('list', { name: 'Recovery codes' });
    expect(within(list).getAllByRole('listitem').map((item) => item.textContent)).toEqual(codes.codes);
    expect(lastGiven('enable_second_factor')).toEqual({ form: { code: '123456', end_other_sessions: true } });
  });

  it('speaks of no other devices where there are none', async () => {
    answers['password'] = () => ({ changed_at: null, second_factor_on: false, minimum: 15, maximum: 256, other_devices: 0, spoiled: false });
    answers['begin_second_factor'] = () => ({ secret: 'GEZD GNBV', qr: { size: 9, path: 'M4 4h1v1h-1z' } });
    render(SignInWays);
    await person.click(await screen.findByRole('button', { name: 'Set up' }));
    await vi.waitFor(() => expect(asked.some(({ command }) => command === 'password')).toBe(true));
    expect(screen.queryByRole('checkbox')).toBeNull();
  });

  it.each([
    ['', /^Account anna on the computer desk, created /],
    ['accounts.example.org', /^Account anna on accounts\.example\.org, created /],
  ])('says what recovery codes are for (“%s”)', (name, words) => {
    render(RecoveryCodes, { view: { ...codes, server: name }, ondone: () => {} });
    expect(screen.getByText(words)).toBeTruthy();
  });

  it('saves and copies the recovery codes, and shows them no more once they are kept', async () => {
    factor = { ...factor, enabled_at: 1, recovery_codes_left: 2, few_left: true };
    answers['replace_recovery_codes'] = () => codes;
    answers['save_recovery_codes'] = () => ({ name: 'latchkey-recovery-codes.txt', folder: '/downloads' });
    answers['copy_secret'] = () => null;
    render(SignInWays);
    expect(await screen.findByText('You have 2 recovery codes left')).toBeTruthy();
    await person.click(screen.getByRole('button', { name: 'Create new codes' }));
    const dialog = screen.getByRole('dialog', { name: 'Create new recovery codes?' });
    await person.type(await within(dialog).findByRole('textbox', { name: 'Code from your authenticator app' }), '123456');
    await person.type(within(dialog).getByLabelText('Password'), 'right{Enter}');
    await person.click(await screen.findByRole('button', { name: 'Save' }));
    expect(await screen.findByText(/latchkey-recovery-codes.txt/)).toBeTruthy();
    await person.click(screen.getByRole('button', { name: 'Copy' }));
    expect(lastGiven('copy_secret')).toEqual({ text: 'ABCDE-FGHIJ\nKLMNO-PQRST' });
    say(() => 'Save the recovery codes now.');
    await person.click(screen.getByRole('button', { name: 'I have saved them' }));
    expect(screen.queryByText('ABCDE-FGHIJ')).toBeNull();
    // Nothing goes on asking to save them.
    expect(announcement.sentence).toBe('');
  });

  it('is turned off with the password and a code in one request, and a recovery code will do', async () => {
    factor = { ...factor, enabled_at: 1, recovery_codes_left: 10 };
    answers['disable_second_factor'] = () => null;
    render(SignInWays);
    await person.click(await screen.findByRole('button', { name: 'Turn off' }));
    const dialog = screen.getByRole('dialog', { name: 'Turn off two-step sign-in?' });
    await person.type(within(dialog).getByLabelText('Password'), 'right');
    // Recovery codes have no next one to wait for.
    expect(await within(dialog).findByText(/wait for the next/)).toBeTruthy();
    await person.click(await within(dialog).findByRole('button', { name: 'Use a recovery code' }));
    expect(within(dialog).queryByText(/wait for the next/)).toBeNull();
    await person.type(within(dialog).getByRole('textbox', { name: 'Recovery code' }), 'abcde-fghij{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('Two-step sign-in is off.'));
    expect(lastGiven('disable_second_factor')).toEqual({ form: { password: 'right', code: 'abcde-fghij' } });
  });

  it('says that the recovery codes were lost on their way, and makes new ones', async () => {
    answers['begin_second_factor'] = () => ({ secret: 'GEZD GNBV', qr: { size: 9, path: 'M4 4h1v1h-1z' } });
    answers['enable_second_factor'] = refuse('unanswered');
    answers['replace_recovery_codes'] = () => codes;
    render(SignInWays);
    await person.click(await screen.findByRole('button', { name: 'Set up' }));
    await person.type(screen.getByRole('textbox', { name: 'Code from your authenticator app' }), '123456{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('Check whether the change went through');
    factor = { ...factor, enabled_at: 1, recovery_codes_left: 10, recovery_codes_created_at: 1, codes_not_received: true };
    await change('second_factor');
    expect(await screen.findByText('Your recovery codes didn’t arrive')).toBeTruthy();
    expect(screen.queryByRole('img', { name: /QR code/ })).toBeNull();
    await person.click(screen.getByRole('button', { name: 'Create new codes' }));
    expect(screen.getByRole('dialog', { name: 'Create new recovery codes?' })).toBeTruthy();
  });

  it('needs a confirmed address first', async () => {
    factor = { ...factor, has_confirmed_email: false };
    render(SignInWays);
    expect(await screen.findByText('Confirm an e-mail address first')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Set up' }).disabled).toBe(true);
    expect(asked.some(({ command }) => command === 'begin_second_factor')).toBe(false);
  });
});
