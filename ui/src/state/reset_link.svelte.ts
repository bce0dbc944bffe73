// The way to a new password by a link sent by e-mail: opened by the link itself, or with one that is pasted.
import type { AccountCalls } from '../backend';
import { accountCalls, whenSwitched } from './shown.svelte';

const held = $state({ open: false, waits: false, another: false });

export const resetLink = {
  /** Whether the form for the new password is shown. */
  get open() {
    return held.open;
  },
  /** Whether the link that opened the app is still to be used; otherwise it is asked for. */
  get waits() {
    return held.waits;
  },
  /** Whether the person wants a link, or another one. */
  get another() {
    return held.another;
  },
  set another(wanted: boolean) {
    held.another = wanted;
  },
};

/** Shows the form when a link has opened the app. */
export async function lookForResetLink(): Promise<void> {
  const answer = await accountCalls().resetLink();
  if (!answer.ok || !answer.value.waits) return;
  held.open = held.waits = true;
}

/** Shows the form for a link that was copied out of the mail. */
export function pasteResetLink(): void {
  held.open = true;
  held.waits = false;
}

/** Shows the way to a link, for somebody who is signed in and does not know the password. */
export function askForLink(): void {
  held.another = true;
}

/** Back to where the person was; a link that was not used is forgotten. */
export async function closeReset(call: AccountCalls, another = false): Promise<void> {
  // Another account's is its own.
  if (call !== accountCalls()) return;
  const { waits } = held;
  Object.assign(held, { open: false, waits: false, another });
  if (waits) await call.forgetResetLink();
}

whenSwitched(() => {
  Object.assign(held, { open: false, waits: false, another: false });
  void lookForResetLink();
});
