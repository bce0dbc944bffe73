import { CircleCheck, Clock, Minus, TriangleAlert, type IconNode } from 'lucide';
import type { MailStatus, MailView } from '../../backend';
import type { Standing } from '../../parts/standing';
import { text } from '../../state/locale.svelte';
import { mailsAreFiles } from '../../state/names.svelte';
import { moment } from '../../state/time.svelte';

const statuses: Record<MailStatus, { icon: IconNode; kind: Standing }> = {
  queued: { icon: Clock, kind: 'calm' },
  sent: { icon: CircleCheck, kind: 'good' },
  bounced: { icon: TriangleAlert, kind: 'warn' },
  failed: { icon: TriangleAlert, kind: 'warn' },
  withdrawn: { icon: Minus, kind: 'calm' },
};

/** What became of a mail, drawn. */
export function statusOf(mail: MailView): { icon: IconNode; kind: Standing } {
  return statuses[mail.status];
}

/** What became of a mail and when, as one sentence. */
export function statusSentence(mail: MailView): string {
  const { status, status_at, sent_at, next_try_at } = mail;
  if (status === 'sent') return text(mailsAreFiles() ? 'mail-status-written' : 'mail-status-sent', { at: moment(sent_at ?? status_at) });
  if (status !== 'queued') return text(`mail-status-${status}`, { at: moment(status_at) });
  return next_try_at === null ? text('mail-status-queued') : text('mail-status-next', { at: moment(next_try_at) });
}

/** Why, when there is more to say. */
export function reasonSentence({ reason }: MailView): string | undefined {
  return reason === null ? undefined : text(`mail-reason-${reason}`);
}
