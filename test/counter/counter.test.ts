import { describe, expect, test } from 'vitest';
import { addTotals, badge, type Counter, drift, isWrong, totals } from '../../source/counter/counter.ts';

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

  test('nothing is accurate if rows may be hidden', () => {
    expect(badge(counter(3, 3), false)).toBe('hidden');
  });
});

test('totals separate too high from too low, and leave out what is not counted yet', () => {
  const counters = [counter(3, 3), counter(9, 2), counter(null, 4), counter(1, null)];
  expect(totals(counters)).toEqual({
    rows: 4,
    accurate: 1,
    mismatched: 2,
    tooHigh: 1,
    tooLow: 1,
    records: 9,
  });
});

test('a count that no number here is exactly is wrong, whatever its drift comes to, and counts as too high', () => {
  const odd: Counter = { ...counter(3, 3), exact: '3.00000000000000000001' };
  expect([isWrong(odd), badge(odd, true)]).toEqual([true, 'mismatch']);
  expect(isWrong(counter(3, 3))).toBe(false);
  expect(isWrong({ ...counter(3, null), exact: 'NaN' })).toBeNull();
  expect(totals([odd, { ...counter(Number.NaN, 2), exact: 'NaN' }])).toMatchObject({
    mismatched: 2,
    tooHigh: 2,
    tooLow: 0,
  });
});

test('the sums of two sets of presets are the sums of all of them', () => {
  const [one, two] = [
    [counter(3, 3), counter(9, 2)],
    [counter(null, 4), counter(1, null), counter(0, 7), counter(5, 5), counter(8, 1)],
  ];
  expect(addTotals(totals(one), totals(two))).toEqual(totals([...one, ...two]));
});

test('the drift of a sum is what the server computed, however small', () => {
  const sum = (exactDrift: string): Counter => ({ ...counter(3, 3), exactDrift });
  for (const text of ['0', '0.00', '-0.0']) expect([text, isWrong(sum(text))]).toEqual([text, false]);
  for (const text of ['-0.0100', '5', `0.${'0'.repeat(400)}1`, 'NaN', 'Infinity', '-Infinity'])
    expect([text, isWrong(sum(text))]).toEqual([text, true]);
  expect(drift(sum('-0.25'))).toBe(-0.25);
});
