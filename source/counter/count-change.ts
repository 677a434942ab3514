import type { Counter } from './counter.ts';

/**
 * What two looks at a counter say about what happened between them. `counted` is how it should be; `count-moved` is all
 * that can be said where records were not counted.
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

/** What a change means for whoever waits for it. */
export type ChangeVerdict = 'right' | 'unknown' | 'warning' | 'error';

/** What a look saw of a counter; `exact` where no number here is the count. */
export type CountedFigures = Pick<Counter, 'usageCount' | 'records' | 'exact'>;

export interface ObservedChange {
  kind: ObservedKind;
  before: CountedFigures;
  after: CountedFigures;
  /** By how much the count moved; NULL counts as 0. */
  countBy: number;
  /** By how much the number of records moved; null where they were not counted. */
  recordsBy: number | null;
  /** Whether last_used_at went forward; null where the table has no such column. */
  lastUsedMoved: boolean | null;
}

/**
 * What happened between two looks at one preset, each from one snapshot; null where nothing did, or where either look
 * has no number of records. `lastUsedKept` is false where the table keeps no time of the last use.
 */
export function observe(before: Counter, after: Counter, lastUsedKept = true): ObservedChange | null {
  if (before.records === null || after.records === null) return null;
  const countBy = countDifference(before, after);
  const recordsBy = after.records - before.records;
  const kind = noCount(before, after) ?? kindOf(countBy, recordsBy);
  return kind && { kind, ...differences(before, after, lastUsedKept), recordsBy };
}

/** The same from the count alone, for looks without records; null where the count stands. */
export function observeCount(before: Counter, after: Counter, lastUsedKept = true): ObservedChange | null {
  if (countDifference(before, after) === 0) return null;
  return { kind: 'count-moved', ...differences(before, after, lastUsedKept), recordsBy: null };
}

/** What a change means: a use that was counted right is a warning all the same where last_used_at missed it. */
export function verdictOf({ kind, lastUsedMoved }: ObservedChange): ChangeVerdict {
  switch (kind) {
    case 'counted':
      return lastUsedMoved === false ? 'warning' : 'right';
    case 'count-moved':
      return 'unknown';
    // A reset and a deletion are done on purpose more often than not.
    case 'went-down':
      return 'warning';
    default:
      return 'error';
  }
}

/** A count that is none any more: NULL, NaN or Infinity, which an increment leaves as it is. */
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
