import type { Counter } from './counter.ts';

/**
 * What happened to a counter between two reads. `counted` is how it should be. `count-moved` is all that is known if records
 * were not counted.
 */
export type ObservedKind =
  | 'counted'
  | 'count-without-record'
  | 'counted-too-often'
  | 'not-counted'
  | 'went-down'
  | 'became-null'
  | 'no-number'
  | 'count-moved';

/** How a change is judged. */
export type ChangeVerdict = 'right' | 'unknown' | 'warning' | 'error';

/** A counter as it was read; `exact` is set if no JavaScript number is exactly the count. */
export type CountedFigures = Pick<Counter, 'usageCount' | 'records' | 'exact'>;

export interface ObservedChange {
  kind: ObservedKind;
  before: CountedFigures;
  after: CountedFigures;
  /** By how much the count moved; NULL counts as 0. */
  countBy: number;
  /** By how much the number of records moved; null if they were not counted. */
  recordsBy: number | null;
  /** Whether the time of the last use moved forward; null if the table has no such column. */
  lastUsedMoved: boolean | null;
}

/**
 * What happened between two reads of one preset, each from one snapshot. Null if nothing did, or if either read did not count
 * the records. `lastUsedKept` is false if the table has no time of the last use.
 */
export function observe(before: Counter, after: Counter, lastUsedKept = true): ObservedChange | null {
  if (before.records === null || after.records === null) return null;
  const countBy = countDifference(before, after);
  const recordsBy = after.records - before.records;
  const kind = noCount(before, after) ?? kindOf(countBy, recordsBy);
  return kind && { kind, ...differences(before, after, lastUsedKept), recordsBy };
}

/** The same from the count alone, for reads that did not count records; null if the count is unchanged. */
export function observeCount(before: Counter, after: Counter, lastUsedKept = true): ObservedChange | null {
  if (countDifference(before, after) === 0) return null;
  return { kind: 'count-moved', ...differences(before, after, lastUsedKept), recordsBy: null };
}

/** Judges a change. A use that was counted correctly is still a warning if the time of the last use missed it. */
export function verdictOf({ kind, lastUsedMoved }: ObservedChange): ChangeVerdict {
  switch (kind) {
    case 'counted':
      return lastUsedMoved === false ? 'warning' : 'right';
    case 'count-moved':
      return 'unknown';
    // Resets and deletions are usually intended.
    case 'went-down':
      return 'warning';
    default:
      return 'error';
  }
}

/** A count that has become NULL, NaN or Infinity, which increments do not change. */
function noCount(before: CountedFigures, after: CountedFigures): ObservedKind | null {
  if (after.usageCount === null) return before.usageCount === null ? null : 'became-null';
  const isNumber = ({ usageCount }: CountedFigures) => Number.isFinite(usageCount ?? 0);
  return isNumber(before) && !isNumber(after) ? 'no-number' : null;
}

function kindOf(countBy: number, recordsBy: number): ObservedKind | null {
  if (countBy < 0 || recordsBy < 0) return 'went-down';
  if (countBy === recordsBy) return countBy === 0 ? null : 'counted';
  if (recordsBy === 0) return 'count-without-record';
  return countBy > recordsBy ? 'counted-too-often' : 'not-counted';
}

function countDifference(before: Counter, after: Counter): number {
  return (after.usageCount ?? 0) - (before.usageCount ?? 0);
}

function differences(before: Counter, after: Counter, lastUsedKept: boolean) {
  const never = Number.NEGATIVE_INFINITY;
  return {
    before: figures(before),
    after: figures(after),
    countBy: countDifference(before, after),
    lastUsedMoved: lastUsedKept ? (after.lastUsedAt ?? never) > (before.lastUsedAt ?? never) : null,
  };
}

function figures({ usageCount, records, exact }: Counter): CountedFigures {
  return { usageCount, records, ...(exact === undefined ? {} : { exact }) };
}
