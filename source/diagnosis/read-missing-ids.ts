import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';

const key = z.array(z.object({ name: z.string() }));
const ends = z.object({ last: z.nullable(z.number()) });

/**
 * How many numbers are missing from the records' key, from 1 to the greatest; null if the key is not a whole number given in
 * sequence. Deletions leave such gaps, and so do inserts that were rolled back.
 */
export async function readMissingIds(
  reader: Reader,
  { records, path }: Tables,
  allRecords: number,
): Promise<number | null> {
  const [column] = key.parse(
    await reader.rows(
      `SELECT quote_ident(a.attname) AS name FROM pg_index i
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = $1::oid AND i.indisprimary AND i.indisvalid AND i.indnkeyatts = 1
          AND a.atttypid IN ('int4'::regtype, 'int8'::regtype) AND has_column_privilege($1::oid, a.attnum, 'SELECT')
          AND (a.attidentity <> '' OR a.atthasdef)`,
      [records.oid],
    ),
  );
  if (!column) return null;
  const { last } = ends.parse(
    (
      await reader.rows(
        `SELECT pg_catalog.max(r.${column.name})::double precision AS last FROM ${records.name} r`,
        [],
        path,
      )
    )[0],
  );
  return last === null || last < allRecords ? null : last - allRecords;
}
