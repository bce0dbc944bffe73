import { expect, it } from 'vitest';
import { Heights } from './heights';

it('adds up what was measured and what was not, and finds each row again', () => {
  const count = 1000;
  const heights = new Heights(count, 50);
  const plain = Array<number>(count).fill(50);
  for (let step = 0; step < 400; step += 1) {
    const index = (step * 7919) % count;
    const height = 20 + ((step * 104729) % 90) + 0.25;
    heights.set(index, height);
    plain[index] = height;
  }
  let top = 0;
  for (const [index, height] of plain.entries()) {
    expect(heights.top(index)).toBeCloseTo(top, 6);
    expect(heights.of(index)).toBeCloseTo(height, 6);
    expect([heights.at(top + 0.01), heights.at(top + height - 0.01)]).toEqual([index, index]);
    top += height;
  }
  expect(heights.top(count)).toBeCloseTo(top, 6);
  expect([heights.at(-5), heights.at(top + 5)]).toEqual([0, count - 1]);
});

it('has no rows to find where there are none', () => {
  expect([new Heights(0, 50).at(10), new Heights(0, 50).top(0)]).toEqual([0, 0]);
});
