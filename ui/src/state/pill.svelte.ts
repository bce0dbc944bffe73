// What the sync pill says.
import type { SyncView } from '../backend';
import { text } from './locale.svelte';

/** Whether nothing comes from the server or gets there. */
export function cutOff(sync: SyncView): boolean {
  return ['offline', 'server_trouble', 'untrusted_certificate', 'proxy_sign_in', 'something_else'].includes(sync.state);
}

/** What the state means, and what to do about it. */
export function syncWords(sync: SyncView): string {
  if (sync.state === 'not_saved') return text(`sync-words-not_saved-${sync.folder_problem ?? 'broken'}`);
  if (sync.state === 'untrusted_certificate') return text(`certificate-${sync.certificate ?? 'invalid'}`);
  return text(`sync-words-${sync.state}`);
}

export function pillSentence(sync: SyncView): string {
  switch (sync.state) {
    case 'up_to_date':
      return text('sync-up-to-date');
    case 'syncing': {
      const { progress } = sync;
      if (progress === null || progress.total === 0) return text('sync-syncing');
      return text('sync-syncing-percent', { percent: Math.min(100, Math.floor((100 * progress.done) / progress.total)) });
    }
    case 'polling':
      return text('sync-polling');
    case 'needs_answer':
      return text('sync-needs-answer');
    case 'not_saved':
      return text(`sync-not-saved-${sync.folder_problem ?? 'broken'}`);
    case 'offline':
    case 'server_trouble':
    case 'untrusted_certificate':
    case 'proxy_sign_in':
    case 'something_else': {
      const state = text(`sync-cut-off-${sync.state}`);
      return sync.waiting_changes === 0 ? state : `${state} · ${text('sync-waiting', { count: sync.waiting_changes })}`;
    }
  }
}
