import { expect, test } from 'vitest';
import { driftOf, noOptions, worthOf } from '../../source/repair/repair.ts';

test('a repair without options leaves the times of uses, the records and the triggers alone', () => {
  expect(noOptions).toEqual({ lastUsed: false, deleteHistory: false, suppressTriggers: false });
});

test('a count is off by what it is more than the records, and NULL is 0', () => {
  expect(driftOf({ count: 7, records: 5 })).toBe(2);
  expect(driftOf({ count: 3, records: 5 })).toBe(-2);
  expect(driftOf({ count: null, records: 5 })).toBe(-5);
});

test('deleted records lower the count by their amounts, or by their number', () => {
  expect(worthOf({ deletes: 3 })).toBe(3);
  expect(worthOf({ deletes: 3, worth: 40 })).toBe(40);
  expect(worthOf({ deletes: 3, worth: 0 })).toBe(0);
});
