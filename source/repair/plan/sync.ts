import { isZero, negated } from '../../counter/quantity.ts';
import { type Change, driftOf } from '../repair.ts';
import type { CounterState } from '../sql/counter-state.ts';
/** How a sync changes a counter; null if it is already right, or not a number. */
export function syncChange(state: CounterState, times: boolean): Change | null {
  const { id, name, count, exact, records, lastUsed, newest } = state;
  if (exact !== null) return null;
  const drift = driftOf(state);
  const moves = times && newest !== lastUsed;
  if (isZero(drift) && !moves) return null;
  return {
    id,
    name,
    before: count,
    after: records,
    delta: negated(drift),
    drift,
    records,
    deletes: 0,
    lastUsedBefore: lastUsed,
    ...(state.missing ? { adds: true } : {}),
    ...(moves ? { lastUsedAfter: newest } : {}),
  };
}
