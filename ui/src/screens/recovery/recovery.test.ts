import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PasswordCheckForm, RecoveryStatusView, ServerView } from '../../backend';
import { account } from '../../state/account.svelte';
import { announcement } from '../../state/announcement.svelte';
import { closeReset, lookForResetLink, pasteResetLink, resetLink } from '../../state/reset_link.svelte';
import { accountCalls } from '../../state/shown.svelte';
import { answers, lastGiven, refuse } from '../../testing/shell';
import Start from '../Start.svelte';
import ForgottenPassword from './ForgottenPassword.svelte';
import ResetPassword from './ResetPassword.svelte';

const person = userEvent.setup();
const server: ServerView = { on_this_computer: false, name: 'accounts.example.org', sign_up: true, mail_delivery: 'smtp', mail_folder: null };
const stage = { stage: 'sign_in' as const, server, ended: null, parked: null, login: 'anna' };
let status: RecoveryStatusView | null;

beforeEach(async () => {
  status = null;
  answers['recovery_status'] = () => status;
  answers['forget_reset_link'] = () => null;
  answers['check_password'] = () => ({ rules: [], strength: { score: 3, guesses_log10: 11 }, minimum_with_second_factor: null });
  await closeReset(accountCalls());
});

describe('a forgotten password', () => {
  it('asks for the name, and then tells no more than is known', async () => {
    answers['request_recovery'] = () => {
      status = { login: 'anna', requested_at: 0, mail: 'none_known', retry_after_seconds: null };
      return null;
    };
    render(ForgottenPassword, { server, login: 'anna', onback: () => {} });
    await person.type(await screen.findByRole('textbox', { name: 'Username or e-mail' }), '{Enter}');
    expect((await screen.findByRole('status')).textContent).toContain('If there is an account “anna”');
    expect(lastGiven('request_recovery')).toEqual({ form: { login: 'anna' } });
    expect(screen.getAllByRole('status')).toHaveLength(1);
  });

  it.each([
    ['queued', 'waiting to be sent'],
    ['sent', 'The e-mail was sent'],
    ['bounced', 'bounced'],
    ['failed', 'couldn’t be sent'],
  ] as const)('says truthfully that the mail is %s', async (mail, words) => {
    status = { login: 'anna', requested_at: 0, mail, retry_after_seconds: null };
    render(ForgottenPassword, { server, login: 'anna', onback: () => {} });
    expect(await screen.findByText(new RegExp(words))).toBeTruthy();
    expect(screen.getByText('Didn’t get the e-mail?')).toBeTruthy();
  });

  it.each([
    ['limited', 1140, 'in 19 minutes', true],
    ['limited', null, 'ask for another now', true],
    ['no_address', null, 'only to confirmed addresses', false],
  ] as const)('promises no mail when it is %s, and says what to do', async (mail, retry_after_seconds, words, link) => {
    status = { login: 'anna', requested_at: 0, mail, retry_after_seconds };
    render(ForgottenPassword, { server, login: 'anna', onback: () => {} });
    expect(await screen.findByText(new RegExp(words))).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'No e-mail was sent' })).toBeTruthy();
    expect(screen.queryByText(/a link is on its way/)).toBeNull();
    expect(screen.queryByText('Didn’t get the e-mail?')).toBeNull();
    expect(screen.queryByRole('button', { name: 'I have a link' }) !== null).toBe(link);
    await person.click(screen.getByRole('button', { name: 'Ask for another link' }));
    expect(screen.getByRole('textbox', { name: 'Username or e-mail' })).toBeTruthy();
  });
});

