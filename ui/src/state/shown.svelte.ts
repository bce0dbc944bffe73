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

/**
 * The commands of the account that is shown now. A component asks for them when it is made, and keeps to that account:
 * it is gone before another is shown, and what it began goes on for the account that it was begun for.
 */
export function accountCalls(): AccountCalls {
  return callsOf(current.id);
}

/** Has `reset` called when another account is shown: for what is kept outside of components, and is one account's. */
export function whenSwitched(reset: () => void): void {
  resets.push(reset);
}

/** Shows the account `id`; nothing of the one before stays. */
export function show(id: string): void {
  if (current.id !== '' && current.id !== id) resets.forEach((reset) => reset());
  current.id = id;
}
