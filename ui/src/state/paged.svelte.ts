// A list that grows into the past, page by page, while its newest page follows what happens.
import type { Answer, Failure, Topic } from '../backend';
import { live } from './live.svelte';

export interface Page<Item> {
  /** The newest first. */
  items: Item[];
  /** What to ask with for the next, older page; `null` at the end. */
  older: string | null;
}

export interface Paged<Item> {
  /** All that was asked for, the newest first; `undefined` until the first answer. */
  readonly items: Item[] | undefined;
  /** Whether there are older ones. */
  readonly more: boolean;
  readonly failure: Failure | undefined;
  /** Asks for the next, older page; how many came, or `undefined` when it failed. */
  showOlder(): Promise<number | undefined>;
  /** Begins again, for another question. */
  restart(): Promise<void>;
}

/** A list that follows `topics`; `load` is asked with `null` for the newest page. */
export function paged<Item extends { id: string }>(topics: Topic[], load: (older: string | null) => Promise<Answer<Page<Item>>>): Paged<Item> {
  let olderItems = $state.raw<Item[]>([]);
  let older = $state.raw<string | null>();
  let failure = $state.raw<Failure>();
  /** Grows with each question, so that a page of the one before is dropped. */
  let question = 0;
  const newest = live(topics, () => load(null));

  const items = $derived.by(() => {
    if (newest.value === undefined) return undefined;
    const seen = new Set<string>();
    // An older page may hold what the newest one has moved on to.
    return [...newest.value.items, ...olderItems].filter(({ id }) => !seen.has(id) && seen.add(id));
  });
  const next = $derived(older === undefined ? (newest.value?.older ?? null) : older);

  return {
    get items() {
      return items;
    },
    get more() {
      return next !== null;
    },
    get failure() {
      return newest.failure ?? failure;
    },
    async showOlder() {
      if (next === null) return undefined;
      failure = undefined;
      const mine = question;
      const answer = await load(next);
      if (mine !== question) return undefined;
      if (!answer.ok) {
        failure = answer.failure;
        return undefined;
      }
      // The first page may move on while older ones are shown: keep what it held.
      if (older === undefined) olderItems = [...(newest.value?.items ?? [])];
      olderItems = [...olderItems, ...answer.value.items];
      older = answer.value.older;
      return answer.value.items.length;
    },
    async restart() {
      question += 1;
      olderItems = [];
      older = undefined;
      failure = undefined;
      await newest.again();
    },
  };
}
