import { describe, expect, test } from 'vitest';
import { observe, observeCount, rulesOf, verdictOf } from '../../source/counter/count-change.ts';
import type { Counter } from '../../source/counter/counter.ts';
import { nounsOf } from '../../source/counter/definition/counter-nouns.ts';
import { observedSentence, observedWords } from '../../source/format/format-count-change.ts';
import { driftChange } from '../../source/watch/drift-event.ts';
import { comments, revenue } from '../helpers/counters.ts';

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
    const change = observe(counter([1, 1], null), counter([2, 2], null), { lastUsedKept: false })!;
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

describe('rules follow from the definition', () => {
  test.each([
    ['a time of the last record', comments, { touched: 'commented_at' }, true, true],
    ['none', comments, { touched: null }, false, true],
    ['a count that keeps what is deleted', comments, { onDelete: 'keeps' }, false, false],
    ['a sum that keeps it', revenue, { onDelete: 'keeps' }, false, true],
  ] as const)('%s', (_, definition, more, lastUsedKept, goesDown) => {
    const { touched = null, onDelete = definition.onDelete } = {
      ...('touched' in more ? { touched: more.touched } : {}),
      ...('onDelete' in more ? { onDelete: more.onDelete } : {}),
    };
    expect(rulesOf({ ...definition, onDelete, row: { ...definition.row, touched } })).toEqual({
      lastUsedKept,
      goesDown,
    });
  });
});

describe('figures that no number here is exactly', () => {
  const exact = (count: string | undefined, records: string | undefined): Counter => ({
    ...counter([count === undefined ? 4 : Number(count), records === undefined ? 7 : Number(records)]),
    ...(count === undefined ? {} : { exact: count }),
    ...(records === undefined ? {} : { exactRecords: records }),
  });

  test.each<[before: Counter, after: Counter, countBy: number, recordsBy: number]>([
    [exact('9007199254740993', undefined), exact('9007199254740995', undefined), 2, 0],
    [exact(undefined, '9007199254740993'), exact(undefined, '9007199254740996'), 0, 3],
    [exact('9007199254740993', undefined), exact(undefined, undefined), -9007199254740989, 0],
    [exact(undefined, undefined), exact('9007199254740993', undefined), 9007199254740989, 0],
    [exact(undefined, '0.5'), exact(undefined, undefined), 0, 6.5],
    [exact(undefined, undefined), exact(undefined, '7.5'), 0, 0.5],
  ])('%j then %j', (before, after, countBy, recordsBy) => {
    const change = observe(before, after, { goesDown: true })!;
    expect([change.countBy, change.recordsBy]).toEqual([countBy, recordsBy]);
    const figures = ({ usageCount, records, exact, exactRecords }: Counter) => ({
      usageCount,
      records,
      ...(exact === undefined ? {} : { exact }),
      ...(exactRecords === undefined ? {} : { exactRecords }),
    });
    expect([change.before, change.after]).toStrictEqual([figures(before), figures(after)]);
  });

  test('a count of NULL is 0 beside one', () => {
    const none: Counter = { ...counter([null, 7]) };
    expect(observe(none, exact('9007199254740993', undefined))).toMatchObject({ countBy: 2 ** 53 });
    expect(observe(exact('0.5', undefined), none)).toMatchObject({ kind: 'became-null', countBy: -0.5 });
  });

  test('a drift of which one read has no exact text is that of the numbers', () => {
    const sum = { ...counter([5, 5]), exactDrift: '0' };
    for (const [before, after] of [
      [sum, counter([7, 6])],
      [counter([5, 5]), { ...sum, usageCount: 7, records: 6 }],
    ] as const) {
      const change = observe(before, after)!;
      expect(change.kind).toBe('counted-too-often');
      expect(change).not.toHaveProperty('driftBy');
    }
  });

  test('a count without a drift of its own has none', () => {
    expect(observe(counter([1, 1]), counter([2, 2]))).not.toHaveProperty('driftBy');
  });
});

test('a count that was no number before is not blamed again', () => {
  const odd = { ...counter([Number.NaN, 1]), exact: 'NaN' };
  expect(observe(odd, odd)?.kind).not.toBe('no-number');
});

test('whether the time of the last use moved is looked at without records too, unless told otherwise', () => {
  expect(observeCount(counter([1, null], 1), counter([2, null], 2))).toMatchObject({ lastUsedMoved: true });
  expect(observeCount(counter([1, null], 1), counter([2, null], 2), { lastUsedKept: false })).toMatchObject({
    lastUsedMoved: null,
  });
});

