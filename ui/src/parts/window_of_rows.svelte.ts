// The part of a long list that is drawn: the rows in view and a screenful on either side. What the person looks at stays
// where it is, whatever is added, removed or grows above it.
import { tick } from 'svelte';
import { Heights } from './heights';

/** Rows drawn before anything is known of the window; fewer are all drawn. */
export const AT_FIRST = 40;

/** What a row is taken to be high until one was drawn, in pixels. */
const USUAL = 56;

export interface Drawn<Row> {
  row: Row;
  index: number;
  /** Room for those that are not drawn before it, in pixels. */
  gap: number;
}

interface Anchor {
  key: string;
  index: number;
  /** Where it is in the window. */
  top: number;
}

export class WindowOfRows<Row> {
  readonly #rows: () => Row[];
  readonly #key: (row: Row) => string;
  #range = $state.raw<[number, number]>([0, AT_FIRST]);
  /** Drawn wherever it is, as it has the focus. */
  #held = $state<string>();
  /** Grows with each height that turns out to be another. */
  #version = $state(0);
  /** Grows when all of them do. */
  #epoch = $state(0);
  #known = new Map<string, number>();
  #usual = USUAL;
  #width = 0;
  #anchor: Anchor | undefined;
  #body: HTMLElement | undefined;
  #scroller: HTMLElement | undefined;

  readonly #heights = $derived.by(() => {
    void this.#epoch;
    const rows = this.#rows();
    const heights = new Heights(rows.length, this.#usual);
    if (this.#known.size > 0) rows.forEach((row, index) => heights.set(index, this.#known.get(this.#key(row)) ?? this.#usual));
    return heights;
  });

  readonly #heldIndex = $derived.by(() => (this.#held === undefined ? -1 : this.#rows().findIndex((row) => this.#key(row) === this.#held)));

  /** The rows to draw. */
  readonly drawn: Drawn<Row>[] = $derived.by(() => {
    void this.#version;
    const rows = this.#rows();
    const heights = this.#heights;
    const [from, to] = this.#range;
    const last = Math.min(to, rows.length);
    const first = Math.max(0, Math.min(from, last - 1));
    const indices = Array.from({ length: Math.max(0, last - first) }, (_, step) => first + step);
    const held = this.#heldIndex;
    if (held >= 0 && held < first) indices.unshift(held);
    else if (held >= last) indices.push(held);
    let end = 0;
    return indices.flatMap((index) => {
      const row = rows[index];
      if (row === undefined) return [];
      const gap = heights.top(index) - end;
      end = heights.top(index + 1);
      return [{ row, index, gap }];
    });
  });

  constructor(rows: () => Row[], key: (row: Row) => string) {
    this.#rows = rows;
    this.#key = key;
    $effect.pre(() => {
      void this.drawn;
      this.#hold();
    });
    $effect(() => {
      this.#lay();
      this.#measure();
      this.#restore();
    });
  }

