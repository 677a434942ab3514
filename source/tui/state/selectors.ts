import { nounsIn } from './counter.ts';
import type { Row, Sort, State } from './model.ts';

/** Header, totals, column titles and key line around the list. */
const frameRows = 6;

/** The smallest terminal that the screens fit. */
export const leastSize = { columns: 80, rows: 24 };

/** True if nothing can be shown, and so nothing may be asked. */
export function isTooSmall({ columns, rows }: State['size']): boolean {
  return columns < leastSize.columns || rows < leastSize.rows;
}

/** How many rows a screen has below its title. */
export function titledRows(size: State['size']): number {
  return windowRows(size) + 1;
}

/** How many presets the list shows in a terminal of this height. */
export function windowRows(size: State['size']): number {
  return Math.max(1, size.rows - frameRows);
}

/** The ids in the window. */
export function visibleIds(state: State): readonly string[] {
  return state.order.slice(state.top, state.top + windowRows(state.size));
}

/** The preset under the cursor. */
export function selectedRow(state: State): Row | undefined {
  const id = state.selected ?? state.order.at(state.cursor);
  return id === undefined ? undefined : state.rows.get(id);
}

/** True while it is not known that this role sees every record. */
export function hidesRecords({ inspected }: Pick<State, 'inspected'>): boolean {
  return inspected?.tables.hiddenBy.length !== 0;
}

/** Why the list cannot be sorted by this; null if it can. */
export function whyNotSort(state: State, by: Sort): string | null {
  const { row, event, touched, sums } = nounsIn(state);
  if (by === 'last-used' && touched === null) return `A ${row[0]} has no time of its last ${event[0]}.`;
  return by === 'cause' && sums ? 'Causes are looked for where records are counted, not added up.' : null;
}

/** The old value if the new one is equal, so that nothing is redrawn. */
export function keep<T>(before: T, now: T): T {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
