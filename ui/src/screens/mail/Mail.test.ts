import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { MailView } from '../../backend';
import { loadStage } from '../../state/account.svelte';
import { announcement } from '../../state/announcement.svelte';
import { answers, lastGiven } from '../../testing/shell';
import Mail from './Mail.svelte';

const person = userEvent.setup();
const mail = (changes: Partial<MailView>): MailView => ({
  id: '1',
  kind: 'confirm_email',
  recipient: 'anna@example.org',
  subject: 'Confirm your address',
  status: 'sent',
  reason: null,
  answer: null,
  queued_at: 0,
  sent_at: 0,
  status_at: 0,
  next_try_at: null,
  again_of: null,
  can_be_sent_again: true,
  ...changes,
});

describe('the mails', () => {
  it('say what became of each and why', async () => {
    answers['mails'] = () => ({
      mails: [
        mail({ id: '2', subject: 'A new sign-in', status: 'bounced', reason: 'refused' }),
        mail({}),
        mail({ id: '4', subject: 'Replaced', status: 'withdrawn', reason: 'no_longer_needed' }),
        mail({ id: '3', subject: 'Wait', status: 'queued', reason: 'will_try_again', next_try_at: 1 }),
      ],
      older: null,
    });
    render(Mail);
    expect((await screen.findByRole('row', { name: 'A new sign-in' })).textContent).toMatch(/Bounced.*rejected it permanently/s);
    expect(screen.getByRole('row', { name: 'Confirm your address' }).textContent).toContain('Delivered to the mail server');
    expect(screen.getByRole('row', { name: 'Wait' }).textContent).toMatch(/Next attempt.*will retry/s);
    // Nothing is wrong with what a newer one took the place of.
    const replaced = screen.getByRole('row', { name: 'Replaced' }).textContent;
    expect(replaced).toMatch(/No longer needed.*A newer e-mail/s);
    expect(replaced).not.toContain('not sent');
    expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull();
  });

  it('are never said to be handed over where they are files', async () => {
    const server = { on_this_computer: true, name: '', sign_up: false, mail_delivery: 'outbox', mail_folder: '/outbox' };
    answers['stage'] = () => ({ stage: 'signed_in', server, display_name: 'Anna', username: 'anna', language: 'en', time_zone: '', administrator: false });
    await loadStage();
    answers['mails'] = () => ({ mails: [mail({})], older: null });
    answers['mail'] = () => ({ mail: mail({}), text: '' });
    render(Mail);
    expect((await screen.findByRole('row', { name: 'Confirm your address' })).textContent).toContain('Saved to a file');
    await person.click(screen.getByRole('button', { name: 'Read' }));
    expect((await screen.findByRole('dialog')).textContent).toContain('Saved to a file');
    expect(document.body.textContent).not.toMatch(/delivered to/i);
    answers['stage'] = () => ({ stage: 'first_start' });
    await loadStage();
  });

  it('are read as they were sent, and sent again', async () => {
    answers['mails'] = () => ({ mails: [mail({ status: 'bounced', answer: '550 no such user' })], older: null });
    answers['mail'] = () => ({ mail: mail({ status: 'bounced', answer: '550 no such user' }), text: 'Open this link: ••••••••' });
    answers['send_mail_again'] = () => '9';
    render(Mail);
    await person.click(await screen.findByRole('button', { name: 'Read' }));
    const dialog = screen.getByRole('dialog', { name: 'Confirm your address' });
    expect((await within(dialog).findByRole('region', { name: 'Text of the e-mail' })).textContent).toBe('Open this link: ••••••••');
    expect(dialog.textContent).toContain('550 no such user');
    await person.click(within(dialog).getByRole('button', { name: 'Send again' }));
    await vi.waitFor(() => expect(announcement.sentence).toBe('It is on its way to anna@example.org again.'));
    expect(lastGiven('send_mail_again')).toEqual({ id: '1' });
  });
});
