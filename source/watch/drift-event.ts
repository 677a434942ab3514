import { type CountRules, type ObservedChange, observe } from '../counter/count-change.ts';
import type { Counter } from '../counter/counter.ts';
import { decimal, minus, type Quantity } from '../counter/quantity.ts';
import type { WritingSessions } from './session-activity.ts';

/** A count that went out of step with its records, or back into step, between two reads. */
export interface DriftEvent {
  preset: { id: string; name: string };
  change: ObservedChange;
  /** When the two reads were answered, in milliseconds since 1970 by this machine's clock; it happened in between. */
  since: number;
  at: number;
  writers: WritingSessions;
  /** What receipts of that time say that it may be, as sentences. */
  remarks?: readonly string[];
}

// Differences of counts with a fraction are not exact in binary.
const rounding = 1e-6;

/**
 * Compares two snapshots of one preset, the earlier one first. Null if count and records moved alike. A use and its count
 * are one transaction, so a snapshot has both or neither, however busy the tables are: what is reported here did happen. A
 * deletion that lowers count and records alike is in step. A count that becomes NULL is reported even if it was 0, because
 * the next increment leaves it NULL.
 */
export function driftChange(before: Counter, after: Counter, rules: CountRules = {}): ObservedChange | null {
  const change = observe(before, after, rules);
  if (!change || change.recordsBy === null) return null;
  if (change.kind === 'became-null' || change.kind === 'no-number') return change;
  if (change.driftBy !== undefined) return change.driftBy === 0 ? null : change;
  // Beyond 2^53 numbers here cannot tell two counts apart, and NaN stays NaN.
  if (isVague(before) && isVague(after)) return null;
  return Math.abs(change.countBy - change.recordsBy) < rounding ? null : change;
}

/** True for a count that no number here is exactly. */
export function isVague({ exact }: Pick<Counter, 'exact'>): boolean {
  return exact !== undefined;
}

/** Count minus records after a change; null if the count is no number then. */
export function driftAfter({ after }: ObservedChange): Quantity | null {
  const { usageCount, records, exact = usageCount ?? 0, exactRecords = records ?? 0 } = after;
  if (isPlain(exact) && isPlain(exactRecords)) return minus(exact, exactRecords);
  const difference = Number(exact) - Number(exactRecords);
  return Number.isFinite(difference) ? difference : null;
}

/** True if sums of it are exact: not for 1e+20 or NaN, nor for 0.1 as a JavaScript number. */
function isPlain(quantity: Quantity): boolean {
  return typeof quantity === 'string' ? decimal.test(quantity) : Number.isSafeInteger(quantity * 8);
}

/** Count minus records before a change, and what the change added to that; a count of NULL is 0. */
export function driftBetween(change: ObservedChange): { before: number; by: number } {
  const { before, countBy, recordsBy, driftBy = countBy - (recordsBy ?? 0) } = change;
  return { before: (before.usageCount ?? 0) - (before.records ?? 0), by: driftBy };
}
