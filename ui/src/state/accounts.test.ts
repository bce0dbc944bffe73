import { emit } from '@tauri-apps/api/event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AccountEntry, Stage } from '../backend';
import { answers, asked, refuse } from '../testing/shell';
import { account, showAccount, start } from './account.svelte';
import { accounts, followAccounts, switchByKey, switchTo, whenScreenAsked } from './accounts.svelte';
import { accountCalls, shown } from './shown.svelte';
import { stepUp, withStepUp } from './step_up.svelte';

const server = { on_this_computer: false, name: 'accounts.example.org', sign_up: true, mail_delivery: 'smtp' as const, mail_folder: null };

function entry(id: string): AccountEntry {
  return { id, name: id, server, state: 'connected', waiting: 0 };
}

function stageOf(id: string): Stage {
  return { stage: 'signed_in', server, display_name: id, username: id, language: 'en', time_zone: '', administrator: false };
}

/** Whom each of the last calls of `command` was for. */
function askedFor(command: string): (string | undefined)[] {
  return asked.filter((each) => each.command === command).map(({ account: of }) => of);
}

beforeEach(() => {
  answers['accounts'] = () => ({ shown: 'one', accounts: ['one', 'two', 'three'].map(entry) });
  answers['show_account'] = () => null;
  for (const command of ['stage', 'sync_status', 'overview', 'reset_link', 'profile']) answers[command] = refuse('internal');
  showAccount('one', stageOf('one'), undefined);
});

describe('the account that is shown', () => {
  it('is not what a command goes to that was begun for another', async () => {
    const mine = accountCalls();
    let said = 0;
    let answer: () => void = () => {};
    answers['profile'] = () => new Promise((resolve) => (answer = () => resolve(null)));
    void mine.profile().then(() => (said += 1));
    await vi.waitFor(() => expect(askedFor('profile')).toEqual(['one']));
    await switchTo('two');
    answer();
    answers['profile'] = () => null;
    void mine.profile().then(() => (said += 1));
    await accountCalls().profile();
    expect(askedFor('profile')).toEqual(['one', 'one', 'two']);
    // What came of it is not told while another account is shown, nor when it is shown again.
    await switchTo('one');
    expect(said).toBe(0);
  });

  it('is the one that was wished for last, whichever is read first', async () => {
    const read: Record<string, () => void> = {};
    const stages = ['two', 'three'];
    answers['stage'] = () => {
      const id = stages.shift();
      return id === undefined ? stageOf('three') : new Promise((resolve) => (read[id] = () => resolve(stageOf(id))));
    };
    const first = switchTo('two');
    const second = switchTo('three');
    read['three']?.();
    await second;
    read['two']?.();
    await first;
    expect(shown.id).toBe('three');
    expect(account.stage).toEqual(stageOf('three'));
    expect(asked.filter(({ command }) => command === 'show_account').map(({ given }) => given)).toEqual([{ id: 'three' }]);
  });

  it('has nothing done to it that waits for a proof of another', async () => {
    answers['change_username'] = refuse('step_up_needed');
    const calls = accountCalls();
    const changing = withStepUp(() => calls.changeUsername({ username: 'anja' }));
    await vi.waitFor(() => expect(stepUp.asking).toBe(true));
    await switchTo('two');
    expect((await changing).ok).toBe(false);
    expect(stepUp.asking).toBe(false);
    expect(askedFor('change_username')).toEqual(['one']);
  });

  it('alone is asked for again when something of it changes', async () => {
    answers['shown_account'] = () => 'one';
    answers['preferences'] = answers['keyring_prompts'] = refuse('internal');
    await start();
    asked.length = 0;
    await emit('changed', { account: 'two', topics: ['stage'] });
    expect(askedFor('stage')).toEqual([]);
    await emit('changed', { account: 'one', topics: ['stage'] });
    expect(askedFor('stage')).toEqual(['one']);
  });

  it('is chosen by its number, and not behind a dialog', async () => {
    followAccounts();
    await vi.waitFor(() => expect(accounts.list.length).toBe(3));
    const dialog = document.body.appendChild(document.createElement('dialog'));
    dialog.showModal();
    switchByKey(new KeyboardEvent('keydown', { code: 'Digit2', ctrlKey: true }));
    dialog.remove();
    for (const init of [{ code: 'Digit2' }, { code: 'Digit2', ctrlKey: true, altKey: true }, { code: 'Digit4', ctrlKey: true }]) {
      switchByKey(new KeyboardEvent('keydown', init));
    }
    expect(askedFor('stage')).toEqual([]);
    switchByKey(new KeyboardEvent('keydown', { code: 'Digit2', metaKey: true }));
    await vi.waitFor(() => expect(shown.id).toBe('two'));
  });

  it('is another when a notification of that one is pressed', async () => {
    const screens: string[] = [];
    const stop = whenScreenAsked((screen) => screens.push(`${shown.id} ${screen}`));
    await emit('navigate', { account: 'two', screen: 'sessions' });
    await vi.waitFor(() => expect(screens).toEqual(['two sessions']));
    await emit('navigate', { account: null, screen: 'overview' });
    await vi.waitFor(() => expect(screens).toEqual(['two sessions', 'two overview']));
    stop();
  });
});
