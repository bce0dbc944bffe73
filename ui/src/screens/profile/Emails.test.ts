import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContactsView } from '../../backend';
import { loadStage } from '../../state/account.svelte';
import { announcement } from '../../state/announcement.svelte';
import StepUp from '../../parts/StepUp.svelte';
import { stepUp } from '../../state/step_up.svelte';
import { answers, asked, lastGiven, refuse } from '../../testing/shell';
import ChangeEmail from './ChangeEmail.svelte';
import Emails from './Emails.svelte';

const person = userEvent.setup();
const contacts: ContactsView = {
  emails: [
    { id: 'one', address: 'anna@example.org', primary: true, confirmed_at: 1, confirmation_sent_at: null, came_back_at: null, suspended: false },
    { id: 'two', address: 'kern@example.net', primary: false, confirmed_at: 1, confirmation_sent_at: null, came_back_at: null, suspended: false },
  ],
  change: null,
  primary_stays_until: null,
};

/** The password is asked for; gives it. */
async function prove(): Promise<void> {
  await vi.waitFor(() => expect(stepUp.asking).toBe(true));
  const { unmount } = render(StepUp);
  await person.type(screen.getByLabelText('Password'), 'right{Enter}');
  await vi.waitFor(() => expect(stepUp.asking).toBe(false));
  unmount();
}

const times = (command: string): number => asked.filter((each) => each.command === command).length;

