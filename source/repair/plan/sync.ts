import type { Change } from '../repair.ts';
import type { CounterState } from '../sql/counter-state.ts';
/** How a sync changes a counter; null if it is already right, or not a number. */
export function syncChange(state: CounterState, times: boolean): Change | null {
  const { id, name, count, exact, records, lastUsed, newest } = state;
  if (exact !== null) return null;
  const drift = (count ?? 0) - records;
  const moves = times && newest !== lastUsed;
  if (drift === 0 && !moves) return null;
  return {
    id,
    name,
    before: count,
    after: records,
    delta: -drift,
    drift,
    records,
    deletes: 0,
    lastUsedBefore: lastUsed,
    ...(moves ? { lastUsedAfter: newest } : {}),
  };
}
