import { expect, test } from 'vitest';
import { driftOverTime, driftWords } from '../../../source/tui/preset/drift-words.ts';

test.each([
  [2, 5, false, '+2: the count is too high'],
  [-2, 1, false, '-2: the count is too low'],
  [-5, -2, false, '-5: the count is negative'],
  [0, 3, false, '0'],
  [-3, null, false, '-3: the count is too low'],
  [Number.NaN, Number.NaN, false, 'none: the count is not a number; set it with an UPDATE'],
  [null, 3, false, 'not known'],
  [-5, -2, true, 'not known'],
])('%s of a count of %s, hidden: %s', (drift, counted, hidden, words) => {
  expect(driftWords(drift, counted, hidden)).toBe(words);
});

test('a drift over time has days and times, and as many of the newest as there is room for', () => {
  const now = Date.parse('2026-11-28T15:00:00Z');
  const changes = [
    { id: 'a', at: Date.parse('2026-11-20T10:00:00Z'), drift: 1 },
    { id: 'a', at: Date.parse('2026-11-27T23:59:59Z'), drift: '-9007199254740993.5' },
    { id: 'a', at: Date.parse('2026-11-28T14:05:09Z'), drift: null },
  ];
  const whole = '+1 on 2026-11-20, -9,007,199,254,740,993.5 on 2026-11-27, no number at 14:05:09 UTC';
  expect(driftOverTime(changes, now, 200)).toBe(whole);
  expect(driftOverTime(changes, now, whole.length)).toBe(whole);
  expect(driftOverTime(changes, now, whole.length - 1)).toBe(
    '1 earlier, -9,007,199,254,740,993.5 on 2026-11-27, no number at 14:05:09 UTC',
  );
  expect(driftOverTime(changes, now, 1)).toBe('2 earlier, no number at 14:05:09 UTC');
});
