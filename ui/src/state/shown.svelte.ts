// Which account the window shows, and the commands of that account.
import { callsOf, type AccountCalls } from '../backend';

const current = $state({ id: '' });
const resets: (() => void)[] = [];

export const shown = {
  /** What names it on this device; empty until that is known. */
  get id() {
    return current.id;
  },
};

interface Visit {
  calls: AccountCalls;
  over: boolean;
}

const visits = new Map<string, Visit>();

/** The commands of the account `id`, for as long as it is shown, now or from soon on. */
export function callsFor(id: string): AccountCalls {
  let visit = visits.get(id);
  if (visit === undefined) {
    const begun: Visit = { calls: callsOf(id), over: false };
    const heard = Object.entries(begun.calls).map(([name, command]) => [
      name,
      async (...parameters: unknown[]) => {
        const answer = await (command as (...given: unknown[]) => Promise<unknown>)(...parameters);
        // Who asked is gone, and what would be said or done now is not of the account that is shown.
        return begun.over ? new Promise(() => {}) : answer;
      },
    ]);
    begun.calls = Object.fromEntries(heard) as AccountCalls;
    visits.set(id, begun);
    visit = begun;
  }
  return visit.calls;
}

/**
 * The commands of the account that is shown now. A component asks for them when it is made, and keeps to that account:
 * it is gone before another is shown. What it began is done for its account, and its answer is nobody's.
 */
export function accountCalls(): AccountCalls {
  return callsFor(current.id);
}

/** Has `reset` called when another account is shown: for what is kept outside of components, and is one account's. */
export function whenSwitched(reset: () => void): void {
  resets.push(reset);
}

/** Shows the account `id`; nothing of the one before stays. */
export function show(id: string): void {
  if (current.id === id) return;
  const left = visits.get(current.id);
  if (left) left.over = true;
  visits.delete(current.id);
  const first = current.id === '';
  current.id = id;
  if (!first) resets.forEach((reset) => reset());
}
