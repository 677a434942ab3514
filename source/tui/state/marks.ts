import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { amount } from '../../format/plurals.ts';
import { positionsOf } from '../rows/order.ts';
import { ListedRows } from '../rows/row-list.ts';
import { nounsIn } from './counter.ts';
import { moveCursor } from './cursor.ts';
import type { Row, State } from './model.ts';
import { selectedRow } from './selectors.ts';

/** Marks the row under the cursor, or takes its mark away, and moves to the next one. */
export function toggleMark(state: State): State {
  const id = selectedRow(state)?.id;
  if (id === undefined) return state;
  const marked = withMarks(state, rows => {
    const position = rows.find(id);
    rows.mark(position, !rows.isMarked(position));
  });
  return moveCursor(marked, { by: 1 });
}

/** Marks every row that is listed; if they are marked already, takes their marks away. Others stay as they are. */
export function markListed(state: State): State {
  return withMarks(state, rows => {
    const listed = positionsOf(state.order, rows);
    const on = !listed.every(position => !rows.has(position) || rows.isMarked(position));
    for (const position of listed) rows.mark(position, on);
  });
}

/** Takes every mark away. */
export function unmark(state: State): State {
  if (state.marked === 0) return state;
  return withMarks(state, rows => {
    for (let position = 0; position < rows.length; position += 1) rows.mark(position, false);
  });
}

export function isMarked({ rows }: Pick<State, 'rows'>, id: string): boolean {
  if (!(rows instanceof ListedRows)) return false;
  const position = rows.rows.find(id);
  return position >= 0 && rows.rows.isMarked(position);
}

/** The row that a key of the list for one row is about: the one that is marked, else the one under the cursor. */
export function chosenRow(state: State): Row | undefined {
  if (state.screen !== 'list' || state.marked !== 1) return selectedRow(state);
  const [id] = markedIds(state);
  return id === undefined ? undefined : state.rows.get(id);
}

/** Such as 3 marked presets. */
export function markedWords({
  marked,
  inspected,
  counter,
}: Pick<State, 'marked' | 'inspected' | 'counter'>): string {
  const [one, many] = nounsIn({ inspected, counter }).row;
  return amount(marked, `marked ${one}`, `marked ${many}`);
}

/** What an export is of: the marked rows, else those that are listed. */
export function exportedWords(state: State): string {
  return state.marked > 0 ? markedWords(state) : amount(state.order.length, ...nounsIn(state).row);
}

/** The ids of the marked rows, whether they are listed or not. */
export function markedIds({ rows, marked }: Pick<State, 'rows' | 'marked'>): readonly string[] {
  return marked > 0 && rows instanceof ListedRows ? [...rows.rows.markedIds()] : [];
}

/** The rows are changed in place, as by a tick: see ListedRows. */
function withMarks(state: State, change: (rows: CounterRows) => void): State {
  const listed = ListedRows.of(state.rows);
  change(listed.rows);
  return { ...state, rows: listed, marked: listed.rows.marks };
}
