/** The counter of one row and what it should be. */
export interface Counter {
  id: string;
  name: string;
  usageCount: number | null;
  /** The count as text, if no JavaScript number is exactly that: NaN, Infinity, or beyond 2^53. */
  exact?: string;
  /**
   * How many records refer to this row, or the sum of their amounts, from the same snapshot as `usageCount`; null: not counted
   * yet.
   */
  records: number | null;
  /** The sum as text, if no JavaScript number is exactly that. */
  exactRecords?: string;
  /** Of a sum: the drift as the server computed it, which is exact. */
  exactDrift?: string;
  /** Milliseconds since 1970. */
  lastUsedAt: number | null;
}

/** What the list shows for a counter. `checking`: records not counted yet; `hidden`: this role may not see them all. */
export type Badge = 'accurate' | 'mismatch' | 'checking' | 'hidden';

/**
 * The count minus records: above 0 there are too many, below 0 too few; null while the records are not counted. A NULL
 * count means 0, so it is accurate if there are no records. NaN if the count is NaN.
 */
export function drift(counter: Counter): number | null {
  if (counter.records === null) return null;
  return counter.exactDrift === undefined
    ? (counter.usageCount ?? 0) - counter.records
    : Number(counter.exactDrift);
}

/**
 * True if the count is not the number of records; null while those are not counted. A count that no JavaScript number holds
 * exactly, such as 1.00000000000000000001, is wrong too, although `drift` computes 0.
 */
export function isWrong(counter: Counter): boolean | null {
  const difference = drift(counter);
  if (difference === null) return null;
  // A numeric may be too small for a JavaScript number, but its text has more than zeros; so have NaN and Infinity.
  if (counter.exactDrift !== undefined) return /[^0.-]/.test(counter.exactDrift);
  return difference !== 0 || counter.exact !== undefined;
}

/** The badge of a counter; `complete` is false if rows may be hidden from this role. */
export function badge(counter: Counter, complete: boolean): Badge {
  if (!complete) return 'hidden';
  const wrong = isWrong(counter);
  if (wrong === null) return 'checking';
  return wrong ? 'mismatch' : 'accurate';
}

/** The sums of an audit. */
export interface Totals {
  rows: number;
  accurate: number;
  mismatched: number;
  tooHigh: number;
  tooLow: number;
  /** Records of rows that exist. */
  records: number;
}

/** Adds up counters in one pass. Those whose records are not counted yet only count as rows. */
export function totals(counters: Iterable<Counter>): Totals {
  const sum: Totals = { ...noTotals };
  for (const counter of counters) {
    const difference = drift(counter);
    sum.rows += 1;
    if (difference === null) continue;
    sum.records += counter.records ?? 0;
    if (!isWrong(counter)) {
      sum.accurate += 1;
      continue;
    }
    sum.mismatched += 1;
    // PostgreSQL sorts NaN above every number. For a wrong count with a drift of 0 the direction is unknown.
    if (difference < 0) sum.tooLow += 1;
    else sum.tooHigh += 1;
  }
  return sum;
}

export const noTotals: Totals = { rows: 0, accurate: 0, mismatched: 0, tooHigh: 0, tooLow: 0, records: 0 };

/** The sums of two disjoint sets of presets. */
export function addTotals(a: Totals, b: Totals): Totals {
  return {
    rows: a.rows + b.rows,
    accurate: a.accurate + b.accurate,
    mismatched: a.mismatched + b.mismatched,
    tooHigh: a.tooHigh + b.tooHigh,
    tooLow: a.tooLow + b.tooLow,
    records: a.records + b.records,
  };
}
