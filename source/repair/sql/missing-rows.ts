import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';

/**
 * Why a row that the table with the counts lacks cannot be added, as the end of a sentence; null if it can, or if the counts stand
 * in the rows themselves.
 */
export async function whyNoRowIsAdded(reader: Reader, { written }: Tables): Promise<string | null> {
  if (!written.apart) return null;
  const own = [...written.keys.map(({ column }) => column), written.count];
  const [row] = (await reader.rows(
    `SELECT json_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE NOT given AND (a.attnotnull OR t.typnotnull)
              AND d.oid IS NULL AND t.typdefault IS NULL AND a.attidentity = '') AS lacking,
            json_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE given AND NOT has_column_privilege(a.attrelid, a.attnum, 'INSERT')) AS denied,
            json_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE given AND (a.attgenerated <> '' OR a.attidentity = 'a')) AS generated
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      CROSS JOIN LATERAL (SELECT quote_ident(a.attname) IN (SELECT json_array_elements_text($2::text::json)) AS given) g
      WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped`,
    [written.oid, JSON.stringify(own)],
  )) as Record<'lacking' | 'denied' | 'generated', string[] | null>[];
  const { lacking, denied, generated } = row ?? { lacking: null, denied: null, generated: null };
  if (lacking) return `${lacking.join(', ')} needs a value that is not known`;
  if (generated) return `${generated.join(', ')} is generated`;
  return denied ? `this role may not insert ${denied.join(', ')}` : null;
}
