import { render, screen } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import type { SyncState } from '../backend';
import Announcer from '../parts/Announcer.svelte';
import { answers, change } from '../testing/shell';
import { account, start } from './account.svelte';
import { announce, announcement, hush } from './announcement.svelte';
import { announceEdit } from './edits.svelte';
import { setLanguage } from './locale.svelte';

const sync = (state: SyncState) => ({ state, waiting_changes: 1, conflicts: 0, refused: 0, current_at: 0, progress: null, folder_problem: null, damage: null, certificate: null });

describe('what is said', () => {
  it('is in the language that is spoken, also after that was changed', async () => {
    render(Announcer);
    announce('email-removed', { address: 'anna@example.org' });
    expect((await screen.findByText('anna@example.org was removed.')).closest('[role="status"]')).toBeTruthy();
    await setLanguage('de');
    expect(await screen.findByText('anna@example.org wurde entfernt.')).toBeTruthy();
    hush();
  });

  it('is said by the newest place alone: a dialog covers the others', async () => {
    render(Announcer);
    const { unmount } = render(Announcer);
    announce('sign-out-done');
    await vi.waitFor(() => expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toEqual(['', announcement.sentence]));
    unmount();
    await vi.waitFor(() => expect(screen.getByRole('status').textContent).toBe(announcement.sentence));
    hush();
  });

  it('of an edit says that it waits, as long as that is so', async () => {
    let state: SyncState = 'offline';
    Object.assign(answers, { sync_status: () => sync(state), stage: () => ({ stage: 'first_start' }), preferences: () => ({ theme: 'system', language: null, stay_in_tray: false, text_size: null }), keyring_prompts: () => false });
    await start();
    announceEdit('profile-saved');
    await vi.waitFor(() => expect(announcement.sentence).toBe('Your profile is saved. Latchkey sends this change when it can reach the server.'));
    state = 'up_to_date';
    await change('sync');
    await vi.waitFor(() => expect(account.sync?.state).toBe('up_to_date'));
    expect(announcement.sentence).toBe('Your profile is saved.');
    hush();
  });
});