describe('a forgotten password where mails are files on this computer', () => {
  const here: ServerView = { on_this_computer: true, name: '', sign_up: false, mail_delivery: 'outbox', mail_folder: '/data/server/outbox' };

  it.each(['none_known', 'queued', 'sent'] as const)('offers the folder first and says nothing of a mail that left (%s)', async (mail) => {
    status = { login: 'anna', requested_at: 0, mail, retry_after_seconds: null };
    answers['open_mail_folder'] = refuse('folder_not_opened');
    render(ForgottenPassword, { server: here, login: 'anna', onback: () => {} });
    const note = await screen.findByRole('status');
    expect(note.textContent).toMatch(/in a file on this computer.*anna.*\/data\/server\/outbox/s);
    expect(screen.getAllByRole('button')[0]?.textContent).toContain('Open folder');
    expect(document.body.textContent).not.toMatch(/was sent|on its way|spam|waiting to be sent|administrator/);
    expect(screen.getByText('How to get back in')).toBeTruthy();
    expect(screen.getByText(/use a recovery code instead/)).toBeTruthy();
    await person.click(screen.getByRole('button', { name: 'Open folder' }));
    expect((await screen.findByRole('alert')).textContent).toContain('No program could open the folder');
  });

  it('says when the file could not be written', async () => {
    status = { login: 'anna', requested_at: 0, mail: 'failed', retry_after_seconds: null };
    render(ForgottenPassword, { server: here, login: 'anna', onback: () => {} });
    expect(await screen.findByText('Latchkey couldn’t save the link to a file')).toBeTruthy();
    expect(screen.queryByText('The link is in a file on this computer')).toBeNull();
  });

  it('of a server elsewhere says nothing of a mail that left either', async () => {
    status = { login: 'anna', requested_at: 0, mail: 'sent', retry_after_seconds: null };
    render(ForgottenPassword, { server: { ...server, mail_delivery: 'outbox' }, login: 'anna', onback: () => {} });
    expect(await screen.findByText(/saves its e-mails in a folder/)).toBeTruthy();
    expect(screen.queryByText(/The e-mail was sent/)).toBeNull();
  });
});

