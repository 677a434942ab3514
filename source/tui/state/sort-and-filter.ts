import { drift, isWrong } from '../../counter/counter.ts';
import type { Row, Sort, SortAndFilter } from './model.ts';

// Created on first use: loading its data takes longer than sorting the first list.
let collator: Intl.Collator | undefined;

function compareNames(a: Row, b: Row): number {
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return collator.compare(a.name, b.name);
}

/** The greater one first; NaN is greater than every number, as in PostgreSQL. */
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
 * The ids to list, in order. It starts from the `previous` order, because a nearly sorted list needs one pass. From
 * scratch, sorting 50,000 presets by name takes a fifth of a second.
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
