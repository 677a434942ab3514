import type { Counter } from './counter.ts';
import type { CounterDefinition } from './definition/definition.ts';
import { minus, toQuantity } from './quantity.ts';

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
export type CountedFigures = Pick<Counter, 'usageCount' | 'records' | 'exact' | 'exactRecords'>;

export interface ObservedChange {
  kind: ObservedKind;
  before: CountedFigures;
  after: CountedFigures;
  /** By how much the count moved; NULL counts as 0. */
  countBy: number;
  /** By how much the number of records moved; null if they were not counted. */
  recordsBy: number | null;
  /** By how much a sum's drift moved: exact, while the two above are rounded. */
  driftBy?: number;
  /** Whether the time of the last use moved forward; null if the table has no such column. */
  lastUsedMoved: boolean | null;
}

/** What is meant to happen to a count. */
export interface CountRules {
  /** Whether the table has a time of the last use. */
  lastUsedKept?: boolean;
  /** Whether the count may go down: a record that is deleted, or an amount below 0, is meant to lower it. */
  goesDown?: boolean;
}

/** The rules of a counter. */
export function rulesOf({ onDelete, record, row }: CounterDefinition): CountRules {
  return {
    lastUsedKept: row.touched !== null,
    goesDown: onDelete === 'subtracts' || record.amount !== null,
  };
}

/**
 * What happened between two reads of one preset, each from one snapshot. Null if nothing did, or if either read did not count
 * the records.
 */
export function observe(before: Counter, after: Counter, rules: CountRules = {}): ObservedChange | null {
  if (before.records === null || after.records === null) return null;
  // Amounts that add up to NaN, or to Infinity, say nothing about what was counted.
  if (![before.records, after.records].every(Number.isFinite)) return observeCount(before, after, rules);
  const { lastUsedKept = true, goesDown = false } = rules;
  const countBy = countDifference(before, after);
  const recordsBy = recordsDifference(before, after);
  const driftBy = driftDifference(before, after);
  const kind = noCount(before, after) ?? kindOf(countBy, recordsBy, driftBy ?? countBy - recordsBy, goesDown);
  return (
    kind && {
      kind,
      ...differences(before, after, lastUsedKept),
      recordsBy,
      ...(driftBy === null ? {} : { driftBy }),
    }
  );
}

/** By how much the drift of a sum moved, exactly; null if the server did not compute it. */
function driftDifference(before: Counter, after: Counter): number | null {
  if (before.exactDrift === undefined || after.exactDrift === undefined) return null;
  return textDifference(after.exactDrift, before.exactDrift);
}

/** The same from the count alone, for reads that did not count records; null if the count is unchanged. */
export function observeCount(
  before: Counter,
  after: Counter,
  { lastUsedKept = true }: CountRules = {},
): ObservedChange | null {
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

function kindOf(countBy: number, recordsBy: number, driftBy: number, goesDown: boolean): ObservedKind | null {
  if (driftBy === 0 && goesDown) return countBy === 0 ? null : 'counted';
  if (recordsBy < 0 && goesDown) return driftBy > 0 ? 'not-counted' : 'counted-too-often';
  if (countBy < 0 || recordsBy < 0) return 'went-down';
  if (driftBy === 0) return countBy === 0 ? null : 'counted';
  if (recordsBy === 0) return 'count-without-record';
  return driftBy > 0 ? 'counted-too-often' : 'not-counted';
}

function countDifference(before: Counter, after: Counter): number {
  return (
    exactly(after.exact, before.exact, after.usageCount, before.usageCount) ??
    (after.usageCount ?? 0) - (before.usageCount ?? 0)
  );
}

function recordsDifference(before: Counter, after: Counter): number {
  return (
    exactly(after.exactRecords, before.exactRecords, after.records, before.records) ??
    (after.records ?? 0) - (before.records ?? 0)
  );
}

/** The difference of two numbers of which one has a text that is more exact; null if neither has. */
function exactly(
  after: string | undefined,
  before: string | undefined,
  now: number | null,
  then: number | null,
): number | null {
  if (after === undefined && before === undefined) return null;
  return textDifference(after ?? String(now ?? 0), before ?? String(then ?? 0));
}

function textDifference(after: string, before: string): number | null {
  if (after === before) return 0;
  const [now, then] = [toQuantity(after), toQuantity(before)];
  return now === null || then === null ? null : Number(minus(now, then));
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

function figures({ usageCount, records, exact, exactRecords }: Counter): CountedFigures {
  return {
    usageCount,
    records,
    ...(exact === undefined ? {} : { exact }),
    ...(exactRecords === undefined ? {} : { exactRecords }),
  };
}