describe('the new password by a link', () => {
  it('uses the link that opened the app without asking for it', async () => {
    answers['stage'] = () => stage;
    answers['reset_link'] = () => ({ waits: true });
    await lookForResetLink();
    expect(resetLink.open).toBe(true);
    answers['reset_password'] = () => stage;
    render(ResetPassword, { stage });
    expect(screen.queryByRole('textbox', { name: 'Link from the e-mail' })).toBeNull();
    await person.type(screen.getByLabelText('New password'), 'brass kettle');
    await person.type(screen.getByLabelText('Password again'), 'brass kettle{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toContain('Sign in with the new one'));
    expect(lastGiven('reset_password')).toEqual({ form: { link: null, new_password: 'brass kettle', repeat: 'brass kettle', code: null } });
    expect(account.stage?.stage).toBe('sign_in');
    expect(resetLink.open).toBe(false);
  });

  it('asks for a code once the server wants one, and keeps what was typed', async () => {
    pasteResetLink();
    answers['reset_password'] = refuse('invalid_fields', [{ field: 'code', code: 'required' }]);
    render(ResetPassword, { stage });
    await person.type(screen.getByRole('textbox', { name: 'Link from the e-mail' }), 'latchkey://reset-password/abc');
    await person.type(screen.getByLabelText('New password'), 'brass kettle{Enter}');
    const code = await screen.findByRole('textbox', { name: 'Code from your authenticator app' });
    await vi.waitFor(() => expect(document.activeElement).toBe(code));
    answers['reset_password'] = () => stage;
    await person.type(code, '123456{Enter}');
    await vi.waitFor(() =>
      expect(lastGiven('reset_password')).toMatchObject({
        form: { link: 'latchkey://reset-password/abc', new_password: 'brass kettle', code: '123456' },
      }),
    );
  });

  it('leads somebody with a passkey to the browser', async () => {
    pasteResetLink();
    answers['reset_password'] = refuse('code_or_passkey_needed', [{ field: 'code', code: 'required' }]);
    answers['open_reset_page'] = () => ({ url: 'https://accounts.example.org/reset-password/abc', expires_at: 0 });
    render(ResetPassword, { stage });
    expect(screen.queryByRole('button', { name: 'Use a passkey' })).toBeNull();
    await person.type(screen.getByRole('textbox', { name: 'Link from the e-mail' }), ' abc ');
    await person.type(screen.getByLabelText('New password'), 'brass kettle{Enter}');
    await person.click(await screen.findByRole('button', { name: 'Use a passkey' }));
    expect((await screen.findByRole('status')).textContent).toMatch(/Use your passkey.*accounts\.example\.org/s);
    expect(lastGiven('open_reset_page')).toEqual({ link: 'abc' });
  });

  it('says how long a password must be, with and without two-step sign-in', async () => {
    pasteResetLink();
    answers['check_password'] = (given) => {
      const on = (given as unknown as { form: PasswordCheckForm }).form.second_factor;
      const rules = [{ code: 'too_short', amount: on === true ? 8 : 15, satisfied: false }];
      return { rules, strength: { score: 3, guesses_log10: 11 }, minimum_with_second_factor: on === false ? 8 : null };
    };
    answers['reset_password'] = refuse('invalid_fields', [{ field: 'code', code: 'required' }]);
    render(ResetPassword, { stage });
    expect(await screen.findByText('At least 15 characters')).toBeTruthy();
    expect(screen.getByText('With two-step sign-in on, 8 characters are enough.')).toBeTruthy();
    await person.type(screen.getByRole('textbox', { name: 'Link from the e-mail' }), 'abc');
    await person.type(screen.getByLabelText('New password'), 'brass kettle{Enter}');
    expect(await screen.findByText('At least 8 characters')).toBeTruthy();
    expect(screen.queryByText(/8 characters are enough/)).toBeNull();
  });

  it('offers another link to somebody who is signed in, and the way back', async () => {
    const signedIn = { stage: 'signed_in' as const, server, display_name: 'Anna', username: 'anna', language: 'en', time_zone: '', administrator: false };
    pasteResetLink();
    answers['reset_password'] = refuse('link_spent');
    answers['request_recovery'] = () => null;
    render(Start, { stage: signedIn });
    await person.type(screen.getByRole('textbox', { name: 'Link from the e-mail' }), 'abc');
    await person.type(screen.getByLabelText('New password'), 'brass kettle{Enter}');
    await person.click(await screen.findByRole('button', { name: 'Ask for another link' }));
    const login = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Username or e-mail' });
    expect(login.value).toBe('anna');
    await person.click(screen.getByRole('button', { name: 'Back' }));
    expect([resetLink.open, resetLink.another]).toEqual([false, false]);
  });

  it('is over where the account was signed out before the answer came', async () => {
    pasteResetLink();
    // The answer was made while the account was still there; that it is gone was told before it arrived.
    answers['reset_password'] = () => ({ stage: 'signed_in', server, display_name: '', username: 'anna', language: '', time_zone: '', administrator: false });
    answers['stage'] = () => stage;
    render(Start, { stage });
    await person.type(screen.getByRole('textbox', { name: 'Link from the e-mail' }), 'abc');
    await person.type(screen.getByLabelText('New password'), 'brass kettle{Enter}');
    await vi.waitFor(() => expect(resetLink.open).toBe(false));
    await vi.waitFor(() => expect(account.stage).toEqual(stage));
  });

  it('names the server of a link that is another one’s', async () => {
    pasteResetLink();
    answers['reset_password'] = refuse('other_server', [], null, 'other.example.org');
    render(ResetPassword, { stage });
    await person.type(screen.getByRole('textbox', { name: 'Link from the e-mail' }), 'https://other.example.org/reset-password/abc');
    await person.type(screen.getByLabelText('New password'), 'brass kettle{Enter}');
    expect((await screen.findByRole('alert')).textContent).toMatch(/is for other\.example\.org.*nothing was sent.*in your browser/);
  });

  it('offers another one in place of a link that is spent', async () => {
    pasteResetLink();
    answers['reset_password'] = refuse('link_spent');
    render(ResetPassword, { stage });
    await person.type(screen.getByRole('textbox', { name: 'Link from the e-mail' }), 'abc');
    await person.type(screen.getByLabelText('New password'), 'brass kettle{Enter}');
    await person.click(await screen.findByRole('button', { name: 'Ask for another link' }));
    expect([resetLink.open, resetLink.another]).toEqual([false, true]);
  });
});
