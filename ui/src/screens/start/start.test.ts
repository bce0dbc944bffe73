import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PasswordCheckView, ServerView, SignInForm } from '../../backend';
import { account } from '../../state/account.svelte';
import { followKeyring } from '../../state/keyring.svelte';
import { answers, asked, change, lastGiven, refuse } from '../../testing/shell';
import Countdown from './Countdown.svelte';
import CreateAccount from './CreateAccount.svelte';
import FirstStart from './FirstStart.svelte';
import PasswordChecklist from '../../parts/PasswordChecklist.svelte';
import SignIn from './SignIn.svelte';
import SignedOut from '../SignedOut.svelte';

const server: ServerView = { on_this_computer: false, name: 'accounts.example.org', sign_up: true, mail_delivery: 'smtp', mail_folder: null };
const person = userEvent.setup();
const strength = { score: 3, guesses_log10: 11 };

describe('connecting to a server', () => {
  it.each([
    ['invalid_address', /isn’t a server address/],
    ['not_https', /starts with https/],
    ['unreachable', /Can’t reach/],
    ['untrusted_certificate', /not private/],
    ['something_else', /wants you to sign in/],
    ['proxy_sign_in', /network’s proxy/],
    ['not_latchkey', /no Latchkey server/],
    ['nonsense', /Unexpected reply/],
  ] as const)('says beside the field what %s means', async (code, sentence) => {
    answers['connect_to_server'] = refuse(code);
    render(FirstStart);
    await person.click(screen.getByRole('button', { name: /Connect to a server/ }));
    const address = screen.getByRole<HTMLInputElement>('textbox', { name: 'Server address' });
    expect(document.activeElement).toBe(address);
    await person.type(address, 'nowhere{Enter}');
    expect(await screen.findByText(sentence)).toBeTruthy();
    expect(address.value).toBe('nowhere');
    expect(address.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('signing in', () => {
  const stage = { stage: 'sign_in' as const, server, ended: null, parked: null, login: 'anna' };

  it('says who signed this device out, and what was lost', () => {
    const ended = { at: 0, reason: 'ended_by_device' as const, by_device_name: 'ThinkPad', lost_changes: 2, receipt_delivered: true };
    render(SignIn, { stage: { ...stage, ended }, oncreate: () => {}, onforgotten: () => {} });
    const note = screen.getByRole('status');
    expect(note.textContent).toMatch(/ThinkPad signed it out, .*deleted.*2 changes/s);
    expect(note.textContent).not.toContain('confirms this');
    expect(document.activeElement).toBe(screen.getByLabelText('Password'));
  });

  it.each([
    ['session_unknown', /doesn’t recognise this device/],
    ['server_restored', /was restored from a backup/],
  ] as const)('says why an account was put away (%s), what waits in it, and goes on with it alone', (reason, sentence) => {
    const parked = { reason, waiting_changes: 2 };
    render(SignIn, { stage: { ...stage, parked }, oncreate: () => {}, onforgotten: () => {} });
    const note = screen.getByRole('status');
    expect(note.textContent).toMatch(sentence);
    expect(note.textContent).toMatch(/2 changes have not reached .* once you have signed in/);
    expect(document.activeElement).toBe(screen.getByLabelText('Password'));
    expect(screen.queryByText(/No account yet/)).toBeNull();
    expect(screen.queryByRole('button', { name: 'Use another server' })).toBeNull();
  });

  it('removes an account that was put away once that is confirmed', async () => {
    const parked = { reason: 'session_unknown' as const, waiting_changes: 1 };
    answers['remove_parked_account'] = () => stage;
    answers['stage'] = () => stage;
    render(SignIn, { stage: { ...stage, parked }, oncreate: () => {}, onforgotten: () => {} });
    await person.click(screen.getByRole('button', { name: 'Remove from this computer' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText(/One change has not reached .* will be lost/)).toBeTruthy();
    const removals = (): number => asked.filter(({ command }) => command === 'remove_parked_account').length;
    expect(removals()).toBe(0);
    await person.click(dialog.getByRole('button', { name: 'Remove from this computer' }));
    await vi.waitFor(() => expect(removals()).toBe(1));
  });

  it('keeps what was typed when it is refused', async () => {
    answers['sign_in'] = refuse('sign_in_refused');
    render(SignIn, { stage, oncreate: () => {}, onforgotten: () => {} });
    await person.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('Wrong name or password');
    expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('wrong');
    expect(lastGiven('sign_in')).toEqual({ form: { login: 'anna', password: 'wrong', code: null, stay_signed_in: true } });
  });

  it('asks for a code as a second step, and goes back without losing the name', async () => {
    answers['sign_in'] = (given) =>
      (given as unknown as { form: SignInForm }).form.code === null
        ? refuse('second_factor_needed')()
        : refuse('invalid_fields', [{ field: 'code', code: 'wrong_code' }])();
    render(SignIn, { stage, oncreate: () => {}, onforgotten: () => {} });
    await person.type(screen.getByLabelText('Password'), 'right{Enter}');
    const code = await screen.findByRole('textbox', { name: 'Code from your authenticator app' });
    await vi.waitFor(() => expect(document.activeElement).toBe(code));
    expect(screen.queryByRole('alert')).toBeNull();
    await person.type(code, '123456{Enter}');
    expect(await screen.findByText(/That code isn’t right/)).toBeTruthy();
    expect(lastGiven('sign_in')).toMatchObject({ form: { password: 'right', code: '123456' } });
    await person.click(screen.getByRole('button', { name: 'Use a recovery code' }));
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Recovery code' }));
    await person.keyboard('{Escape}');
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Username or e-mail' }).value).toBe('anna');
  });

  it('shows the wait after too many tries', async () => {
    answers['sign_in'] = refuse('too_many_attempts', [], 65);
    render(SignIn, { stage, oncreate: () => {}, onforgotten: () => {} });
    await person.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    expect((await screen.findByRole('timer')).textContent).toBe('You can try again in 1:05.');
  });

  it('leads to a new password where no wait would help', async () => {
    const onforgotten = vi.fn();
    answers['sign_in'] = refuse('new_password_needed');
    render(SignIn, { stage, oncreate: () => {}, onforgotten });
    await person.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).not.toContain('Wait');
    await person.click(within(alert).getByRole('button', { name: 'Forgotten your password?' }));
    expect(onforgotten).toHaveBeenCalledWith('anna');
  });

  it('offers to create an account only where the server admits it', () => {
    render(SignIn, { stage: { ...stage, server: { ...server, sign_up: false } }, oncreate: () => {}, onforgotten: () => {} });
    expect(screen.queryByRole('button', { name: 'Create one' })).toBeNull();
    expect(screen.queryByText(/--allow-sign-up/)).toBeNull();
  });

  it('says how this computer takes another account', () => {
    const here = { ...server, on_this_computer: true, sign_up: false };
    render(SignIn, { stage: { ...stage, server: here }, oncreate: () => {}, onforgotten: () => {} });
    expect(screen.getByText(/--allow-sign-up/)).toBeTruthy();
  });
});

describe('a countdown', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs to its end and says so once', async () => {
    const onend = vi.fn();
    render(Countdown, { seconds: 2, onend });
    await vi.advanceTimersByTimeAsync(1000);
    expect(screen.getByRole('timer').textContent).toContain('0:01');
    expect(onend).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5000);
    expect(onend).toHaveBeenCalledTimes(1);
  });
});

describe('the checklist of a new password', () => {
  it('ignores an answer that comes after a newer question', async () => {
    const waiting: ((view: PasswordCheckView) => void)[] = [];
    answers['check_password'] = () => new Promise((resolve) => waiting.push(resolve));
    const { rerender } = render(PasswordChecklist, { id: 'list', password: 'short', repeat: '', names: [] });
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await rerender({ password: 'brass kettle on tuesday' });
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    const rule = (satisfied: boolean) => ({ rules: [{ code: 'too_short' as const, amount: 15, satisfied }], strength, minimum_with_second_factor: null });
    waiting[1]?.(rule(true));
    await screen.findByText('At least 15 characters');
    waiting[0]?.(rule(false));
    await Promise.resolve();
    expect(screen.getByText('At least 15 characters').closest('li')?.textContent).toContain('(done)');
    expect(screen.getByRole('meter').getAttribute('aria-valuetext')).toMatch(/^Good/);
  });

  it('compares the two entries itself', async () => {
    answers['check_password'] = () => ({ rules: [], strength, minimum_with_second_factor: null });
    const { rerender } = render(PasswordChecklist, { id: 'list', password: 'a', repeat: 'b', names: [] });
    const same = screen.getByText('Both passwords match').closest('li');
    expect(same?.textContent).toContain('(still missing)');
    await rerender({ repeat: 'a' });
    expect(same?.textContent).toContain('(done)');
  });
});

describe('creating an account', () => {
  it('puts every mistake beside its field and the focus on the first', async () => {
    answers['check_password'] = () => ({ rules: [], strength, minimum_with_second_factor: null });
    answers['create_account'] = refuse('invalid_fields', [
      { field: 'repeat', code: 'different' },
      { field: 'username', code: 'taken' },
    ]);
    render(CreateAccount, { server, onback: () => {}, onsignin: () => {} });
    await person.type(screen.getByLabelText('Name'), 'Anna');
    await person.click(screen.getByRole('button', { name: 'Create account' }));
    await screen.findByText('This username is taken. Choose another.');
    expect(document.activeElement).toBe(screen.getByLabelText('Username'));
    expect(screen.getByText('The passwords don’t match.')).toBeTruthy();
  });

  it('focuses what went wrong as a whole, each time, and names the way out', async () => {
    answers['check_password'] = () => ({ rules: [], strength, minimum_with_second_factor: null });
    answers['create_account'] = refuse('keyring_locked');
    render(CreateAccount, { server, onback: () => {}, onsignin: () => {} });
    for (let times = 0; times < 2; times += 1) {
      await person.type(screen.getByLabelText('Name'), 'Anna{Enter}');
      await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole('alert')));
      expect(screen.getByRole('alert').textContent).toMatch(/keyring is locked.*clear/s);
    }
  });

  it('says that the keyring waits for the person', async () => {
    answers['check_password'] = () => ({ rules: [], strength, minimum_with_second_factor: null });
    answers['keyring_prompts'] = () => true;
    followKeyring();
    render(CreateAccount, { server, onback: () => {}, onsignin: () => {} });
    expect((await screen.findByRole('status')).textContent).toContain('Your keyring is waiting for you');
    answers['keyring_prompts'] = () => false;
    await change('keyring');
    await vi.waitFor(() => expect(screen.queryByText('Your keyring is waiting for you')).toBeNull());
  });

  it('goes on to the stage that comes of it', async () => {
    answers['check_password'] = () => ({ rules: [], strength, minimum_with_second_factor: null });
    const signedIn = { stage: 'signed_in', server, display_name: 'Anna', username: 'anna', language: 'de', time_zone: '' };
    answers['create_account'] = () => signedIn;
    answers['stage'] = () => signedIn;
    render(CreateAccount, { server, onback: () => {}, onsignin: () => {} });
    await person.type(screen.getByLabelText('Name'), 'Anna{Enter}');
    await vi.waitFor(() => expect(account.stage?.stage).toBe('signed_in'));
    expect(document.documentElement.lang).toBe('de');
    expect(asked.filter(({ command }) => command === 'create_account')).toHaveLength(1);
  });
});

