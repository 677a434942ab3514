import { drift, isWrong } from '../../counter/counter.ts';
import type { Row, Sort, SortAndFilter } from './model.ts';

// Made when it is first needed: its data take longer to load than the first list takes to sort.
let collator: Intl.Collator | undefined;

function compareNames(a: Row, b: Row): number {
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return collator.compare(a.name, b.name);
}

/** The greater one first; NaN is greater than every number, as for PostgreSQL. */
function greaterFirst(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a)) return -1;
  return Number.isNaN(b) || b > a ? 1 : -1;
}

const compare: Record<Sort, (a: Row, b: Row) => number> = {
  usage: (a, b) => greaterFirst(a.usageCount ?? -1, b.usageCount ?? -1),
  name: compareNames,
  drift: (a, b) =>
    greaterFirst(Math.abs(drift(a) ?? 0), Math.abs(drift(b) ?? 0)) ||
    greaterFirst(a.usageCount ?? 0, b.usageCount ?? 0),
  'last-used': (a, b) =>
    (b.lastUsedAt ?? Number.NEGATIVE_INFINITY) - (a.lastUsedAt ?? Number.NEGATIVE_INFINITY),
};

/**
 * The ids to list, in order. `previous` is the order before: what was nearly sorted is sorted in a pass instead of in
 * n log n comparisons, which by name take a fifth of a second at 50,000 presets.
 */
export function sortAndFilter(
  rows: ReadonlyMap<string, Row>,
  { sort, filter, onlyMismatches }: SortAndFilter,
  previous: readonly string[] = [],
): string[] {
  const wanted = filter.toLowerCase();
  const shown = (row: Row) =>
    (!onlyMismatches || isWrong(row) === true) &&
    (wanted === '' || row.name.toLowerCase().includes(wanted) || row.id.toLowerCase().startsWith(wanted));
  const known = new Set<string>();
  const listed: Row[] = [];
  const add = (row: Row | undefined) => {
    if (!row || known.has(row.id)) return;
    known.add(row.id);
    if (shown(row)) listed.push(row);
  };
  for (const id of previous) add(rows.get(id));
  for (const row of rows.values()) add(row);
  const by = compare[sort];
  listed.sort((a, b) => by(a, b) || (a.id < b.id ? -1 : 1));
  return listed.map(row => row.id);
}
