import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { matcher } from './name-filter.ts';
import { compareNames } from './name-order.ts';
import { type Order, PositionOrder } from './order.ts';
import { inNameOrder, mostById } from './prepared-names.ts';
import { sortGreatestFirst } from './radix-sort.ts';
import { ListedRows, type RowList } from './row-list.ts';
import type { Sort, SortAndFilter } from './sort.ts';

type Compare = (a: number, b: number) => number;

/** The greater one first; NaN is greater than every number, as in PostgreSQL. */
function greaterFirst(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a)) return -1;
  return Number.isNaN(b) || b > a ? 1 : -1;
}

/** What each order sorts by, the most important last. Names are compared otherwise. */
const numbers: Record<Exclude<Sort, 'name'>, ((rows: CounterRows, position: number) => number)[]> = {
  usage: [(rows, position) => rows.count(position) ?? -1],
  drift: [
    (rows, position) => rows.count(position) ?? 0,
    (rows, position) => Math.abs(rows.drift(position) ?? 0),
  ],
  'last-used': [(rows, position) => rows.lastUsedAt(position) ?? Number.NEGATIVE_INFINITY],
};

function comparison(rows: CounterRows, sort: Sort): Compare {
  if (sort === 'name') return (a, b) => compareNames(rows, a, b);
  const values = numbers[sort].toReversed();
  return (a, b) => {
    for (const value of values) {
      const order = greaterFirst(value(rows, a), value(rows, b));
      if (order !== 0) return order;
    }
    return 0;
  };
}

// Beyond this share of a list, sorting it whole is quicker than moving the rows that changed.
const mostMoved = 0.2;

/** The rows to list, in order. Of a list that was sorted in this way, only the rows that changed are moved. */
export function sortAndFilter(list: RowList, by: SortAndFilter, previous?: Order): Order {
  const listed = ListedRows.of(list);
  const { rows } = listed;
  const isListed = listing(rows, by);
  const byId = rows.size <= mostById;
  if (previous instanceof PositionOrder && previous.isOf(listed, by)) {
    const { changes } = listed;
    if (changes.size < 64 || changes.size < mostMoved * previous.length)
      return new PositionOrder(listed, moved(rows, previous.positions, { changes, isListed, by, byId }), by);
  }
  const turned = (positions: Uint32Array) => (by.reversed ? positions.reverse() : positions);
  if (by.sort === 'name' && !byId) return new PositionOrder(listed, turned(inNameOrder(rows, isListed)), by);
  const positions = new Uint32Array(rows.size);
  let length = 0;
  for (let position = 0; position < rows.length; position += 1)
    if (rows.has(position) && isListed(position)) positions[length++] = position;
  const inOrder = sorted(rows, positions.subarray(0, length), by.sort, byId);
  return new PositionOrder(listed, turned(inOrder), by);
}

function listing(
  rows: CounterRows,
  { filter, onlyMismatches }: SortAndFilter,
): (position: number) => boolean {
  const matches = matcher(rows, filter);
  return position => (!onlyMismatches || rows.isWrong(position) === true) && matches(position);
}

function sorted(rows: CounterRows, positions: Uint32Array, sort: Sort, byId: boolean): Uint32Array {
  if (byId) return positions.sort(total(rows, sort, byId));
  for (const value of sort === 'name' ? [] : numbers[sort])
    sortGreatestFirst(positions, position => value(rows, position));
  return positions;
}

/** A comparison that finds no two rows equal. */
function total(rows: CounterRows, sort: Sort, byId: boolean): Compare {
  const compare = comparison(rows, sort);
  return (a, b) => compare(a, b) || (byId ? (rows.id(a) < rows.id(b) ? -1 : 1) : a - b);
}

interface Moving {
  changes: ReadonlyMap<number, number | null>;
  isListed: (position: number) => boolean;
  by: SortAndFilter;
  byId: boolean;
}

/** The order without the rows that changed or are gone, and with those that changed where they belong. */
function moved(rows: CounterRows, before: Uint32Array, { changes, isListed, by, byId }: Moving): Uint32Array {
  const forwards = total(rows, by.sort, byId);
  const compare: Compare = by.reversed ? (a, b) => forwards(b, a) : forwards;
  const coming = Uint32Array.from([...changes.keys()].filter(each => rows.has(each) && isListed(each)));
  coming.sort(compare);
  const after = new Uint32Array(before.length + coming.length);
  let length = 0;
  let next = 0;
  for (let index = 0; index < before.length; index += 1) {
    const position = before[index] as number;
    if (changes.has(position) || !rows.has(position)) continue;
    while (next < coming.length && compare(coming[next] as number, position) < 0)
      after[length++] = coming[next++] as number;
    after[length++] = position;
  }
  while (next < coming.length) after[length++] = coming[next++] as number;
  return after.subarray(0, length);
}
