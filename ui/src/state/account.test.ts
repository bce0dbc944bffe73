import { describe, expect, it } from 'vitest';
import type { Stage } from '../backend';
import { answers } from '../testing/shell';
import { account, loadStage } from './account.svelte';

const server = { on_this_computer: false, name: 'accounts.example.org', sign_up: true, mail_delivery: 'smtp' as const, mail_folder: null };
const signedIn: Stage = { stage: 'signed_in', server, display_name: 'Bruno', username: 'bruno', language: 'en', time_zone: '', administrator: false };
const signedOut: Stage = { stage: 'sign_in', server, ended: null, parked: null, login: 'bruno' };

describe('the stage', () => {
  it('is the newest that was asked for, whichever answer comes first', async () => {
    const answering: ((stage: Stage) => void)[] = [];
    answers['stage'] = () => new Promise((resolve) => answering.push(resolve));
    const first = loadStage();
    const second = loadStage();
    answering[1]?.(signedOut);
    await second;
    answering[0]?.(signedIn);
    await first;
    expect(account.stage).toEqual(signedOut);
  });

  it('is shown when whoever asked for it goes on, also when somebody else asked after', async () => {
    answers['stage'] = () => signedIn;
    await loadStage();
    const answering: ((stage: Stage) => void)[] = [];
    answers['stage'] = () => new Promise((resolve) => answering.push(resolve));
    const first = loadStage();
    void loadStage();
    answering[0]?.(signedIn);
    answering[1]?.(signedOut);
    await first;
    expect(account.stage).toEqual(signedOut);
  });
});
