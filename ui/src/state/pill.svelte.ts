// What the sync pill says.
import type { SyncView } from '../backend';
import { text } from './locale.svelte';

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
    case 'server_trouble': {
      const state = sync.state === 'offline' ? text('sync-offline') : text('sync-server-trouble');
      return sync.waiting_changes === 0 ? state : `${state} · ${text('sync-waiting', { count: sync.waiting_changes })}`;
    }
  }
}
