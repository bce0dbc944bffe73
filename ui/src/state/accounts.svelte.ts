// The accounts on this device: the list, and going from one to another.
import { tick } from 'svelte';
import { call, whenAskedToNavigate, type AccountEntry, type Answer, type Topic } from '../backend';
import { overviewTopics, showAccount } from './account.svelte';
import { askEarly, onAnyChange } from './live.svelte';
import { callsFor, shown } from './shown.svelte';

let list = $state.raw<AccountEntry[]>([]);

export const accounts = {
  get list() {
    return list;
  },
  /** The one that is shown. */
  get current() {
    return list.find(({ id }) => id === shown.id);
  },
};

/** What the list is made from. */
const topics: Topic[] = ['accounts', 'stage', 'sync', 'profile', 'sessions'];

let asked = 0;

async function loadList(): Promise<void> {
  asked += 1;
  const mine = asked;
  const answer = await call.accounts();
  if (answer.ok && mine === asked) list = answer.value.accounts;
}

/** Asks for the list and follows it from then on. */
export function followAccounts(): void {
  onAnyChange((changed) => {
    if (changed.some((topic) => topics.includes(topic))) void loadList();
  });
  void loadList();
}

/** How long what an account shows is waited for before the window goes to it all the same, in milliseconds. */
const READ_BY = 300;

let switches = 0;

/** Goes to the account `id`; at once, and with its content, where that is here. The newest wish counts. */
export async function switchTo(id: string): Promise<void> {
  switches += 1;
  if (id === '' || id === shown.id) return;
  const mine = switches;
  const calls = callsFor(id);
  const read = Promise.all([calls.stage(), calls.syncStatus(), askEarly(overviewTopics, calls.overview, id)]);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, READ_BY, undefined));
  const [stage, sync] = (await Promise.race([read, late])) ?? [];
  if (mine !== switches) return;
  showAccount(id, stage?.ok ? stage.value : undefined, sync?.ok ? sync.value : undefined);
  await Promise.all([call.showAccount(id), tick()]);
}

/** Makes a place for another account and goes there. */
export async function addAccount(): Promise<void> {
  const answer = await call.addAccount();
  if (!answer.ok) return;
  await Promise.all([switchTo(answer.value), loadList()]);
}

/** Takes the account `id` off the list, and goes to the next where it was shown. */
export async function removeAccount(id: string): Promise<Answer<null>> {
  const answer = await call.removeAccount(id);
  if (answer.ok && id === shown.id) {
    const { value } = (await call.accounts()) as { value?: { shown: string } };
    if (value) await switchTo(value.shown);
  }
  return answer;
}

/** Control or Command with a digit goes to the account with that number. */
export function switchByKey(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const account = list[Number(digit) - 1];
  // A dialog is answered first.
  if (account === undefined || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  void switchTo(account.id);
}

const listeners = new Set<(screen: string) => void>();
let listening = false;

/** Calls `act` when a screen is asked for, after its account is shown, until what is returned is called. */
export function whenScreenAsked(act: (screen: string) => void): () => void {
  if (!listening) {
    listening = true;
    whenAskedToNavigate(async ({ account, screen }) => {
      if (account !== null) await switchTo(account);
      // What listens for it is there now.
      await tick();
      listeners.forEach((each) => each(screen));
    });
  }
  listeners.add(act);
  return () => listeners.delete(act);
}
