// What a screen shows, asked for again whenever it changed.
import { onDestroy } from 'svelte';
import { call, whenChanged, type Answer, type Failure, type Topic } from '../backend';
import { shown } from './shown.svelte';

type Listener = (topics: Topic[], account: string | null) => void;

const listeners = new Set<Listener>();
let listening: Promise<void> | undefined;

function changed(topics: Topic[], account: string | null): void {
  for (const asked of askedBefore.values()) {
    asked.stale ||= (account === null || account === asked.account) && topics.some((topic) => asked.topics.includes(topic));
  }
  listeners.forEach((each) => each(topics, account));
}

/** Calls `listener` with each change of any account, until what is returned is called. */
export function onAnyChange(listener: Listener): () => void {
  listening ??= whenChanged(changed);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls `listener` with each change of the account that is shown now, until what is returned is called. */
function onChanged(listener: (topics: Topic[]) => void): () => void {
  const mine = shown.id;
  return onAnyChange((topics, account) => {
    if (account === null || account === mine) listener(topics);
  });
}

/** How long asking again waits for the first content, in milliseconds. */
const DRAWN_BY = 1000;

/** Takes what was asked for before anybody listened as changed since, once the first content is painted or takes long. */
export async function askAgain(topics: Topic[]): Promise<void> {
  // Where nothing can be heard, it is asked once more all the same.
  await listening?.catch(() => {});
  await Promise.race([firstContent, new Promise((resolve) => setTimeout(resolve, DRAWN_BY))]);
  changed(topics, null);
}

let told = false;
let drawn: () => void;

/** When a screen's content was painted for the first time. */
export const firstContent = new Promise<void>((resolve) => (drawn = resolve));

/** Says once that a screen's content is painted: the second frame begins after the first was drawn. */
function tellFirstContent(): void {
  if (told) return;
  told = true;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      drawn();
      void call.firstContent();
    }),
  );
}

interface Early {
  account: string;
  topics: Topic[];
  answer?: Answer<unknown>;
  /** Whether something of `topics` has changed since it was asked. */
  stale: boolean;
}

const askedBefore = new Map<unknown, Early>();

/** Asks before anything is shown, so that the first screen is drawn once and with its content. */
export async function askEarly<Value>(topics: Topic[], load: () => Promise<Answer<Value>>, account: string): Promise<void> {
  const asked: Early = { account, topics, stale: false };
  askedBefore.set(load, asked);
  asked.answer = await load();
}

/** What was asked early, once. */
function takeEarly<Value>(load: () => Promise<Answer<Value>>): Answer<Value> | undefined {
  const asked = askedBefore.get(load);
  askedBefore.delete(load);
  if (asked === undefined || asked.stale || !asked.answer?.ok) return undefined;
  return asked.answer as Answer<Value>;
}

export interface Live<Value> {
  /** `undefined` until the first answer, a matter of milliseconds. */
  readonly value: Value | undefined;
  /** Why the newest answer has no value; the value before stays. */
  readonly failure: Failure | undefined;
  again(): Promise<void>;
}

/** A view model that follows `topics` for as long as the calling component lives. */
export function live<Value>(
  topics: Topic[],
  load: () => Promise<Answer<Value>>,
  arrived: (value: Value) => void = () => {},
  /** Whether it is what a screen is looked at for. */
  content = true,
): Live<Value> {
  let value = $state.raw<Value>();
  let failure = $state.raw<Failure>();
  let newest = 0;
  let over = false;

  async function again(): Promise<void> {
    newest += 1;
    const mine = newest;
    const answer = await load();
    // A later question has been asked, or nobody looks any more.
    if (mine !== newest || over) return;
    take(answer);
  }

  function take(answer: Answer<Value>): void {
    failure = answer.ok ? undefined : answer.failure;
    if (answer.ok) {
      value = answer.value;
      arrived(answer.value);
      if (content) tellFirstContent();
    }
  }

  const stop = onChanged((changed) => {
    if (changed.some((topic) => topics.includes(topic))) void again();
  });
  onDestroy(() => {
    over = true;
    stop();
  });
  const known = takeEarly(load);
  if (known === undefined) void again();
  else take(known);
  return {
    get value() {
      return value;
    },
    get failure() {
      return failure;
    },
    again,
  };
}