describe('an account on this computer', () => {
  const here: ServerView = { on_this_computer: true, name: '', sign_up: true, mail_delivery: 'outbox', mail_folder: '/data/server/outbox' };
  const stage = { stage: 'sign_in' as const, server: here, ended: null, parked: null, login: null };

  it('is created first, as there is none to sign in to, and leads back to the choice of a server', async () => {
    answers['leave_server'] = () => ({ stage: 'first_start' });
    answers['stage'] = () => ({ stage: 'first_start' });
    render(SignedOut, { stage });
    expect(screen.getByRole('heading', { name: 'Create an account' })).toBeTruthy();
    expect(screen.getByText(/nothing is sent to it/)).toBeTruthy();
    expect(screen.queryByText(/send a confirmation link/)).toBeNull();
    await person.click(screen.getByRole('button', { name: 'Back' }));
    await vi.waitFor(() => expect(asked.some(({ command }) => command === 'leave_server')).toBe(true));
  });

  it.each([
    ['one was signed in to', { ...stage, login: 'anna' }],
    ['the server takes no more', { ...stage, server: { ...here, sign_up: false } }],
    ['the server is elsewhere', { ...stage, server: { ...here, on_this_computer: false, name: 'accounts.example.org' } }],
  ])('is signed in to where %s', (_, other) => {
    render(SignedOut, { stage: other });
    expect(screen.getByRole('heading', { name: 'Sign in' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Create one' }) !== null).toBe(other.server.sign_up);
  });

  it('is named where another is tried', async () => {
    answers['create_account'] = refuse('not_allowed_now');
    answers['check_password'] = () => ({ rules: [], strength, minimum_with_second_factor: null });
    const onsignin = vi.fn();
    render(CreateAccount, { server: here, onback: () => {}, onsignin });
    await person.type(screen.getByLabelText('Name'), 'Bruno{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('This computer already has an account');
    await person.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(onsignin).toHaveBeenCalled();
  });

  it('is said to stay when this window is signed out or closed', async () => {
    const ended = { at: 0, reason: 'signed_out' as const, by_device_name: null, lost_changes: 0, receipt_delivered: true };
    render(SignIn, { stage: { ...stage, login: 'anna', ended }, oncreate: () => {}, onforgotten: () => {} });
    expect(screen.getByRole('status').textContent).toContain('The account itself stays on this computer');
    await person.click(screen.getByRole('checkbox', { name: /Stay signed in/ }));
    expect(screen.getByText(/^When you close Latchkey, you are signed out\. Your account itself stays/)).toBeTruthy();
  });
});

describe('a server that does not answer', () => {
  it('need not be waited for, and its late answer changes nothing', async () => {
    const answering: ((failure: unknown) => void)[] = [];
    answers['connect_to_server'] = () => new Promise((_, reject) => answering.push(reject));
    answers['stop_choosing'] = () => null;
    render(FirstStart);
    await person.click(screen.getByRole('button', { name: /Connect to a server/ }));
    await person.type(screen.getByRole('textbox', { name: 'Server address' }), 'slow.example.org{Enter}');
    expect(await screen.findByText('Connecting to the server …')).toBeTruthy();
    await person.keyboard('{Escape}');
    await vi.waitFor(() => expect(screen.queryByText('Connecting to the server …')).toBeNull());
    expect(asked.some(({ command }) => command === 'stop_choosing')).toBe(true);
    answering[0]?.({ code: 'changed_meanwhile', fields: [], retry_after_seconds: null, server: null, certificate: null, quota: null, folder: null });
    await vi.waitFor(() => expect(screen.getByRole('button', { name: /Use this computer/ })).toBeTruthy());
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('given at the start is shown with its address, to be mended', async () => {
    const failure = { code: 'unreachable', fields: [], retry_after_seconds: null, server: null, certificate: null, quota: null, folder: null };
    answers['refused_server'] = () => ({ address: 'accounts.example.org', failure });
    render(FirstStart);
    const address = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Server address' });
    expect(address.value).toBe('accounts.example.org');
    expect(await screen.findByText(/Can’t reach/)).toBeTruthy();
    await vi.waitFor(() => expect(document.activeElement).toBe(address));
  });
});
