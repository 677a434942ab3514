import type { Counter } from '../../counter/counter.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { recentUsesAreCheap } from '../../counter/reading/recent-uses.ts';
import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import { ListedRows, type RowList } from '../rows/row-list.ts';
import { sortAndFilter } from '../rows/sort-and-filter.ts';
import { place } from './cursor.ts';
import type { State } from './model.ts';
import { keep } from './selectors.ts';

/** The rows with what was read; see ListedRows. */
export function mergeRows(
  rows: RowList,
  counters: readonly Counter[],
  at: number,
  gone: readonly string[] = [],
  keptFrom = 0,
): ListedRows {
  return ListedRows.of(rows).with(counters, gone, at, keptFrom);
}

export function withRows(state: State, rows: ListedRows, at: number | null = null): State {
  if (rows === state.rows) return state;
  const sums = state.totals && keep(state.totals, rows.rows.totals());
  return rearrange({
    ...state,
    rows,
    totals: sums,
    marked: rows.rows.marks,
    changedAt: at ?? state.changedAt,
  });
}

// Of more rows than anybody scrolls back through, those of the last window are kept.
const mostUses = 2_000;

/** What was read of the last days, with the old objects for what is the same, so that nothing is redrawn for it. */
export function mergeUses(known: State['recentUses'], read: State['recentUses']): State['recentUses'] {
  const same = Array.from(read, ([id, uses]): [string, readonly number[]] => [
    id,
    keep(known.get(id) ?? uses, uses),
  ]);
  if (same.every(([id, uses]) => known.get(id) === uses)) return known;
  return new Map(known.size > mostUses ? same : [...known, ...same]);
}

function isLifted({ inspected }: State, now: InspectedDatabase): boolean {
  return inspected !== null && inspected.tables.hiddenBy.length > 0 && now.tables.hiddenBy.length === 0;
}

/** Numbers read while rows were hidden are incomplete, so they are dropped once no row is hidden. */
export function rowsSeen(state: State, now: InspectedDatabase): ListedRows {
  const listed = ListedRows.of(state.rows);
  if (isLifted(state, now)) listed.rows.forgetRecords();
  return listed;
}

/** The rows that the watch keeps, from its first event on. */
export function rowsOf(
  state: State,
  { rows, inspected }: { rows?: CounterRows | undefined; inspected: InspectedDatabase },
): ListedRows {
  const seen = rowsSeen(state, inspected);
  return rows === undefined || rows === seen.rows ? seen : ListedRows.watched(rows);
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
    recentUsesAreCheap(tables),
  ];
  return before && JSON.stringify(seen(before)) === JSON.stringify(seen(now)) ? before : now;
}

export function rearrange(state: State): State {
  return place({ ...state, order: sortAndFilter(state.rows, state, state.order) });
}
