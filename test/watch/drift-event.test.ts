import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Counter } from '../../source/counter/counter.ts';
import { driftAfter, driftBetween, driftChange } from '../../source/watch/drift-event.ts';

type Figures = [usageCount: number | null | string, records: number | null];

const counter = ([usageCount, records]: Figures): Counter => ({
  id: 'a',
  name: 'Noir',
  ...(typeof usageCount === 'string'
    ? { usageCount: Number(usageCount), exact: usageCount }
    : { usageCount }),
  records,
  lastUsedAt: 1,
});

describe('two reads of one preset', () => {
  test.each<[before: Figures, after: Figures, kind: string]>([
    [[10, 10], [11, 10], 'count-without-record'],
    [[10, 10], [12, 11], 'counted-too-often'],
    [[10, 10], [10, 11], 'not-counted'],
    [[10, 10], [11, 14], 'not-counted'],
    [[10, 10], [0, 10], 'went-down'],
    [[10, 10], [10, 4], 'went-down'],
    // Out of step before, and in another way now.
    [[12, 10], [14, 11], 'counted-too-often'],
    [[5, 9], [9, 9], 'count-without-record'],
    [[10, 10], [null, 10], 'became-null'],
    [[10, 10], [null, 11], 'became-null'],
    [[0, 0], [null, 0], 'became-null'],
    [[null, 3], [null, 4], 'not-counted'],
    [[10, 10], ['NaN', 10], 'no-number'],
    [['NaN', 10], [10, 10], 'count-without-record'],
    [[10, 10], ['9007199254740995', 10], 'count-without-record'],
    [[2.5, 10], [3.9, 11], 'counted-too-often'],
  ])('%j then %j: %s', (before, after, kind) => {
    expect(driftChange(counter(before), counter(after))).toMatchObject({
      kind,
      before: { records: before[1] },
      after: { records: after[1] },
    });
  });

  test.each<[before: Figures, after: Figures]>([
    [
      [10, 10],
      [10, 10],
    ],
    [
      [10, 10],
      [11, 11],
    ],
    [
      [12, 10],
      [15, 13],
    ],
    [
      [null, 0],
      [1, 1],
    ],
    [
      [null, 3],
      [null, 3],
    ],
    // In step, downwards too.
    [
      [10, 10],
      [7, 7],
    ],
    [
      [10, 10],
      [0, 0],
    ],
    // 0.1 + 1 - 1 is not 0.1.
    [
      [0.1, 10],
      [1.1, 11],
    ],
    [
      ['NaN', 10],
      ['NaN', 12],
    ],
    [
      ['9007199254740993', 10],
      ['9007199254740995', 12],
    ],
    // A read without records reports nothing.
    [
      [10, null],
      [12, 11],
    ],
    [
      [10, 10],
      [12, null],
    ],
    [
      [10, null],
      [null, null],
    ],
  ])('%j then %j: in step', (before, after) => {
    expect(driftChange(counter(before), counter(after))).toBeNull();
  });

  test('report a drift exactly if it changed', () => {
    const figure = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(figure, figure, figure, figure, (count, records, later, laterRecords) => {
        const change = driftChange(counter([count, records]), counter([later, laterRecords]));
        expect(change === null).toBe(count - records === later - laterRecords);
      }),
    );
  });
});

test.each<[before: Figures, after: Figures, was: number, by: number]>([
  [[10, 8], [14, 9], 2, 3],
  [[10, 12], [10, 13], -2, -1],
  [[null, 3], [2, 3], -3, 2],
])('%j then %j: %s before, and %s more', (before, after, was, by) => {
  const change = driftChange(counter(before), counter(after))!;
  expect(driftBetween(change)).toEqual({ before: was, by });
  expect(driftBetween({ ...change, driftBy: 0.5 })).toEqual({ before: was, by: 0.5 });
  expect(driftBetween({ ...change, recordsBy: null })).toEqual({ before: was, by: change.countBy });
  const uncounted = { ...change, before: { ...change.before, records: null } };
  expect(driftBetween(uncounted).before).toBe(before[0] ?? 0);
});

test.each<[after: Partial<Counter>, drift: number | string | null]>([
  [{ usageCount: 14, records: 9 }, 5],
  [{ usageCount: null, records: 9 }, -9],
  [{ usageCount: 2 ** 53, exact: '9007199254740993', records: 1 }, '9007199254740992'],
  [{ usageCount: 0.3, exact: '0.3', records: 0.1, exactRecords: '0.1' }, '0.2'],
  [{ usageCount: 1e20, exact: '1e+20', records: 0 }, 1e20],
  [{ usageCount: 0.1, records: 0 }, 0.1],
  [{ usageCount: Number.NaN, exact: 'NaN', records: 1 }, null],
])('the drift after a change to %j is %j', (after, drift) => {
  const change = driftChange(counter([10, 8]), counter([14, 8]))!;
  expect(driftAfter({ ...change, after: { usageCount: null, records: null, ...after } })).toEqual(drift);
});

test('a sum that is no number any more is reported whatever its drift is', () => {
  const sum = (count: Figures[0], exactDrift: string): Counter => ({ ...counter([count, 3]), exactDrift });
  expect(driftChange(sum(3, '0'), sum(null, '0'))).toMatchObject({ kind: 'became-null' });
  expect(driftChange(sum(3, '0'), sum('NaN', '0'))).toMatchObject({ kind: 'no-number' });
});
