import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { causeRanks, causesFound } from './cause-ranks.ts';
import { meets, readFilter, type Term } from './filter.ts';
import { idMatcher, matcher } from './name-filter.ts';
import { compareNames } from './name-order.ts';
import { type Order, PositionOrder } from './order.ts';
import { inNameOrder, mostById } from './prepared-names.ts';
import { inStretches, type Numbers, sortGreatestFirst } from './radix-sort.ts';
import { ListedRows, type RowList } from './row-list.ts';
import type { SortAndFilter } from './sort.ts';

type Compare = (a: number, b: number) => number;

/** The greater one first; NaN is greater than every number, as in PostgreSQL. */
function greaterFirst(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a)) return -1;
  return Number.isNaN(b) || b > a ? 1 : -1;
}

/** What an order sorts by, the most important last. Names are compared otherwise. */
function numbersOf(rows: CounterRows, { sort, diagnoses }: SortAndFilter): Numbers[] {
  switch (sort) {
    case 'uses':
      return [countsOf(rows, -1)];
    case 'drift':
      return [countsOf(rows, 0), driftsOf(rows)];
    case 'last-used':
      return [lastUsesOf(rows)];
    case 'cause':
      return [countsOf(rows, 0), driftsOf(rows), causesOf(rows, diagnoses ?? new Map())];
    case 'name':
      return [];
  }
}

function countsOf(rows: CounterRows, otherwise: number): Numbers {
  const of = (position: number) => rows.count(position) ?? otherwise;
  return {
    of,
    read(positions, numbers) {
      for (let index = 0; index < positions.length; index += 1)
        numbers[index] = of(positions[index] as number);
    },
  };
}

function driftsOf(rows: CounterRows): Numbers {
  const of = (position: number) => {
    const size = Math.abs(rows.lastDrift(position) ?? 0);
    // A drift that no JavaScript number holds is wrong too.
    return size === 0 && rows.isWrong(position) ? Number.MIN_VALUE : size;
  };
  return {
    of,
    read(positions, numbers) {
      for (let index = 0; index < positions.length; index += 1)
        numbers[index] = of(positions[index] as number);
    },
  };
}

function lastUsesOf(rows: CounterRows): Numbers {
  const of = (position: number) => rows.lastUsedAt(position) ?? Number.NEGATIVE_INFINITY;
  return {
    of,
    read(positions, numbers) {
      for (let index = 0; index < positions.length; index += 1)
        numbers[index] = of(positions[index] as number);
    },
  };
}

function causesOf(rows: CounterRows, diagnoses: NonNullable<SortAndFilter['diagnoses']>): Numbers {
  const of = causeRanks(rows, diagnoses);
  return {
    of,
    read(positions, numbers) {
      for (let index = 0; index < positions.length; index += 1)
        numbers[index] = of(positions[index] as number);
    },
  };
}

function comparison(rows: CounterRows, by: SortAndFilter): Compare {
  if (by.sort === 'name') return (a, b) => compareNames(rows, a, b);
  const values = numbersOf(rows, by).toReversed();
  return (a, b) => {
    // Most rows of a list are equal in all of them. An iterator would be most of the garbage that sorting leaves.
    for (let index = 0; index < values.length; index += 1) {
      const { of } = values[index] as Numbers;
      const order = greaterFirst(of(a), of(b));
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
  const inOrder = sorted(rows, listedPositions(rows, isListed), by, byId);
  return new PositionOrder(listed, turned(inOrder), by);
}

// In rows: sorting them takes a millisecond or two.
const few = 10_000;

/** Sorts and filters some rows only to have done it. */
export function tryOut(rows: CounterRows, by: Pick<SortAndFilter, 'sort' | 'filter'>): void {
  const way = { ...by, onlyMismatches: false };
  const isListed = listing(rows, way);
  if (by.sort === 'name') inNameOrder(rows, isListed, few);
  const positions = listedPositions(rows, isListed, Math.min(few, rows.length));
  sortGreatestFirst(positions, numbersOf(rows, way));
}

/** Those that are listed, in order, of the first `length` positions. */
function listedPositions(rows: CounterRows, isListed: IsListed, length = rows.length): Uint32Array {
  const positions = new Uint32Array(Math.min(length, rows.size));
  let found = 0;
  const add = (start: number, end: number) => {
    for (let position = start; position < end; position += 1)
      if (rows.has(position) && isListed(position)) positions[found++] = position;
  };
  inStretches(length, add);
  return positions.subarray(0, found);
}

type IsListed = (position: number) => boolean;

function listing(rows: CounterRows, { filter, onlyMismatches, diagnoses }: SortAndFilter): IsListed {
  const all = readFilter(filter).terms.map(term => matcherOf(rows, term, diagnoses ?? new Map()));
  if (onlyMismatches) all.unshift(position => rows.isWrong(position) === true);
  const [first, second] = all;
  if (!first) return () => true;
  return second ? position => all.every(matches => matches(position)) : first;
}

function matcherOf(
  rows: CounterRows,
  term: Term,
  diagnoses: NonNullable<SortAndFilter['diagnoses']>,
): (position: number) => boolean {
  switch (term.kind) {
    case 'text':
      return matcher(rows, term.text);
    case 'id':
      return idMatcher(rows, term.text);
    case 'cause': {
      const found = new Set(
        Array.from(causesFound(rows, diagnoses)).flatMap(([position, { code }]) =>
          term.codes.has(code) ? [position] : [],
        ),
      );
      return position => found.has(position);
    }
    case 'drift':
      return position => {
        const drift = rows.lastDrift(position);
        return drift !== null && meets(drift, term.operator, term.value);
      };
  }
}

function sorted(rows: CounterRows, positions: Uint32Array, by: SortAndFilter, byId: boolean): Uint32Array {
  if (byId) return positions.sort(total(rows, by, byId));
  sortGreatestFirst(positions, numbersOf(rows, by));
  return positions;
}

/** A comparison that finds no two rows equal. */
function total(rows: CounterRows, by: SortAndFilter, byId: boolean): Compare {
  const compare = comparison(rows, by);
  return (a, b) => compare(a, b) || (byId ? rows.compareIds(a, b) : a - b);
}

interface Moving {
  changes: ReadonlyMap<number, number | null>;
  isListed: (position: number) => boolean;
  by: SortAndFilter;
  byId: boolean;
}

/** The order without the rows that changed or are gone, and with those that changed where they belong. */
function moved(rows: CounterRows, before: Uint32Array, { changes, isListed, by, byId }: Moving): Uint32Array {
  const forwards = total(rows, by, byId);
  const compare: Compare = by.reversed ? (a, b) => forwards(b, a) : forwards;
  const coming = Uint32Array.from([...changes.keys()].filter(each => rows.has(each) && isListed(each)));
  coming.sort(compare);
  // Asking a map for each of a million rows takes ten times as long as the rest.
  const isChanged = new Uint8Array(rows.length);
  for (const position of changes.keys()) isChanged[position] = 1;
  const after = new Uint32Array(before.length + coming.length);
  let length = 0;
  let next = 0;
  for (let index = 0; index < before.length; index += 1) {
    const position = before[index] as number;
    if (isChanged[position] === 1 || !rows.has(position)) continue;
    while (next < coming.length && compare(coming[next] as number, position) < 0)
      after[length++] = coming[next++] as number;
    after[length++] = position;
  }
  while (next < coming.length) after[length++] = coming[next++] as number;
  return after.subarray(0, length);
}
