import { emit } from '@tauri-apps/api/event';
import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import App from './App.svelte';
import type { LinkOutcome, LinkOutcomeView, Stage } from './backend';
import { readLater } from './screens/components';
import { loadStage } from './state/account.svelte';
import { announcement } from './state/announcement.svelte';
import { answers } from './testing/shell';

const person = userEvent.setup();
const stage: Stage = {
  stage: 'sign_in',
  server: { on_this_computer: false, name: 'accounts.example.org', sign_up: true, mail_delivery: 'smtp', mail_folder: null },
  ended: null,
  parked: null,
  login: null,
};

async function opened(outcomes: LinkOutcome[]): Promise<void> {
  await readLater();
  answers['stage'] = () => stage;
  await loadStage();
  answers['reset_link'] = () => ({ waits: false });
  answers['recovery_status'] = () => null;
  answers['link_outcomes'] = (): LinkOutcomeView[] => outcomes.splice(0).map((outcome) => ({ account: null, outcome }));
  render(App);
}

describe('a link', () => {
  it('that started the app says what it did, also to somebody who is signed out', async () => {
    await opened([{ outcome: 'email_confirmed', address: 'anna@example.org' }]);
    await vi.waitFor(() => expect(announcement.sentence).toBe('anna@example.org is confirmed.'));
  });

  it('that did not work says why, until that is read', async () => {
    const outcomes: LinkOutcome[] = [];
    await opened(outcomes);
    expect(screen.queryByRole('dialog')).toBeNull();
    const refused: [code: 'link_spent' | 'not_allowed_now' | 'busy', sentence: RegExp][] = [
      ['link_spent', /was used, was replaced, or has expired/],
      ['not_allowed_now', /isn’t possible at the moment/],
      ['busy', /server is busy/],
    ];
    for (const [code, sentence] of refused) {
      outcomes.push({ outcome: 'refused', failure: { code, fields: [], retry_after_seconds: null, server: null, certificate: null, quota: null, folder: null } });
      await emit('link-followed', null);
      const dialog = await screen.findByRole('dialog', { name: 'This link did not work' });
      expect(dialog.textContent).toMatch(sentence);
      await person.click(screen.getByRole('button', { name: 'Close' }));
      await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    }
  });
});
