// What has just happened, said to eyes and to screen readers.
const current = $state({ sentence: '', number: 0 });
let timer: ReturnType<typeof setTimeout> | undefined;

export const announcement = {
  get sentence() {
    return current.sentence;
  },
  /** Grows with each announcement, so that the same sentence is said again. */
  get number() {
    return current.number;
  },
};

/** Says `sentence` for ten seconds, or until the next one. */
export function announce(sentence: string): void {
  clearTimeout(timer);
  current.sentence = sentence;
  current.number += 1;
  timer = setTimeout(hush, 10_000);
}

export function hush(): void {
  clearTimeout(timer);
  current.sentence = '';
}