test('no word is wider than its column', () => {
  for (const word of Object.values(observedWords)) expect(word.length).toBeLessThanOrEqual(12);
});

describe('a counter that deleted records are meant to lower', () => {
  const rules = { lastUsedKept: false, goesDown: true };
  const nouns = nounsOf(comments);

  test.each<[before: Figures, after: Figures, kind: string, sentence: string]>([
    [[5, 5], [4, 4], 'counted', 'count 5 -> 4, comments 5 -> 4'],
    [[5, 5], [2, 2], 'counted', 'count 5 -> 2, comments 5 -> 2: 3 comments fewer'],
    [[5, 5], [7, 7], 'counted', 'count 5 -> 7, comments 5 -> 7: 2 comments'],
    [
      [5, 5],
      [5, 3],
      'not-counted',
      'count still 5, comments 5 -> 3: 2 comments removed, and the count stayed',
    ],
    [
      [5, 5],
      [6, 4],
      'not-counted',
      'count 5 -> 6, comments 5 -> 4: 1 comment removed, and the count rose by 1',
    ],
    [
      [5, 5],
      [3, 4],
      'counted-too-often',
      'count 5 -> 3, comments 5 -> 4: 1 comment removed, and the count fell by 2',
    ],
    [[5, 5], [5, 6], 'not-counted', 'count still 5, comments 5 -> 6: the comment was not counted'],
    [
      [5, 5],
      [6, 5],
      'count-without-record',
      'count 5 -> 6, comments still 5: a manual increment, not a new comment',
    ],
    [[5, 5], [1, 5], 'went-down', 'count 5 -> 1, comments still 5: the count was reset, or set by hand'],
    [[5, 5], [null, 4], 'became-null', 'count 5 -> NULL, comments 5 -> 4: an increment leaves it NULL'],
  ])('%j then %j', (before, after, kind, sentence) => {
    const change = observe(counter(before), counter(after), rules)!;
    expect(change.kind).toBe(kind);
    expect(observedSentence(change, nouns)).toBe(sentence);
  });
});

describe('a sum', () => {
  const sum = (count: string, truth: string, difference: string): Counter => ({
    ...counter([Number(count), Number(truth)], null),
    exact: count,
    exactRecords: truth,
    exactDrift: difference,
  });
  const rules = rulesOf(revenue);
  const nouns = nounsOf(revenue);

  test.each<[before: Counter, after: Counter, kind: string | null, by: number, sentence: string]>([
    // In binary, 12.34 + 0.1 - 12.34 is not 0.1.
    [
      sum('12.34', '12.34', '0.00'),
      sum('12.44', '12.44', '0.00'),
      'counted',
      0,
      'count 12.34 -> 12.44, sum 12.34 -> 12.44',
    ],
    [sum('12.34', '12.34', '0'), sum('12.34', '12.34', '0'), null, 0, ''],
    [
      sum('12.34', '12.34', '0'),
      sum('10.04', '10.04', '0'),
      'counted',
      0,
      'count 12.34 -> 10.04, sum 12.34 -> 10.04',
    ],
    [
      sum('12.34', '12.34', '0'),
      sum('12.34', '12.35', '-0.01'),
      'not-counted',
      -0.01,
      'count still 12.34, sum 12.34 -> 12.35: the sum rose by 0.01, and the count stayed',
    ],
    [
      sum('9007199254740993.0001', '9007199254740993.0001', '0.0000'),
      sum('9007199254740993.0003', '9007199254740993.0002', '0.0001'),
      'counted-too-often',
      0.0001,
      'count 9,007,199,254,740,993.0001 -> 9,007,199,254,740,993.0003, sum 9,007,199,254,740,993.0001 -> 9,007,199,254,740,993.0002: the sum rose by 0.0001, and the count rose by 0.0002',
    ],
    [
      sum('5', '5', '0'),
      sum('5', '3', '2'),
      'not-counted',
      2,
      'count still 5, sum 5 -> 3: the sum fell by 2, and the count stayed',
    ],
  ])('%j then %j', (before, after, kind, by, sentence) => {
    const change = observe(before, after, rules);
    expect(change?.kind ?? null).toBe(kind);
    if (!change) return;
    expect(change.driftBy).toBe(by);
    expect(observedSentence(change, nouns)).toBe(sentence);
    expect(driftChange(before, after, rules) === null).toBe(by === 0);
  });
});
