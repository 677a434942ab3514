import { sorts } from '../../config/flags.ts';
import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { isLongList, prepareNames } from './prepared-names.ts';
import { ListedRows, type RowList } from './row-list.ts';
import { tryOut } from './sort-and-filter.ts';

let isWarm = false;

/** Does ahead what sorting and filtering a long list needs; others are sorted at once anyway. */
export function prepareLongList(state: { rows: RowList }): void {
  if (!(state.rows instanceof ListedRows) || !isLongList(state)) return;
  const { rows } = state.rows;
  prepareNames(rows, () => {
    if (!isWarm) warmUp(rows);
  });
}

// In milliseconds: for V8's compiler, and for keys.
const rest = 20;
const rounds = 4;

/**
 * Sorts and filters some rows in all ways. V8 makes machine code of what has run for a while, and the first key that sorted a million
 * rows would wait for that: three times as long as the second.
 */
function warmUp(rows: CounterRows): void {
  isWarm = true;
  const ways = Array.from({ length: rounds }, () => [
    ...sorts.map(sort => ({ sort, filter: '' })),
    ...['e', '7e', 'id:7e', 'drift>0'].map(filter => ({ sort: 'uses' as const, filter })),
  ]).flat();
  const next = () => {
    const way = ways.pop();
    if (!way) return;
    tryOut(rows, way);
    setTimeout(next, rest).unref();
  };
  next();
}
