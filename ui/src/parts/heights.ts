/** How high the rows of a list are, one below the other: those that were drawn as they are, all others as they are on average. */
export class Heights {
  /** A binary indexed tree over how much higher than that each one is: a hundred thousand rows cost as little as a hundred. */
  readonly #tree: Float64Array;
  readonly #own: Float64Array;

  /** `usual` is the height of a row that was not drawn yet, in pixels. */
  constructor(
    readonly count: number,
    readonly usual: number,
  ) {
    this.#tree = new Float64Array(count + 1);
    this.#own = new Float64Array(count);
  }

  /** The row at `index` was drawn with this height. */
  set(index: number, height: number): void {
    const more = height - this.usual - (this.#own[index] ?? 0);
    if (more === 0 || index >= this.count) return;
    this.#own[index] = height - this.usual;
    for (let node = index + 1; node <= this.count; node += node & -node) this.#tree[node] = (this.#tree[node] ?? 0) + more;
  }

  of(index: number): number {
    return this.usual + (this.#own[index] ?? 0);
  }

  /** Where the row at `index` begins; for the count of rows, where the last one ends. */
  top(index: number): number {
    let sum = index * this.usual;
    for (let node = index; node > 0; node -= node & -node) sum += this.#tree[node] ?? 0;
    return sum;
  }

  /** The row that is at `top`: the first or last one for what lies outside. */
  at(top: number): number {
    let index = 0;
    let left = top;
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.count))); step >= 1; step /= 2) {
      const next = index + step;
      if (next > this.count) continue;
      const height = step * this.usual + (this.#tree[next] ?? 0);
      if (height > left) continue;
      index = next;
      left -= height;
    }
    return Math.max(0, Math.min(index, this.count - 1));
  }
}
