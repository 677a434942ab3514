import type { Change, Insertion } from '../body/change.ts';
import { keyOf } from '../body/expression.ts';
import { hasNameOf } from '../find/by-name.ts';
import { flattened } from './equalities.ts';
import type { Linked } from './link.ts';

/** Which record of several is counted, and in words what speaks against that. */
export interface Stored {
  linked: Linked;
  doubt: string | null;
}

/**
 * Of the records of several tables that a function stores beside a change, and that all lead to the row, the one that is counted: the
 * count has its name, else a foreign key says that it belongs to a row. `found` begins with what stands nearest.
 */
export function countedOf(
  found: readonly Linked[],
  change: Change,
  insertions: readonly Insertion[],
): Stored | null {
  const [first] = found;
  if (!first) return null;
  const on = new Set(flattened(change.conditions).map(keyOf));
  const isAlways = ({ record }: Linked) =>
    insertions.some(
      ({ source, path }) => source === record && flattened(path).every(each => on.has(keyOf(each))),
    );
  const alike = found.filter(
    each => each.record.kind === first.record.kind && (isAlways(each) || !isAlways(first)),
  );
  const named = narrowed(alike, ({ record }) => hasNameOf(change.target.table, change.column, record.table));
  const [chosen = first, ...others] = narrowed(named, refersByKey);
  const other = others.find(({ record }) => record.table !== chosen.record.table);
  return {
    linked: chosen,
    doubt: other
      ? `it stores records of ${other.record.table.name} there too, and neither a name nor a foreign key says which of them are counted`
      : null,
  };
}

/** Those that fit; all of them where none does. */
function narrowed<T>(list: readonly T[], fits: (each: T) => boolean): readonly T[] {
  const fitting = list.filter(fits);
  return fitting.length > 0 ? fitting : list;
}

function refersByKey({ record: { table }, link }: Linked): boolean {
  return table.references.some(({ columns }) => isSame(columns, link.reference));
}

const isSame = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every(name => other.includes(name));
