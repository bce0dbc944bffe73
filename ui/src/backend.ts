// The one module that knows Tauri: every command of the app as `call.NAME(…)` and of an account as `callsOf(id).NAME(…)`,
// answered by a value or a Failure, and the events.
import { commands, events, type Failure, type Navigate, type Topic, type Whose } from './bindings';

export type * from './bindings';

/** What a command says: what was asked for, or why not. */
export type Answer<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

type Generated = { status: 'ok'; data: unknown } | { status: 'error'; error: unknown };
type Value<Returned> = Returned extends { status: 'ok'; data: infer Data }
  ? Data
  : Returned extends { status: 'error' }
    ? never
    : Returned;
type Commands = typeof commands;
type Answered<Name extends keyof Commands> = Promise<Answer<Value<Awaited<ReturnType<Commands[Name]>>>>>;
/** What a command takes beside the account; `never` for those of the app. */
type Beside<Name extends keyof Commands> = Parameters<Commands[Name]> extends [Whose, ...infer Rest] ? Rest : never;
type OfAccount = { [Name in keyof Commands]: [Beside<Name>] extends [never] ? never : Name }[keyof Commands];

/** The commands of the app. */
export type AppCalls = { [Name in Exclude<keyof Commands, OfAccount>]: (...parameters: Parameters<Commands[Name]>) => Answered<Name> };

/** The commands of one account. */
export type AccountCalls = { [Name in OfAccount]: (...parameters: Beside<Name>) => Answered<Name> };

function isGenerated(returned: unknown): returned is Generated {
  return typeof returned === 'object' && returned !== null && 'status' in returned;
}

async function answer(returning: Promise<unknown>): Promise<Answer<unknown>> {
  try {
    const returned = await returning;
    if (!isGenerated(returned)) return { ok: true, value: returned };
    if (returned.status === 'ok') return { ok: true, value: returned.data };
    return { ok: false, failure: returned.error as Failure };
  } catch {
    return { ok: false, failure: fault };
  }
}

/** A command that the shell does not know, or arguments it can't read: a fault of this program. */
const fault: Failure = { code: 'internal', fields: [], retry_after_seconds: null, server: null, certificate: null, quota: null, folder: null };

/** What `early.js` has asked for, by the commands' names here: of the app, and of the account that is shown first. */
const early = new Map(Object.entries((globalThis as { early?: Record<string, Promise<unknown>> }).early ?? {}));

/** The answer to a question that was asked before this was read. Only once: the next is asked because something changed. */
function earlyAnswer(name: string): Promise<Answer<unknown>> | undefined {
  const asked = early.get(name);
  early.delete(name);
  return asked?.then(
    (value) => ({ ok: true, value }),
    (failure: unknown) => ({ ok: false, failure: typeof failure === 'object' ? (failure as Failure) : fault }),
  );
}

function callsWith(given: unknown[]): unknown {
  return Object.fromEntries(
    Object.entries(commands).map(([name, command]) => [
      name,
      (...parameters: unknown[]) =>
        earlyAnswer(name) ?? answer((command as (...all: unknown[]) => Promise<unknown>)(...given, ...parameters)),
    ]),
  );
}

/** The commands of the app. None of them throws. */
export const call = callsWith([]) as AppCalls;

const ofAccounts = new Map<string, AccountCalls>();

/** The commands of the account `account`; always the same ones. None of them throws. */
export function callsOf(account: string): AccountCalls {
  let calls = ofAccounts.get(account);
  if (calls === undefined) {
    // What was asked early was asked for the first one.
    if (ofAccounts.size > 0) early.clear();
    calls = callsWith([{ account } satisfies Whose]) as AccountCalls;
    ofAccounts.set(account, calls);
  }
  return calls;
}

/** Calls `act` with what changed and whose it is, `null` for the whole app's, from when this resolves. */
export async function whenChanged(act: (topics: Topic[], account: string | null) => void): Promise<void> {
  await events.changed.listen(({ payload }) => act(payload.topics, payload.account));
}

/** Calls `act` when a link was followed or could not be, until what is returned is called. */
export function whenLinkFollowed(act: () => unknown): () => void {
  const listening = events.linkFollowed.listen(() => void act());
  return () => void listening.then((stop) => stop());
}

/** Calls `act` when the tray, a notification or a link asks for a screen, until what is returned is called. */
export function whenAskedToNavigate(act: (asked: Navigate) => unknown): () => void {
  const listening = events.navigate.listen(({ payload }) => void act(payload));
  return () => void listening.then((stop) => stop());
}
