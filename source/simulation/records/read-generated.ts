import * as z from 'zod/mini';
import type { Path } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Generated } from './condition-columns.ts';
import type { RecordColumn } from './record-facts.ts';

const rows = z.array(z.object({ name: z.string(), text: z.string() }));

/**
 * The expressions of generated columns of the table `oid`. They mean the same only by the same `path`: the server leaves out each
 * schema that it finds by that.
 */
export async function readGenerated(
  reader: Reader,
  oid: number,
  columns: readonly RecordColumn[],
  path: Path,
): Promise<Generated[]> {
  if (columns.length === 0) return [];
  const read = rows.parse(
    await reader.rows(
      `SELECT a.attname::pg_catalog.text AS name, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS text
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) a.attrelid AND d.adnum OPERATOR(pg_catalog.=) a.attnum
        WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attgenerated OPERATOR(pg_catalog.<>) ''`,
      [oid],
      path,
    ),
  );
  return columns.flatMap(column => {
    const found = read.find(({ name }) => name === column.name);
    return found ? [{ column, text: found.text }] : [];
  });
}
