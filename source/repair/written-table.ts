import { searchPathOf } from '../sql/search-path-setting.ts';
import type { SqlName } from '../sql/sql-effects.ts';
import type { CatalogFunction, CatalogTrigger } from '../trigger/catalog.ts';

/** A table that triggers write to, with the triggers of its own. */
export interface WrittenTable {
  oid: number;
  schema: string;
  name: string;
  /** Schema and name, quoted if necessary. */
  table: string;
  /** Its columns that are NOT NULL, under their own names. */
  notNull: string[];
  triggers: (Pick<CatalogTrigger, 'name' | 'enabled' | 'type' | 'updateOf'> & { body: CatalogFunction })[];
}

/**
 * The table that a name in a function refers to: the first on its fixed `search_path`, else that of the function's own schema, else
 * one of the `schemas` of the counter. Undefined if it was not read.
 */
export function pickTable(
  { schema, name }: SqlName,
  body: Pick<CatalogFunction, 'schema' | 'searchPath'>,
  tables: readonly WrittenTable[],
  schemas: readonly string[],
): WrittenTable | undefined {
  const named = tables.filter(table => table.name === name);
  if (schema !== null) return named.find(table => table.schema === schema);
  const path = searchPathOf(body.searchPath) ?? [body.schema, ...schemas];
  for (const place of path) {
    const found = named.find(table => table.schema === place);
    if (found) return found;
  }
  return undefined;
}
