import { describe, expect, it, vi } from 'vitest';
import earlySource from '../public/early.js?raw';
import { account, start } from './state/account.svelte';
import { answers, asked } from './testing/shell';

const server = { on_this_computer: false, name: 'accounts.example.org', sign_up: true, mail_delivery: 'smtp' as const, mail_folder: null };
const signedOut = { stage: 'sign_in' as const, server, ended: null, parked: null, login: 'anna' };

/** Runs `early.js` with what it finds in the window, and reads the module again that takes what it asked for. */
async function asksEarly(invoke: (command: string) => Promise<unknown>): Promise<typeof import('./backend')> {
  const run = new Function('globalThis', earlySource) as (where: unknown) => void;
  run({ __TAURI_INTERNALS__: { invoke }, set early(value: unknown) { vi.stubGlobal('early', value); } });
  vi.resetModules();
  return import('./backend');
}

describe('what is asked before the script is read', () => {
  it('is taken once, and asked for by the names of the commands', async () => {
    const commands: string[] = [];
    const { call, callsOf } = await asksEarly((command) => {
      commands.push(command);
      return command === 'overview' ? Promise.reject({ code: 'signed_out' }) : Promise.resolve(`early ${command}`);
    });
    expect(await call.shownAccount()).toEqual({ ok: true, value: 'early shown_account' });
    const mine = callsOf('early shown_account');
    answers['stage'] = () => signedOut;
    for (const command of ['shown_account', 'sync_status', 'preferences', 'overview', 'system_locale']) answers[command] = () => null;
    expect(await mine.stage()).toEqual({ ok: true, value: 'early stage' });
    expect(await mine.overview()).toEqual({ ok: false, failure: { code: 'signed_out' } });
    expect(await mine.stage()).toEqual({ ok: true, value: signedOut });
    // Each of them is a command under that name here: the second question goes to the shell.
    for (const name of ['shownAccount', 'preferences', 'systemLocale'] as const) await Promise.all([call[name](), call[name]()]);
    for (const name of ['syncStatus', 'overview'] as const) await Promise.all([mine[name](), mine[name]()]);
    expect([...new Set(asked.map(({ command }) => command))].sort()).toEqual([...commands].sort());
  });

  it('is asked for again once changes are heard of', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let stage: unknown = { ...signedOut, login: 'before' };
    answers['stage'] = () => stage;
    answers['shown_account'] = () => 'one';
    for (const command of ['sync_status', 'overview']) answers[command] = () => null;
    answers['preferences'] = () => ({ theme: 'system', language: null, stay_in_tray: false, text_size: null });
    await start();
    // Nobody heard of this one.
    stage = signedOut;
    await vi.advanceTimersByTimeAsync(1000);
    await vi.waitFor(() => expect(account.stage).toEqual(signedOut));
    vi.useRealTimers();
  });
});
