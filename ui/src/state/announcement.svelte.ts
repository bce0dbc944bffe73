// What has just happened, said to eyes and to screen readers.
import { text, type WordId } from './locale.svelte';
import type { Words } from '../words.generated';

const current = $state<{ say: (() => string) | undefined; number: number }>({ say: undefined, number: 0 });
let timer: ReturnType<typeof setTimeout> | undefined;

export const announcement = {
  /** In the language that is spoken now. */
  get sentence() {
    return current.say?.() ?? '';
  },
  /** Grows with each announcement, so that the same sentence is said again. */
  get number() {
    return current.number;
  },
};

/** The places where it can be said: the window's, and those of the dialogs that lie over it. */
let places = $state.raw<symbol[]>([]);

/** A place to say it in. The newest one speaks: a dialog covers what was there before, and keeps screen readers from it. */
export function announcer(): { readonly speaks: boolean; leave: () => void } {
  const place = Symbol('announcer');
  places = [...places, place];
  return {
    get speaks() {
      return places.at(-1) === place;
    },
    leave() {
      places = places.filter((other) => other !== place);
    },
  };
}

/** Says the message `id` for ten seconds, or until the next one. */
export function announce<Id extends WordId>(id: Id, ...given: Words[Id] extends null ? [] : [Words[Id]]): void {
  say(() => text(id, ...given));
}

/** The same with a sentence that more goes into. Made whenever what it reads changes: the language, for one. */
export function say(sentence: () => string): void {
  clearTimeout(timer);
  current.say = sentence;
  current.number += 1;
  timer = setTimeout(hush, 10_000);
}

export function hush(): void {
  clearTimeout(timer);
  current.say = undefined;
}
