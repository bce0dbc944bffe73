// The one module that knows Tauri: every command as `call.NAME(…)`, answered by a value or a Failure, and the events.
import { commands, events, type Failure, type Navigate, type Topic } from './bindings';

export type * from './bindings';

/** What a command says: what was asked for, or why not. */
export type Answer<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

type Generated = { status: 'ok'; data: unknown } | { status: 'error'; error: unknown };
type Value<Returned> = Returned extends { status: 'ok'; data: infer Data }
  ? Data
  : Returned extends { status: 'error' }
    ? never
    : Returned;
type Calls = {
  [Name in keyof typeof commands]: (
    ...parameters: Parameters<(typeof commands)[Name]>
  ) => Promise<Answer<Value<Awaited<ReturnType<(typeof commands)[Name]>>>>>;
};

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

/** What `early.js` has asked for, by the commands' names here. */
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

/** The commands. None of them throws. */
export const call = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [
    name,
    (...parameters: unknown[]) =>
      earlyAnswer(name) ?? answer((command as (...given: unknown[]) => Promise<unknown>)(...parameters)),
  ]),
) as Calls;

/** Calls `act` with what changed, from when this resolves. */
export async function whenChanged(act: (topics: Topic[]) => void): Promise<void> {
  await events.changed.listen(({ payload }) => act(payload.topics));
}

/** Calls `act` when a link was followed or could not be, until what is returned is called. */
export function whenLinkFollowed(act: () => unknown): () => void {
  const listening = events.linkFollowed.listen(() => void act());
  return () => void listening.then((stop) => stop());
}

/** Calls `act` when the tray, a notification or a link asks for a screen, until what is returned is called. */
export function whenAskedToNavigate(act: (asked: Navigate) => void): () => void {
  const listening = events.navigate.listen(({ payload }) => act(payload));
  return () => void listening.then((stop) => stop());
}