describe('an open window alone changes no address', () => {
  beforeEach(() => {
    let proven = false;
    answers['contacts'] = () => contacts;
    answers['second_factor'] = () => ({ enabled_at: null });
    answers['step_up'] = () => {
      proven = true;
      return { until: 0 };
    };
    for (const command of ['add_email', 'make_email_primary', 'remove_email']) {
      answers[command] = () => (proven ? null : refuse('step_up_needed')());
    }
  });

  it('asks for the password before one is added', async () => {
    render(Emails);
    await person.click(await screen.findByRole('button', { name: 'Add address' }));
    await person.type(screen.getByLabelText('New address'), 'new@example.net{Enter}');
    await prove();
    await vi.waitFor(() => expect(announcement.sentence).toContain('new@example.net'));
    expect(lastGiven('add_email')).toEqual({ form: { address: 'new@example.net' } });
    expect(times('add_email')).toBe(2);
  });

  it('says of an address that mails come back from it', async () => {
    const address = { id: 'one', address: 'anna@example.org', primary: true, confirmed_at: 1, confirmation_sent_at: null };
    answers['contacts'] = () => ({ emails: [{ ...address, came_back_at: 1 }], change: null });
    render(Emails);
    const row = await screen.findByRole('listitem', { name: 'anna@example.org' });
    expect(row.textContent).toMatch(/bounced.*get your account’s messages there/s);
  });

  it('tells the way back from the button that cancels a change', async () => {
    const change = {
      id: 'change',
      old_address: 'anna@example.org',
      new_address: 'kern@example.net',
      requested_at: 1,
      new_confirmed: false,
      old_must_confirm: false,
      old_confirmed: false,
      state: 'pending' as const,
      pending_until: 2,
      undo_until: null,
    };
    answers['contacts'] = () => ({ ...contacts, change });
    render(Emails);
    await person.click(await screen.findByRole('button', { name: 'Cancel the change' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getAllByRole('button').map(({ textContent }) => textContent)).toEqual(['Back', 'Cancel the change']);
  });

  it('asks for it before one is made primary', async () => {
    render(Emails);
    await person.click(await screen.findByRole('button', { name: 'Make primary' }));
    await prove();
    await vi.waitFor(() => expect(announcement.sentence).toContain('kern@example.net'));
    expect(lastGiven('make_email_primary')).toEqual({ id: 'two' });
  });

  it('says when the primary address so far has yet to agree', async () => {
    answers['make_email_primary'] = () => false;
    render(Emails);
    await person.click(await screen.findByRole('button', { name: 'Make primary' }));
    await vi.waitFor(() => expect(announcement.sentence).toContain('has to approve this first'));
    answers['make_email_primary'] = () => true;
    await person.click(await screen.findByRole('button', { name: 'Make primary' }));
    await vi.waitFor(() => expect(announcement.sentence).toContain('is your primary address now'));
  });

  it('asks for it before one is removed, and leaves it when the person gives up', async () => {
    render(Emails);
    const row = await screen.findByRole('listitem', { name: 'kern@example.net' });
    await person.click(within(row).getByRole('button', { name: 'Remove' }));
    const question = screen.getByRole('dialog', { name: 'Remove kern@example.net?' });
    await person.click(within(question).getByRole('button', { name: 'Remove' }));
    await vi.waitFor(() => expect(stepUp.asking).toBe(true));
    const { unmount } = render(StepUp);
    const proof = screen.getByRole('dialog', { name: 'Confirm it’s you' });
    await person.click(within(proof).getByRole('button', { name: 'Cancel' }));
    unmount();
    expect(await within(question).findByText(/Nothing was changed/)).toBeTruthy();
    expect(times('remove_email')).toBe(1);
    await person.click(within(question).getByRole('button', { name: 'Remove' }));
    await prove();
    await vi.waitFor(() => expect(announcement.sentence).toBe('kern@example.net was removed.'));
  });
});

describe('where mails are files on this computer', () => {
  const here = { on_this_computer: true, name: '', sign_up: false, mail_delivery: 'outbox', mail_folder: '/data/outbox' };
  const isAt = (server: object): Promise<void> => {
    answers['stage'] = () => ({ stage: 'signed_in', server, display_name: 'Anna', username: 'anna', language: 'en', time_zone: '', administrator: false });
    return loadStage();
  };
  beforeEach(() => {
    answers['contacts'] = () => contacts;
    return isAt(here);
  });
  afterEach(() => {
    answers['stage'] = () => ({ stage: 'first_start' });
    return loadStage();
  });

  it.each([
    ['the server has not said yet where they are', { ...here, mail_folder: null }, undefined, /spam folder|whoever runs it/],
    ['they are files of a server elsewhere', { ...here, on_this_computer: false, mail_folder: null }, /send a link there/, /Each mail is a file/],
    ['the server on this computer sends them', { ...here, mail_delivery: 'smtp', mail_folder: null }, /send a link there/, /Each mail is a file/],
  ])('it is by the server and not by the folder where %s', async (_, server, said, unsaid) => {
    await isAt(server);
    render(Emails);
    await person.click(await screen.findByRole('button', { name: 'Add address' }));
    if (said === undefined) expect(screen.queryByText(/send a link there/)).toBeNull();
    else expect(screen.getByText(said)).toBeTruthy();
    expect(screen.queryByText(unsaid)).toBeNull();
  });

  it('no link is spoken of', async () => {
    answers['add_email'] = () => null;
    answers['second_factor'] = () => ({ enabled_at: null });
    render(Emails);
    await person.click(await screen.findByRole('button', { name: 'Add address' }));
    expect(screen.queryByText(/send a link there/)).toBeNull();
    await person.type(screen.getByLabelText('New address'), 'new@example.net{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('new@example.net was added.'));
    await person.click(screen.getByRole('button', { name: 'Change' }));
    expect((await screen.findByRole('dialog')).textContent).toMatch(/becomes your primary address at once/);
  });

  it('a folder that no program opens is named', async () => {
    const failure = { code: 'folder_not_opened', fields: [], retry_after_seconds: null, server: null, certificate: null, folder: '/data/outbox' };
    answers['open_mail_folder'] = () => {
      throw failure;
    };
    render(Emails);
    await person.click(await screen.findByRole('button', { name: 'Open folder' }));
    expect((await screen.findByRole('alert')).textContent).toBe('No program could open the folder. It is at /data/outbox');
  });
});

describe('changing the address', () => {
  it.each([
    [null, /has been on for less than 30 days, so both have to confirm/],
    [Date.now() * 1000 - 6 * 86_400_000_000, /both have to confirm/],
    [1, /stays until you open it, is notified of the change/],
  ])('says who has to agree', async (enabled_at, words) => {
    answers['second_factor'] = () => ({ enabled_at });
    render(ChangeEmail, { old: 'anna@example.org', here: false, onclose: () => {} });
    expect(await screen.findByText(words)).toBeTruthy();
  });
});
