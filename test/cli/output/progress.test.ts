import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressLine } from '../../../source/cli/output/progress.ts';

let written: string;
let now: number;
let line: ProgressLine;
const out = { columns: 60, write: (text: string) => (written += text) };
beforeEach(() => {
  vi.useFakeTimers();
  written = '';
  now = 50_000;
  line = new ProgressLine(out, () => now);
});
afterEach(() => {
  line.clear();
  vi.useRealTimers();
});
const rows = (done: number, more?: string) => ({
  done,
  total: 10_000,
  what: 'rows',
  ...(more === undefined ? {} : { more }),
});
/** What is on the line of a terminal. */
const shown = () => written.split('\r\u001b[K').at(-1);
const after = (milliseconds: number) => {
  for (let gone = 0; gone < milliseconds; gone += 50) {
    now += 50;
    vi.advanceTimersByTime(50);
  }
};

test('nothing is shown within the first second, or erased', () => {
  line.at('Planning');
  after(900);
  line.at('Auditing', rows(9_000));
  line.clear();
  expect(written).toBe('');
});

test('then how far it is, at what rate, and how long it takes yet', () => {
  line.at('Auditing', rows(0));
  after(2_500);
  line.at('Auditing', rows(5_000));
  expect(shown()).toBe('Auditing: 5,000 of 10,000 rows, 2,000/s, about 3 s left');
  after(1_500);
  after(1_000);
  line.at('Auditing', rows(10_000));
  after(200);
  line.at('Auditing', rows(10_000));
  expect(shown()).toBe('Auditing: 10,000 of 10,000 rows, 1,923/s');
  line.clear();
  expect(shown()).toBe('');
});

test('a stage whose end is not known has the time that it has taken, which goes on by itself', () => {
  line.at('Planning');
  after(3_000);
  expect(shown()).toBe('Planning, 3 s');
  line.at('Writing', rows(1));
  after(1_000);
  expect(shown()).toBe('Writing: 1 of 10,000 rows, 1/s, about 3 h left');
});

test('what begins again has a rate of its own', () => {
  line.at('Auditing', rows(0));
  after(5_000);
  line.at('Auditing', rows(10_000));
  line.at('Auditing', rows(0));
  after(1_250);
  line.at('Auditing', rows(125));
  expect(shown()).toBe('Auditing: 125 of 10,000 rows, 100/s, about 2 min left');
});

test('it is one line, drawn at most ten times a second', () => {
  line.at('Writing', rows(0));
  after(5_000);
  const drawn = () => written.split('\r\u001b[K').length - 1;
  const before = drawn();
  after(200);
  const more = 'locked for at most 12 ms, 3 waits';
  for (let done = 1; done <= 52; done += 1) line.at('Writing', rows(done, more));
  expect(drawn()).toBe(before + 1);
  after(100);
  line.at('Writing', rows(53, more));
  expect(drawn()).toBe(before + 2);
  expect(shown()).toBe('Writing: 53 of 10,000 rows, 10/s, about 17 min left, locked');
});

test('a terminal that does not know its width has 80 columns', () => {
  line = new ProgressLine({ ...out, columns: 0 }, () => now);
  line.at('Planning');
  after(2_000);
  expect(shown()).toBe('Planning, 2 s');
});

test('after it was erased, for a question, it takes a second again', () => {
  line.at('Planning');
  after(2_000);
  line.clear();
  after(9_000);
  expect(shown()).toBe('');
  line.at('Writing', rows(1));
  expect(shown()).toBe('');
  after(1_000);
  expect(shown()).toMatch(/^Writing: 1 of/);
});
