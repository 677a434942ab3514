import { describe, expect, test } from 'vitest';
import { observe, observeCount, verdictOf } from '../../source/counter/count-change.ts';
import type { Counter } from '../../source/counter/counter.ts';
import { observedSentence, observedWords } from '../../source/format/format-count-change.ts';

type Figures = [usageCount: number | null, records: number | null];

const counter = ([usageCount, records]: Figures, lastUsedAt: number | null = 1): Counter => ({
  id: 'a',
  name: 'Noir',
  usageCount,
  records,
  lastUsedAt,
});

describe('what happened between two reads', () => {
  test.each<[before: Figures, after: Figures, kind: string, verdict: string, sentence: string]>([
    [[10, 10], [11, 11], 'counted', 'right', 'count 10 -> 11, records 10 -> 11'],
    [[10, 10], [13, 13], 'counted', 'right', 'count 10 -> 13, records 10 -> 13: 3 uses'],
    // This use is not to blame for what was wrong before.
    [[42, 9], [43, 10], 'counted', 'right', 'count 42 -> 43, records 9 -> 10'],
    [[null, 0], [1, 1], 'counted', 'right', 'count NULL -> 1, records 0 -> 1'],
    [[1_999, 1_999], [2_000, 2_000], 'counted', 'right', 'count 1,999 -> 2,000, records 1,999 -> 2,000'],
    [
      [10, 10],
      [11, 10],
      'count-without-record',
      'error',
      'count 10 -> 11, records still 10: a manual increment, not a use',
    ],
    [
      [5, 9],
      [9, 9],
      'count-without-record',
      'error',
      'count 5 -> 9, records still 9: raised to its records without a use; a repair does that',
    ],
    [
      [10, 10],
      [12, 11],
      'counted-too-often',
      'error',
      'count 10 -> 12, records 10 -> 11: 1 use raised it by 2; counted twice, or also incremented by hand',
    ],
    [
      [10, 10],
      [15, 12],
      'counted-too-often',
      'error',
      'count 10 -> 15, records 10 -> 12: 2 uses raised it by 5; counted twice, or also incremented by hand',
    ],
    [[10, 10], [10, 11], 'not-counted', 'error', 'count still 10, records 10 -> 11: the use was not counted'],
    [[10, 10], [10, 12], 'not-counted', 'error', 'count still 10, records 10 -> 12: 2 uses not counted'],
    [[10, 10], [11, 13], 'not-counted', 'error', 'count 10 -> 11, records 10 -> 13: 2 of 3 uses not counted'],
    // usage_count + 1 of a NULL is NULL.
    [
      [null, 3],
      [null, 4],
      'not-counted',
      'error',
      'count still NULL, records 3 -> 4: the use was not counted',
    ],
    [
      [10, 10],
      [0, 10],
      'went-down',
      'warning',
      'count 10 -> 0, records still 10: the count was reset, or set by hand',
    ],
    [
      [10, 10],
      [null, 11],
      'became-null',
      'error',
      'count 10 -> NULL, records 10 -> 11: an increment leaves it NULL',
    ],
    // Accurate now, but NULL + 1 is NULL.
    [
      [0, 0],
      [null, 0],
      'became-null',
      'error',
      'count 0 -> NULL, records still 0: an increment leaves it NULL',
    ],
    [
      [10, 10],
      [Number.NaN, 10],
      'no-number',
      'error',
      'count 10 -> NaN, records still 10: an increment does not change it',
    ],
    [
      [42, 9],
      [9, 9],
      'went-down',
      'warning',
      'count 42 -> 9, records still 9: set down to its records; a repair does that',
    ],
    [
      [10, 10],
      [10, 8],
      'went-down',
      'warning',
      'count still 10, records 10 -> 8: records were deleted and the count stayed',
    ],
    [
      [10, 10],
      [11, 8],
      'went-down',
      'warning',
      'count 10 -> 11, records 10 -> 8: records were deleted and the count rose',
    ],
    [
      [10, 10],
      [0, 0],
      'went-down',
      'warning',
      'count 10 -> 0, records 10 -> 0: both went down; records were deleted and the count was set',
    ],
  ])('%j then %j: %s', (before, after, kind, verdict, sentence) => {
    const change = observe(counter(before, 1), counter(after, 2))!;
    expect(change).toMatchObject({
      kind,
      before: { usageCount: before[0], records: before[1] },
      after: { usageCount: after[0], records: after[1] },
      countBy: (after[0] ?? 0) - (before[0] ?? 0),
      recordsBy: after[1]! - before[1]!,
      lastUsedMoved: true,
    });
    expect(verdictOf(change)).toBe(verdict);
    expect(observedSentence(change)).toBe(sentence);
  });

  test.each<[Figures, Figures]>([
    [
      [10, 10],
      [10, 10],
    ],
    [
      [42, 9],
      [42, 9],
    ],
    // NULL counts as 0.
    [
      [null, 0],
      [0, 0],
    ],
    [
      [10, null],
      [11, 11],
    ],
    [
      [10, 10],
      [11, null],
    ],
    [
      [10, null],
      [11, null],
    ],
  ])('%j then %j: nothing that can be told', (before, after) => {
    expect(observe(counter(before, 1), counter(after, 2))).toBeNull();
  });

  test.each<[before: number | null, after: number | null, moved: boolean]>([
    [1, 2, true],
    [null, 2, true],
    [2, 2, false],
    [2, 1, false],
    [null, null, false],
    [2, null, false],
  ])('last_used_at %j then %j: moved is %j', (before, after, moved) => {
    const change = observe(counter([1, 1], before), counter([2, 2], after))!;
    expect(change).toMatchObject({ kind: 'counted', lastUsedMoved: moved });
    expect(verdictOf(change)).toBe(moved ? 'right' : 'warning');
    expect(observedSentence(change).includes('last_used_at did not move')).toBe(!moved);
  });

  test('a table without a time of the last use is not blamed for it', () => {
    const change = observe(counter([1, 1], null), counter([2, 2], null), false)!;
    expect(change.lastUsedMoved).toBeNull();
    expect(verdictOf(change)).toBe('right');
  });
});

describe('a read without records', () => {
  test.each<[Figures, Figures, string]>([
    [[10, null], [11, null], 'count 10 -> 11; records not looked at'],
    [[10, 10], [8, null], 'count 10 -> 8; records not looked at'],
  ])('%j then %j tells that the count moved', (before, after, sentence) => {
    const change = observeCount(counter(before), counter(after))!;
    expect(change).toMatchObject({ kind: 'count-moved', recordsBy: null });
    expect(verdictOf(change)).toBe('unknown');
    expect(observedSentence(change)).toBe(sentence);
  });

  test('reports nothing while the count is unchanged', () => {
    expect(observeCount(counter([10, null]), counter([10, 11]))).toBeNull();
  });
});

test('no word is wider than its column', () => {
  for (const word of Object.values(observedWords)) expect(word.length).toBeLessThanOrEqual(12);
});
