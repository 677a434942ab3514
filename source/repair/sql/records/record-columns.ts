import * as z from 'zod/mini';
import type { Database, Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { isConsoleError } from '../../../errors/errors.ts';
import type { TableColumn } from '../../match-columns.ts';
import { exactForms } from '../counter-state.ts';

const columns = z.array(
  z.object({
    quoted: z.string(),
    type: z.string(),
    declared: z.string(),
    required: z.boolean(),
    fallback: z.nullable(z.string()),
    generated: z.boolean(),
    number: z.number(),
  }),
);

const text = `SELECT quote_ident(a.attname) AS quoted, format_type(a.atttypid, -1) AS type, format_type(a.atttypid, a.atttypmod) AS declared,
         (a.attnotnull OR t.typnotnull) AS required, a.attgenerated <> '' AS generated, a.attnum::float8 AS number,
         CASE WHEN a.attidentity <> '' THEN 'a new number' ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), t.typdefault) END AS fallback
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

/** Every column of the table of records, in order, with its default. */
export async function readRecordColumns(reader: Reader, { records }: Tables): Promise<TableColumn[]> {
  return columns.parse(await reader.rows(text, [records.oid]));
}

/**
 * How many of these values a column would change, or why the server rejects one: a cast may cut, round or drop a time
 * zone silently.
 */
export async function columnThatChanges(
  database: Database,
  { declared }: TableColumn,
  values: readonly string[],
  signal?: AbortSignal,
): Promise<{ differing: number; refusal: string | null }> {
  // The padding of a char(n) is not part of its value.
  const plain = (value: string) => (declared.startsWith('character(') ? `rtrim(${value}, ' ')` : value);
  const back = `format('%s', v.value::${declared})`;
  try {
    return await database.read(
      async reader => {
        await reader.rows(exactForms);
        const [row] = (await reader.rows(
          `SELECT count(*) FILTER (WHERE ${plain(back)} IS DISTINCT FROM ${plain('v.value')})::float8 AS differing
             FROM json_array_elements_text($1::text::json) v`,
          [JSON.stringify(values)],
        )) as { differing: number }[];
        return { differing: row?.differing ?? 0, refusal: null };
      },
      { signal },
    );
  } catch (error) {
    const { code = '', message = '' } = (isConsoleError(error) ? (error.cause ?? {}) : {}) as {
      code?: string;
      message?: string;
    };
    // Class 22: the data does not fit. 42846: there is no cast between the types.
    if (code.startsWith('22') || code === '42846' || code === '23514')
      return { differing: 0, refusal: message };
    throw error;
  }
}
