import { negated } from '../../counter/quantity.ts';
import { inMegabytes, usualLimits } from '../batch-limits.ts';
import { type Change, driftOf } from '../repair.ts';
import type { CounterState } from '../sql/counter-state.ts';
import type { RepairFacts } from '../sql/facts.ts';

/** How many records a counter has. */
export function numberOf({ records, many }: CounterState): number {
  return many ?? Number(records);
}

/** How a reset changes a counter; null if there is nothing to do, or the count is not a number. */
export function resetChange(state: CounterState, clears: boolean, deleteHistory: boolean): Change | null {
  const { id, name, count, exact, records, lastUsed } = state;
  if (exact !== null) return null;
  const deletes = deleteHistory ? numberOf(state) : 0;
  const forgets = clears && lastUsed !== null;
  if (count === 0 && !forgets && deletes === 0) return null;
  return {
    id,
    name,
    before: count,
    after: 0,
    delta: negated(count ?? 0),
    drift: driftOf(state),
    records,
    deletes,
    ...(state.sums && deletes > 0 ? { worth: records } : {}),
    lastUsedBefore: lastUsed,
    ...(state.missing ? { adds: true } : {}),
    ...(forgets ? { lastUsedAfter: null } : {}),
  };
}

// TRUNCATE locks out readers too while all records are compared with the backup: some milliseconds for a few thousand.
const mostTruncated = { records: 5_000, presets: 500 };
// Adding to one row takes time that grows with the square: 8 ms for so many, and 950 ms for 5,000.
const mostTried = 500;

/** Whether records go by TRUNCATE or in batches, and why. */
export function chooseMethod(
  { referencedBy, may, recordsKind, deleteTriggers }: RepairFacts,
  /** Whether all of them go; of other counters than that of presets, what they are: others stay, if there is a condition. */
  everything: boolean | { records: string; where: boolean },
  orphans: number,
  records: number,
  presets: number,
  bytes: number,
  triesAll: boolean,
): { method: 'truncate' | 'batches'; why: string | null } {
  const because =
    typeof everything === 'object'
      ? everything.where
        ? `${everything.records} that do not count stay`
        : ''
      : !everything
        ? 'only some presets are reset'
        : // A receipt finds the records of no preset by their batch, so they need a batch of their own.
          orphans > 0
          ? 'some belong to presets that are gone'
          : referencedBy.length > 0
            ? `${referencedBy[0]?.table} refers to them`
            : !may.truncate
              ? 'this role may not TRUNCATE'
              : recordsKind !== 'r'
                ? 'the table is partitioned'
                : deleteTriggers
                  ? 'it would bypass the triggers and rules for DELETE'
                  : triesAll && records > mostTried
                    ? 'TRUNCATE would lock everybody out while the undo of all of them is tried'
                    : records > mostTruncated.records || presets > mostTruncated.presets
                      ? 'TRUNCATE would lock everybody out while so many records are compared with their backup'
                      : bytes > usualLimits.bytes
                        ? `TRUNCATE would lock everybody out while ${inMegabytes(bytes)} of records go into their backup`
                        : null;
  // For them there is no other way that would have to be explained.
  if (because === '') return { method: 'batches', why: null };
  if (because !== null) {
    return { method: 'batches', why: `Records are deleted in batches, not by TRUNCATE: ${because}.` };
  }
  return {
    method: 'truncate',
    why: 'Records are deleted by TRUNCATE, which locks the table for some milliseconds and fires no DELETE trigger. If uses keep coming in between, they are deleted in batches.',
  };
}
