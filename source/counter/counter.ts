/** One preset's counter and what it should be. */
export interface Counter {
  id: string;
  name: string;
  usageCount: number | null;
  /** The count as the server writes it, where no number here is exactly that: NaN, Infinity, or beyond 2^53. */
  exact?: string;
  /** How many `preset_usage` rows name this preset, from the same snapshot as `usageCount`; null: not counted yet. */
  records: number | null;
  /** Milliseconds since 1970. */
  lastUsedAt: number | null;
}

/** What the list says about a counter. `checking`: no count of the records yet; `hidden`: this role may not see them all. */
export type Badge = 'accurate' | 'mismatch' | 'checking' | 'hidden';

/**
 * `usage_count` minus records: above 0 it counts too many uses, below 0 too few; null while the records are not counted.
 * A NULL count is no use counted, so it is accurate where there are no records (CONTRACT.md, `check`). NaN where the count is.
 */
export function drift(counter: Counter): number | null {
  return counter.records === null ? null : (counter.usageCount ?? 0) - counter.records;
}

/**
 * True where the count is not the number of records; null while those are not counted. What no number here is exactly, such as
 * 1.00000000000000000001, is no number of records, although its drift is 0 as far as a number here can tell.
 */
export function isWrong(counter: Counter): boolean | null {
  const difference = drift(counter);
  return difference === null ? null : difference !== 0 || counter.exact !== undefined;
}

/** The badge of a counter; `complete` is false where rows may be hidden from this role. */
export function badge(counter: Counter, complete: boolean): Badge {
  if (!complete) return 'hidden';
  const wrong = isWrong(counter);
  if (wrong === null) return 'checking';
  return wrong ? 'mismatch' : 'accurate';
}

/** The sums of an audit. */
export interface Totals {
  presets: number;
  accurate: number;
  mismatched: number;
  tooHigh: number;
  tooLow: number;
  /** Records of presets that exist. */
  records: number;
}

/** Adds up counters in one pass; those whose records are not counted yet count as presets alone. */
export function totals(counters: Iterable<Counter>): Totals {
  const sum: Totals = { ...noTotals };
  for (const counter of counters) {
    const difference = drift(counter);
    sum.presets += 1;
    if (difference === null) continue;
    sum.records += counter.records ?? 0;
    if (!isWrong(counter)) {
      sum.accurate += 1;
      continue;
    }
    sum.mismatched += 1;
    // PostgreSQL takes NaN for greater than every number; which way 0 leans here is not known.
    if (difference < 0) sum.tooLow += 1;
    else sum.tooHigh += 1;
  }
  return sum;
}

export const noTotals: Totals = { presets: 0, accurate: 0, mismatched: 0, tooHigh: 0, tooLow: 0, records: 0 };

/** The sums of two disjoint sets of presets. */
export function addTotals(a: Totals, b: Totals): Totals {
  return {
    presets: a.presets + b.presets,
    accurate: a.accurate + b.accurate,
    mismatched: a.mismatched + b.mismatched,
    tooHigh: a.tooHigh + b.tooHigh,
    tooLow: a.tooLow + b.tooLow,
    records: a.records + b.records,
  };
}
