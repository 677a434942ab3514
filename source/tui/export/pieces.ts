import type { Counter } from '../../counter/counter.ts';
import { diagnosisOf } from '../preset/diagnoses.ts';
import { positionsOf } from '../rows/order.ts';
import { ListedRows } from '../rows/row-list.ts';
import { namesIn } from '../rows/shared-names.ts';
import { sortAndFilter } from '../rows/sort-and-filter.ts';
import { definitionIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { type ExportFormat, partsOf } from './formats.ts';

// In rows: a piece of so many is made in some milliseconds, and a key need not wait longer.
const stride = 2_000;

/**
 * The marked rows, else those that are listed, in the order of the list, as the pieces of a file. A row is as it was read last when its
 * piece is made; one that is gone by then is left out.
 */
export function* exportPieces(
  state: State,
  format: ExportFormat,
  at: number,
  tally: { rows: number },
): Generator<string> {
  const { inspected } = state;
  const definition = definitionIn(state);
  const { rows } = ListedRows.of(state.rows);
  if (!definition || !inspected) return;
  const { head, row, between, foot } = partsOf[format](definition, inspected, at);
  const isHidden = inspected.tables.hiddenBy.length > 0;
  const order = orderOf(state);
  let separator = '';
  yield head;
  for (let from = 0; from < order.length; from += stride) {
    const counters = Array.from(order.subarray(from, from + stride))
      .filter(position => rows.has(position))
      .map(position => rows.counter(position));
    const called = namesIn(state.rows, counters);
    let piece = '';
    for (const counter of counters) {
      const diagnosis = diagnosisOf(state, counter) ?? undefined;
      piece += separator + row(isHidden ? withoutRecords(counter) : counter, diagnosis, called(counter));
      separator = between;
    }
    tally.rows += counters.length;
    yield piece;
  }
  yield foot;
}

/** The positions of the rows to export; with marks also those that are not listed. */
function orderOf(state: State): Uint32Array {
  const { rows } = ListedRows.of(state.rows);
  if (state.marked === 0) return positionsOf(state.order, rows);
  const every = { ...state, filter: '', onlyMismatches: false };
  const all = sortAndFilter(state.rows, every, state.order);
  return positionsOf(all, rows).filter(position => rows.isMarked(position));
}

/** What this role sees of the records is not all of them. */
function withoutRecords({ id, name, usageCount, exact, lastUsedAt }: Counter): Counter {
  return { id, name, usageCount, ...(exact === undefined ? {} : { exact }), records: null, lastUsedAt };
}
