import type { Insertion } from '../body/change.ts';
import { column, type Expression, type Value } from '../body/expression.ts';
import type { CatalogTable } from '../catalog.ts';
import type { Effect } from '../effect/effect.ts';
import { wordsOf } from '../names/words.ts';
import type { Writing } from './writings.ts';

/** What tells the records that functions count from those that they store without counting. */
export interface StoredKind {
  column: string;
  condition: Expression;
}

// Types whose constants are compared as they are written.
const comparable: ReadonlySet<string> = new Set(['S', 'E', 'N', 'B']);
// Numbers may be amounts, and most texts are not about what a record is.
const kinds: ReadonlySet<string> = new Set(['type', 'kind', 'action', 'event', 'category', 'reason', 'what']);
// What a record is now, which says nothing of what it was when it was counted.
const changing: ReadonlySet<string> = new Set(['status', 'state', 'stage', 'phase']);

/**
 * The column in which functions store a constant with the records that they count, where each record that they store without counting
 * has another one there. Null if no column does so, or if it is not certain which. `storing` are the functions that may store them.
 */
export function storedKind(
  record: CatalogTable,
  effects: readonly Effect[],
  storing: readonly Writing[],
  writings: readonly Writing[],
): StoredKind | null {
  const counted = effects.flatMap(({ stored }) => stored ?? []);
  const sources = new Set(counted.map(({ source }) => source));
  const others = storing
    .flatMap(({ outcome }) => outcome.insertions)
    .filter(({ source, table }) => source.kind === 'inserted' && table === record && !sources.has(source));
  if (counted.length === 0 || others.length === 0) return null;
  const found = record.columns.filter(({ name, category }) => {
    const own = counted.map(each => constantIn(each, name));
    const other = others.map(each => constantIn(each, name));
    return (
      comparable.has(category) &&
      ![...own, ...other].includes(undefined) &&
      !own.includes(null) &&
      !own.some(each => other.includes(each)) &&
      !effects.some(({ amount, link }) => amount === name || link?.reference.includes(name)) &&
      !wordsOf(name).some(word => changing.has(word)) &&
      !isChanged(record, name, writings)
    );
  });
  const named = found.filter(({ name }) => wordsOf(name).some(word => kinds.has(word)));
  const [only, more] = named.length > 0 ? named : found.filter(({ category }) => category !== 'N');
  if (!only || more) return null;
  const arg = column({ kind: 'new', table: record, id: 0 }, only.name);
  const values = [...new Set(counted.map(each => constantIn(each, only.name) ?? null))];
  const constants = values.map((value): Expression => ({ kind: 'value', value }));
  const condition: Expression =
    constants.length === 1
      ? { kind: 'operator', name: '=', args: [arg, ...constants] }
      : { kind: 'in', arg, values: constants };
  return { column: only.name, condition };
}

/** The constant that is stored in a column of a record; undefined if what is stored is no constant. */
function constantIn({ table, values }: Insertion, name: string): Value | undefined {
  const given = values.find(each => each.column === name)?.value;
  if (given) return given.kind === 'value' ? given.value : undefined;
  return table.columns.find(each => each.name === name)?.start === null ? null : undefined;
}

function isChanged(record: CatalogTable, name: string, writings: readonly Writing[]): boolean {
  return writings.some(({ outcome }) =>
    outcome.changes.some(each => each.target.table === record && each.column === name),
  );
}
