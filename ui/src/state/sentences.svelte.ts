// The sentence for each failure, refused field and thing that happened.
import type { ActivityEntryView, ActivityKind, ChangedField, Failure, FieldCode, ProfileEdit, RefusedView } from '../backend';
import { fold } from '../fold';
import { languageName, text, type WordId } from './locale.svelte';

export function failureSentence(failure: Failure): string {
  const seconds = failure.retry_after_seconds ?? 0;
  if (failure.code === 'too_many_attempts' || failure.code === 'busy') {
    if (seconds > 90) return text(`wait-minutes-${failure.code}`, { minutes: Math.ceil(seconds / 60) });
    return seconds > 0 ? text(`wait-${failure.code}`, { seconds }) : text(`failure-${failure.code}`);
  }
  if (failure.code === 'quota_reached' && failure.quota !== null) {
    return `${text(`quota-${failure.quota}`)} ${text('quota-wait', { minutes: Math.ceil(seconds / 60) })}`;
  }
  if (failure.code === 'other_server' && failure.server !== null) return text('failure-link-of-server', { server: failure.server });
  if (failure.code === 'folder_not_opened' && failure.folder !== null) return text('failure-folder-named', { folder: failure.folder });
  if (failure.code === 'untrusted_certificate') return text(`certificate-${failure.certificate ?? 'invalid'}`);
  return text(`failure-${failure.code}`);
}

/** Whether it was the keyring's: nobody needs one who does not stay signed in. */
export function isOfKeyring({ code }: Failure): boolean {
  return code === 'keyring_locked' || code === 'keyring_unavailable';
}

/** Where a field can say more than its code does. */
const exact: Record<string, WordId> = {
  'username.invalid_characters': 'username-invalid-characters',
  'username.invalid_shape': 'username-invalid-shape',
  'username.too_short': 'username-too-short',
  'username.taken': 'username-taken',
  'display_name.required': 'display-name-required',
  'display_name.too_long': 'display-name-too-long',
  'device_name.required': 'device-name-required',
  'device_name.too_long': 'device-name-too-long',
  'password.too_short': 'password-too-short',
  'new_password.too_short': 'password-too-short',
  'new_password.unchanged': 'password-unchanged',
  'completion.wrong_code': 'completion-wrong',
  'completion.required': 'completion-required',
  'repeat.required': 'repeat-required',
  'address.too_many': 'address-too-many',
  'time_zone.not_a_choice': 'time-zone-not-a-choice',
};

export function fieldSentence(field: string, code: FieldCode): string {
  const id = exact[`${field}.${code}`];
  return id === undefined ? text(`field-${code}`) : (text as (id: WordId) => string)(id);
}

/** Why the server will not have a value. */
export function refusalSentence({ field, reason }: RefusedView): string {
  return reason.refusal === 'field' ? fieldSentence(field, reason.code) : text(`refusal-${reason.refusal}`);
}

/** The fields that may be edited offline, each of which has words of its own. */
type EditableField = keyof ProfileEdit | 'device_name';
const editableFields: Record<EditableField, true> = { display_name: true, language: true, time_zone: true, device_name: true };

/** The words of a field that may be edited offline; those of any other for one that only newer versions know. */
export function fieldWords(field: string): EditableField | 'other' {
  return field in editableFields ? (field as EditableField) : 'other';
}

/** A value of a field as people read it. */
export function fieldValue(field: string, value: string): string {
  return field === 'language' && value !== '' ? languageName(value) : value;
}

/** What became of the profile: one sentence for each field; entries from before these were noted say less. */
function profileSentence(changed: ChangedField[], subject: string | null): string {
  const all = changed.length > 0 || subject === null ? changed : [{ field: 'display_name', after: subject }];
  const sentences = all.flatMap(({ field, after }) => {
    const known = fieldWords(field);
    return known === 'other' || known === 'device_name' ? [] : [text(`activity-changed-${known}`, { value: fieldValue(known, after) })];
  });
  return sentences.length > 0 ? sentences.join('. ') : text('activity-profile_changed');
}

/** What happened, in words. */
export function activitySentence(entry: Pick<ActivityEntryView, 'kind' | 'subject' | 'device_name' | 'changed'>): string {
  const subject = entry.subject ?? '';
  const device = entry.device_name ?? text('unknown-device');
  switch (entry.kind) {
    case 'profile_changed':
      return profileSentence(entry.changed, entry.subject);
    case 'device_renamed': {
      const before = entry.changed[0]?.before;
      return before === undefined ? text('activity-device_renamed', { subject }) : text('activity-renamed', { before, after: subject });
    }
    case 'signed_in':
    case 'signed_in_from_new_device':
    case 'signed_out':
      return text(`activity-${entry.kind}`, { device });
    case 'device_ended':
    case 'device_confirmed_ended':
    case 'email_added':
    case 'email_confirmed':
    case 'email_made_primary':
    case 'email_removed':
    case 'email_change_requested':
    case 'email_change_completed':
    case 'email_change_cancelled':
    case 'email_change_undone':
    case 'mail_bounced':
    case 'mail_failed':
    case 'sign_in_confirmed':
    case 'sign_in_disowned':
    case 'username_changed':
    case 'suspension_lifted':
    case 'password_reset_started':
    case 'second_factor_reset':
    case 'sessions_ended_by_administrator':
    case 'user_password_reset_started':
    case 'user_second_factor_reset':
    case 'user_sessions_ended':
    case 'passkey_added':
    case 'passkey_renamed':
    case 'passkey_removed':
    case 'passkey_refused':
    case 'old_token_used':
      return text(`activity-${entry.kind}`, { subject });
    case 'account_created':
    case 'sign_in_failed':
    case 'sign_in_stopped':
    case 'sign_in_unfinished':
    case 'password_refused':
    case 'second_factor_refused':
    case 'password_changed':
    case 'password_reset':
    case 'password_reset_requested':
    case 'second_factor_enabled':
    case 'second_factor_disabled':
    case 'second_factor_locked':
    case 'recovery_code_used':
    case 'recovery_codes_replaced':
    case 'recovery_codes_voided':
    case 'unknown':
    case 'account_secured':
    case 'administrator_granted':
    case 'administrator_revoked':
      return text(`activity-${entry.kind}`);
  }
}

/** Those of `kinds` whose words have `words` in them, in upper or lower case; none for blank ones. */
export function kindsSaying(words: string, kinds: string[]): ActivityKind[] {
  const sought = fold(words);
  if (sought === '') return [];
  const changed = Object.keys(editableFields).map((field) => ({ field, before: '', after: '' }));
  const said = (kind: ActivityKind): string =>
    [[], changed].map((fields) => activitySentence({ kind, subject: null, device_name: '', changed: fields })).join(' ');
  return (kinds as ActivityKind[]).filter((kind) => fold(said(kind)).includes(sought));
}