  /** Follows what the person scrolls, for as long as `body` is there. */
  readonly follow = (body: HTMLElement): (() => void) => {
    const scroller = scrollerOf(body);
    this.#body = body;
    this.#scroller = scroller;
    this.#width = body.clientWidth;
    const target = scroller === document.documentElement ? window : scroller;
    const moved = (): void => this.#look();
    target.addEventListener('scroll', moved, { passive: true });
    const sizes = new ResizeObserver(() => {
      if (body.clientWidth !== this.#width) this.#forget();
      this.#measure();
      this.#look();
    });
    sizes.observe(body);
    sizes.observe(scroller);
    this.#look();
    return () => {
      target.removeEventListener('scroll', moved);
      sizes.disconnect();
      this.#body = undefined;
    };
  };

  /** Draws the row at `index` and brings it into view. Its element. */
  async show(index: number, block: ScrollLogicalPosition = 'nearest'): Promise<HTMLElement | undefined> {
    const row = this.#rows()[index];
    if (row === undefined) return undefined;
    this.keep(this.#key(row));
    await tick();
    const element = this.#elements().find((each) => each.dataset['index'] === String(index));
    element?.scrollIntoView({ block });
    return element;
  }

  /** The row that has the focus stays drawn, wherever the list is scrolled to. */
  keep(key: string | undefined): void {
    this.#held = key;
  }

  /** How many rows are in view at once. */
  get screenful(): number {
    return Math.max(1, Math.floor((this.#scroller?.clientHeight ?? 0) / this.#usual) - 1);
  }

  #elements(): HTMLElement[] {
    return this.#body === undefined ? [] : [...this.#body.querySelectorAll<HTMLElement>(':scope > [data-index]')];
  }

  /** How far the window is into the list. */
  #view(): { top: number; height: number } | undefined {
    const scroller = this.#scroller;
    if (this.#body === undefined || scroller === undefined || scroller.clientHeight === 0) return undefined;
    const edge = scroller === document.documentElement ? 0 : scroller.getBoundingClientRect().top;
    return { top: edge - this.#body.getBoundingClientRect().top, height: scroller.clientHeight };
  }

  #look(): void {
    const view = this.#view();
    if (view === undefined) return;
    const heights = this.#heights;
    const bottom = view.top + view.height;
    const [from, to] = this.#range;
    const half = view.height / 2;
    // Half a screenful is left on either side, or the list ends there: nothing to draw yet.
    const enough = heights.at(view.top - half) >= from && (to >= heights.count || heights.at(bottom + half) < to);
    const most = heights.at(bottom + 4 * view.height) - heights.at(view.top - 4 * view.height);
    if (enough && to - from <= Math.max(AT_FIRST, most)) return;
    this.#range = [heights.at(view.top - view.height), heights.at(bottom + view.height) + 1];
  }

  /** What is wider or narrower has other heights. */
  #forget(): void {
    this.#width = this.#body?.clientWidth ?? 0;
    this.#known.clear();
    this.#epoch += 1;
  }

  /** Makes room for what is not drawn, before anything is measured. No style attribute: the content security policy forbids them. */
  #lay(): void {
    const heights = this.#heights;
    const gaps = new Map(this.drawn.map(({ index, gap }) => [String(index), gap]));
    for (const element of this.#elements()) element.style.marginBlockStart = pixels(gaps.get(element.dataset['index'] ?? '') ?? 0);
    const last = this.drawn.at(-1);
    if (this.#body && last) this.#body.style.paddingBlockEnd = pixels(heights.top(heights.count) - heights.top(last.index + 1));
  }

  #measure(): void {
    const rows = this.#rows();
    let changed = false;
    for (const element of this.#elements()) {
      const index = Number(element.dataset['index']);
      const row = rows[index];
      const { height } = element.getBoundingClientRect();
      if (row === undefined || height === 0) continue;
      if (this.#known.size === 0) {
        this.#usual = height;
        this.#epoch += 1;
      }
      this.#known.set(this.#key(row), height);
      if (Math.abs(this.#heights.of(index) - height) < 0.5) continue;
      this.#heights.set(index, height);
      changed = true;
    }
    if (changed) this.#version += 1;
  }

  /** Remembers where the first row in view is. At the top of the list nothing holds: what is new is to be seen. */
  #hold(): void {
    const view = this.#view();
    this.#anchor = undefined;
    if (view === undefined || view.top <= 0) return;
    const edge = view.top + (this.#body?.getBoundingClientRect().top ?? 0);
    const first = this.#elements().find((element) => element.getBoundingClientRect().bottom > edge);
    const key = first?.dataset['key'];
    if (first && key !== undefined) this.#anchor = { key, index: Number(first.dataset['index']), top: first.getBoundingClientRect().top };
  }

  #restore(): void {
    const anchor = this.#anchor;
    if (anchor === undefined || this.#scroller === undefined || this.#body === undefined) return;
    const rows = this.#rows();
    const same = rows[anchor.index];
    // Looked for among all only where it has another place now.
    const index = same !== undefined && this.#key(same) === anchor.key ? anchor.index : rows.findIndex((row) => this.#key(row) === anchor.key);
    if (index < 0) return;
    const there = this.#elements().find((element) => element.dataset['key'] === anchor.key);
    const top = there?.getBoundingClientRect().top ?? this.#body.getBoundingClientRect().top + this.#heights.top(index);
    const moved = top - anchor.top;
    if (Math.abs(moved) < 1) return;
    this.#scroller.scrollTop += moved;
    // Not only with the next frame, which would be empty.
    this.#look();
  }
}

function pixels(count: number): string {
  return count > 0 ? `${count}px` : '';
}

/** What is scrolled when `element` is. */
function scrollerOf(element: HTMLElement): HTMLElement {
  for (let above = element.parentElement; above !== null; above = above.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(above).overflowY)) return above;
  }
  return document.documentElement;
}
