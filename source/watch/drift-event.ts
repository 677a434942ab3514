import { type ObservedChange, observe } from '../counter/count-change.ts';
import type { Counter } from '../counter/counter.ts';
import type { WritingSessions } from './session-activity.ts';

/** A count that came out of step with its records between two looks, or back into it. */
export interface DriftEvent {
  preset: { id: string; name: string };
  change: ObservedChange;
  /** When the two looks came in, in milliseconds since 1970 by this machine's clock: it happened in between. */
  since: number;
  at: number;
  writers: WritingSessions;
}

// Differences of counts with a fraction are not exact in binary.
const rounding = 1e-6;

/**
 * What two looks at one preset, the earlier one first and each from one snapshot, say about its count coming out of step
 * with its records; null where both moved alike. A use and its count are one transaction, so a snapshot has both or neither
 * however busy the tables are: what is told here has happened. A deletion that takes as many from the count as from the
 * records is in step. A count that becomes NULL is told even where it was 0: the next increment leaves it NULL.
 */
export function driftChange(before: Counter, after: Counter): ObservedChange | null {
  const change = observe(before, after);
  if (!change || change.recordsBy === null) return null;
  if (change.kind === 'became-null' || change.kind === 'no-number') return change;
  // Beyond 2^53 no number here tells one count from the next; and what was no number is none still.
  if (isVague(before) && isVague(after)) return null;
  return Math.abs(change.countBy - change.recordsBy) < rounding ? null : change;
}

function isVague({ exact }: Counter): boolean {
  return exact !== undefined;
}
