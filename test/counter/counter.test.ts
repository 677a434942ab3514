import { describe, expect, test } from 'vitest';
import { badge, type Counter, drift, totals } from '../../source/counter/counter.ts';

const counter = (usageCount: number | null, records: number | null): Counter => ({
  id: 'a',
  name: 'Noir',
  usageCount,
  records,
  lastUsedAt: null,
});

describe('badge and drift', () => {
  test.each([
    [3, 3, 'accurate', 0],
    [5, 3, 'mismatch', 2],
    [1, 3, 'mismatch', -2],
    [0, 0, 'accurate', 0],
    [null, 0, 'accurate', 0],
    [null, 4, 'mismatch', -4],
    [7, null, 'checking', null],
  ] as const)('a count of %s over %s records is %s, drift %s', (count, records, expected, difference) => {
    expect(badge(counter(count, records), true)).toBe(expected);
    expect(drift(counter(count, records))).toBe(difference);
  });

  test('where rows may be hidden nothing is called accurate', () => {
    expect(badge(counter(3, 3), false)).toBe('hidden');
  });
});

test('totals tell too high from too low, and leave out what is not counted yet', () => {
  const counters = [counter(3, 3), counter(9, 2), counter(null, 4), counter(1, null)];
  expect(totals(counters)).toEqual({
    presets: 4,
    accurate: 1,
    mismatched: 2,
    tooHigh: 1,
    tooLow: 1,
    records: 9,
  });
});
