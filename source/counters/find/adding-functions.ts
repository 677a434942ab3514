import type { CatalogTable } from '../catalog.ts';
import { sumsOf } from '../effect/terms.ts';
import type { Writing } from './writings.ts';

/** A column to which functions add that the application can call. */
export interface AddedColumn {
  table: CatalogTable;
  column: string;
  /** Schema, name and arguments of each. */
  functions: Set<string>;
}

/** The functions that add to each column, whether or not they also store the record that is counted. */
export function addingFunctions(writings: readonly Writing[]): AddedColumn[] {
  const columns = new Map<string, AddedColumn>();
  for (const { by, outcome } of writings) {
    if (by.kind !== 'function') continue;
    for (const { target, column, value } of outcome.changes) {
      if (!sumsOf(value, target, column).some(({ kind }) => kind === 'adds')) continue;
      const key = `${target.table.oid} ${column}`;
      const found = columns.get(key) ?? { table: target.table, column, functions: new Set() };
      found.functions.add(by.routine.identity);
      columns.set(key, found);
    }
  }
  return [...columns.values()];
}
