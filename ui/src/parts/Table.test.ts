import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import People from '../testing/People.svelte';

const person = userEvent.setup();
const HIGH = 600;
const ROW = 50;
/** How high a row is with something below it. */
const OPENED = 130;
const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ id: String(from + index), name: `Person ${from + index}`, age: (index * 7) % 50 }));

let scroller: HTMLElement;

/** As a browser lays it out: one row below the other, in a window of 600 pixels. */
function box(this: HTMLElement): DOMRect {
  const at = (top: number, height: number): DOMRect => new DOMRect(0, top, 700, height);
  if (this === scroller) return at(0, HIGH);
  const item = this.closest<HTMLElement>('.table-item');
  if (this.matches('.table-body')) return at(-scroller.scrollTop, 0);
  if (item === null) return at(0, 0);
  let top = -scroller.scrollTop;
  for (const each of item.parentElement?.querySelectorAll<HTMLElement>('.table-item') ?? []) {
    const height = each.querySelector('.table-below') ? OPENED : ROW;
    top += parseFloat(each.style.marginBlockStart || '0');
    if (each === item) return at(top, height);
    top += height;
  }
  return at(top, ROW);
}

beforeEach(() => {
  scroller = document.body.appendChild(document.createElement('div'));
  scroller.style.overflowY = 'auto';
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(box);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(HIGH);
  vi.spyOn(HTMLElement.prototype, 'scrollIntoView').mockImplementation(function (this: HTMLElement) {
    scroller.scrollTop += this.getBoundingClientRect().top - HIGH / 2;
    scroller.dispatchEvent(new Event('scroll'));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  scroller.remove();
});

async function scroll(top: number): Promise<void> {
  scroller.scrollTop = top;
  scroller.dispatchEvent(new Event('scroll'));
  await vi.waitFor(() => expect(inView()).not.toEqual([]));
}

/** The names of the rows in view, and where the first of them is. */
function inView(): [string, number][] {
  return [...document.querySelectorAll<HTMLElement>('.table-item')]
    .map((item): [string, number] => [within(item).getAllByRole('rowheader')[0]?.textContent?.trim() ?? '', item.getBoundingClientRect().top])
    .filter(([, top]) => top > -ROW && top < HIGH);
}

describe('a long table', () => {
  it.each([100, 100_000])('draws no more of %s rows than are in view and around it', async (count) => {
    render(People, { target: scroller, props: { rows: many(count) } });
    for (const at of [0, 0.3, 1]) {
      const top = Math.round(at * (count * ROW - HIGH));
      await scroll(top);
      expect(document.querySelectorAll('.table-item').length).toBeLessThanOrEqual(60);
      await vi.waitFor(() => expect(inView()[0]).toEqual([`Person ${Math.floor(top / ROW)}`, Math.floor(top / ROW) * ROW - top]));
      expect(inView().length).toBeGreaterThanOrEqual(HIGH / ROW);
    }
    const last = screen.getByRole('row', { name: `Person ${count - 1}` });
    expect([last.getAttribute('aria-rowindex'), screen.getByRole('table').getAttribute('aria-rowcount')]).toEqual([String(count + 1), String(count + 1)]);
  });

  it('keeps its place when rows come and go above it', async () => {
    const rows = many(5000);
    const { rerender } = render(People, { target: scroller, props: { rows } });
    await scroll(100_020);
    const before = inView();
    expect(before[0]).toEqual(['Person 2000', -20]);
    await rerender({ rows: [...many(300, 10_000), ...rows] });
    expect(inView()).toEqual(before);
    await rerender({ rows: rows.slice(700) });
    expect(inView()).toEqual(before);
    // What grows above does not push it down, either.
    await rerender({ rows: rows.slice(700), opened: ['1998', '1999'] });
    expect(inView()).toEqual(before);
  });

  it('shows at its top what is new there', async () => {
    const { rerender } = render(People, { target: scroller, props: { rows: many(5000) } });
    await rerender({ rows: [...many(1, 9000), ...many(5000)] });
    expect(inView()[0]?.[0]).toBe('Person 9000');
  });

  it('is come back to where it was left', async () => {
    render(People, { target: scroller, props: { rows: many(100_000), back: '73000' } });
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Call Person 73000'));
    expect(inView().map(([name]) => name)).toContain('Person 73000');
  });

  it('is walked with the keys of a list, from a button to the same one of another row', async () => {
    render(People, { target: scroller, props: { rows: many(100_000) } });
    screen.getByRole('button', { name: 'Write to Person 0' }).focus();
    const focused = async (name: string) => vi.waitFor(() => expect(document.activeElement?.textContent).toBe(name));
    await person.keyboard('{ArrowDown}');
    await focused('Write to Person 1');
    await person.keyboard('{End}');
    await focused('Write to Person 99999');
    await person.keyboard('{ArrowUp}');
    await focused('Write to Person 99998');
    await person.keyboard('{Home}');
    await focused('Write to Person 0');
    // What has the focus stays, wherever the list is scrolled to.
    await scroll(2_000_000);
    await vi.waitFor(() => expect(inView()[0]?.[0]).toBe('Person 40000'));
    expect(document.activeElement?.textContent).toBe('Write to Person 0');
  });
});

describe('the columns of a table', () => {
  it('put its rows in order, one way and the other', async () => {
    render(People, { target: scroller, props: { rows: many(5) } });
    const names = () => screen.getAllByRole('rowheader').map((cell) => cell.textContent?.trim().slice(-1));
    expect(names().join('')).toBe('01234');
    const header = screen.getByRole('columnheader', { name: 'Name' });
    expect(header.getAttribute('aria-sort')).toBe('none');
    await person.click(within(header).getByRole('button'));
    expect(header.getAttribute('aria-sort')).toBe('ascending');
    await person.click(within(header).getByRole('button'));
    expect([names().join(''), header.getAttribute('aria-sort')]).toEqual(['43210', 'descending']);
    expect(screen.getByRole('columnheader', { name: 'Actions' }).hasAttribute('aria-sort')).toBe(false);
  });

  it('stand as labels in every row, for windows too narrow for columns', () => {
    render(People, { target: scroller, props: { rows: many(2) } });
    const row = screen.getByRole('row', { name: 'Person 1' });
    expect([...row.querySelectorAll('.cell-label')].map((label) => label.textContent)).toEqual(['Age']);
  });
});
