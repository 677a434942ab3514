import { type Counter, totals } from '../../counter/counter.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import { place } from './cursor.ts';
import type { Row, State } from './model.ts';
import { keep } from './selectors.ts';
import { sortAndFilter } from './sort-and-filter.ts';

/** The same map if nothing changed, so that nothing is sorted or redrawn. */
export function mergeRows(
  rows: ReadonlyMap<string, Row>,
  counters: readonly Counter[],
  at: number,
  gone: readonly string[] = [],
): ReadonlyMap<string, Row> {
  const changed: Row[] = [];
  for (const counter of counters) {
    const old = rows.get(counter.id);
    if (!old) {
      changed.push({ ...counter, change: 0, changedAt: 0 });
      continue;
    }
    const now = counter.records === null ? withRecordsOf(old, counter) : counter;
    if (isAlike(old, now)) continue;
    // NaN if either count is NaN.
    const change = (counter.usageCount ?? 0) - (old.usageCount ?? 0) || 0;
    changed.push({ ...now, change, changedAt: at });
  }
  const lost = gone.filter(id => rows.has(id));
  if (changed.length === 0 && lost.length === 0) return rows;
  const merged = new Map(rows);
  for (const row of changed) merged.set(row.id, row);
  for (const id of lost) merged.delete(id);
  return merged;
}

/**
 * If counting records is expensive, a tick reads only the count. What was audited stays while the count does not change.
 */
function withRecordsOf(old: Row, counter: Counter): Counter {
  if (!Object.is(old.usageCount, counter.usageCount) || old.exact !== counter.exact) return counter;
  const { records, exactRecords, exactDrift } = old;
  return {
    ...counter,
    records,
    ...(exactRecords === undefined ? {} : { exactRecords }),
    ...(exactDrift === undefined ? {} : { exactDrift }),
  };
}

function isAlike(a: Counter, b: Counter): boolean {
  return (
    Object.is(a.usageCount, b.usageCount) &&
    a.exact === b.exact &&
    a.records === b.records &&
    a.exactRecords === b.exactRecords &&
    a.exactDrift === b.exactDrift &&
    a.lastUsedAt === b.lastUsedAt &&
    a.name === b.name
  );
}

export function withRows(state: State, rows: ReadonlyMap<string, Row>, at: number | null = null): State {
  if (rows === state.rows) return state;
  const sums = state.totals && keep(state.totals, totals(rows.values()));
  return rearrange({ ...state, rows, totals: sums, changedAt: at ?? state.changedAt });
}

function isLifted({ inspected }: State, now: InspectedDatabase): boolean {
  return inspected !== null && inspected.tables.hiddenBy.length > 0 && now.tables.hiddenBy.length === 0;
}

/** Numbers read while rows were hidden are incomplete, so they are dropped once no row is hidden. */
export function rowsSeen(state: State, now: InspectedDatabase): ReadonlyMap<string, Row> {
  if (!isLifted(state, now)) return state.rows;
  return new Map(Array.from(state.rows, ([id, row]) => [id, { ...row, records: null }]));
}

export function sumsSeen(state: State, now: InspectedDatabase): Pick<State, 'totals' | 'orphans'> {
  return isLifted(state, now)
    ? { totals: null, orphans: 0 }
    : { totals: state.totals, orphans: state.orphans };
}

/** After the role lost the right to read, older numbers must not look current. */
export function hideAfter(
  inspected: InspectedDatabase | null,
  { code, message }: ConsoleError,
): InspectedDatabase | null {
  if (!inspected || (code !== 'permission-denied' && code !== 'rows-hidden')) return inspected;
  return {
    ...inspected,
    tables: { ...inspected.tables, hiddenBy: [message.replace(/\.$/, '')], seenBy: [] },
  };
}

/** Like `keep`, but ignores the clock and the planner's estimates, which always change and are not shown. */
export function keepInspected(before: InspectedDatabase | null, now: InspectedDatabase): InspectedDatabase {
  const seen = ({ server, host, label, tables }: InspectedDatabase) => [
    server,
    host,
    label,
    tables.presets.name,
    tables.definition?.id,
    tables.hiddenBy,
    tables.seenBy,
  ];
  return before && JSON.stringify(seen(before)) === JSON.stringify(seen(now)) ? before : now;
}

export function rearrange(state: State): State {
  return place({ ...state, order: sortAndFilter(state.rows, state, state.order) });
}
