import type { Reader } from '../../connection/transactions.ts';

/** A table that an extension is known to make, if it is there. */
export interface ExtensionTable {
  /** The schema, if the extension has one of its own; null if it may be any. */
  schema: string | null;
  table: string;
  /** The columns that are read, each with the types that it may have. */
  columns: Readonly<Record<string, readonly string[]>>;
  /** Of `columns`, those that not every version has. */
  optional?: readonly string[];
}

/** How such a table is read: its name, quoted, and its columns by their names. An optional one that is not there is NULL. */
export interface ReadableTable {
  name: string;
  column(of: string, name: string): string;
}

/**
 * Finds tables of extensions. A role that may create schemas can make a table of the same name, and its types and policies would run code
 * of that role as whoever reads it. So only a plain table is taken whose columns have the known types. If it has policies, its owner must be
 * a superuser. `null`: there is no such table. `hidden`: there is one, and it is not read, for lack of a right or because of its policies.
 */
export async function readExtensionTables(
  reader: Reader,
  tables: readonly ExtensionTable[],
): Promise<(ReadableTable | 'hidden' | null)[]> {
  const rows = (await reader.rows(tables.map(textOf).join('\nUNION ALL\n'))) as {
    place: number;
    name: string;
    readable: boolean;
    columns: string;
  }[];
  return tables.map((_, place) => {
    const found = rows.find(each => each.place === place);
    if (!found) return null;
    const columns = new Set(JSON.parse(found.columns) as string[]);
    return found.readable
      ? { name: found.name, column: (of, name) => (columns.has(name) ? `${of}.${name}` : 'NULL') }
      : 'hidden';
  });
}

function textOf({ schema, table, columns, optional = [] }: ExtensionTable, place: number): string {
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const known = Object.entries(columns)
    .map(
      ([name, types]) =>
        `(a.attname = ${literal(name)} AND a.atttypid IN (${types.map(each => `${literal(each)}::regtype`).join(', ')}))`,
    )
    .join(' OR ');
  const needed = Object.keys(columns).length - optional.length;
  return `(SELECT ${place} AS place, format('%I.%I', n.nspname, c.relname) AS name,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND (NOT c.relrowsecurity OR o.rolsuper) AS readable, found.columns::text AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner
  CROSS JOIN LATERAL (SELECT json_agg(a.attname) AS columns, count(*) FILTER (WHERE a.attname <> ALL (ARRAY[${optional.map(literal).join(', ')}]::name[])) AS needed
                        FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped AND (${known})) found
 WHERE c.relname = ${literal(table)} AND c.relkind = 'r'${schema === null ? '' : ` AND n.nspname = ${literal(schema)}`}
   AND found.needed = ${needed}
 ORDER BY 2 LIMIT 1)`;
}
