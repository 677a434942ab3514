import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import { defaultNumber } from '../counter/default-number.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { Beginning } from './evidence.ts';

const row = z.object({ start: z.nullable(z.string()) });

/** What the count of a new row begins with by its default; null if that is 0, NULL, or no constant number. */
export async function readBeginning(reader: Reader, { written }: Tables): Promise<Beginning | null> {
  const [found] = await reader.rows(
    `SELECT coalesce(pg_get_expr(d.adbin, d.adrelid), t.typdefault) AS start
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = $1::oid AND quote_ident(a.attname) = $2 AND a.attgenerated = ''`,
    [written.oid, written.count],
  );
  const number = Number(defaultNumber(found ? (row.parse(found).start ?? '') : '') ?? 0);
  return number === 0 ? null : { number, table: written.name, column: written.count };
}
