import { inSchema } from '../../connection/search-path.ts';
import type { CounterDefinition } from '../definition/definition.ts';
import { operatorsBetween } from '../discovery/column-kinds.ts';
import { definedColumn } from '../discovery/defined-column.ts';
import type { Relations } from '../discovery/truth.ts';
import { builtIn } from '../operators.ts';

/** The rows whose count a repair writes, and how one is found by the id of the row that it counts for. */
export interface WrittenRow {
  oid: number;
  /** Schema and name, quoted if necessary. */
  name: string;
  /** The column with the count, quoted if necessary. */
  count: string;
  /** True if it is another table than that of the rows counted for: then a row of it may be missing. */
  apart: boolean;
  /** The time that each new record sets, if it is in the same table. */
  touched: string | null;
  /** The columns by which a row is found, in the order of the key; none if the table has one row. */
  keys: NamedKey[];
  /** The same of the row that it counts for. */
  rowKeys: NamedKey[];
}

/** A column of a key, and the type of the value that it is compared with by `equal`. */
interface NamedKey {
  column: string;
  equal: string;
  type: string;
}

/** Where the count of a definition is written. */
export function writtenRow(definition: CounterDefinition, { row, via }: Relations): WrittenRow {
  const { key, count, touched } = definition.row;
  const table = via ?? row;
  const column = (name: string) => definedColumn(table, name, definition);
  const rowKeys = key.map((name): NamedKey => {
    const own = definedColumn(row, name, definition);
    // A cast to a type with a length would cut what a key of several columns has in it.
    const type = own.operators?.type ?? inSchema(key.length === 1 ? own.type : own.plainType);
    return { column: own.quoted, equal: (own.operators ?? builtIn).equal, type };
  });
  return {
    oid: table.oid,
    name: table.name,
    count: column(count).quoted,
    apart: via !== null,
    touched: via || touched === null ? null : column(touched).quoted,
    rowKeys,
    keys: rowKeys.map((own, place) => {
      if (!via) return own;
      const refers = column(definition.via?.row[place] ?? '');
      const key = definedColumn(row, definition.row.key[place] ?? '', definition);
      return { ...own, column: refers.quoted, equal: operatorsBetween(key, refers).equal };
    }),
  };
}

/**
 * SQL for whether `row` is the one that `id`, a text, names. The id of a row with several columns in its key is a JSON array of
 * their texts; that of the only row is `[]`.
 */
export function isNamedBy(keys: readonly NamedKey[], row: string, id: string): string {
  if (keys.length === 0) return 'true';
  return keys
    .map(({ column, equal }, place) => `${row}.${column} ${equal} ${partOfId(keys, id, place)}`)
    .join(' AND ');
}

/** SQL for the value of one column of the key, from the id. */
export function partOfId(keys: readonly NamedKey[], id: string, place: number): string {
  const text = keys.length === 1 ? id : `(${id}::pg_catalog.jsonb OPERATOR(pg_catalog.->>) ${place})`;
  return `${text}::${keys[place]?.type}`;
}
