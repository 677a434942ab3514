import { inSchema } from '../../../connection/search-path.ts';
import type { Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { manyValues, valueAsText } from '../../../counter/reading/sql-values.ts';
import type { RepairFacts } from '../facts.ts';
import { rowVersion } from '../xids.ts';
import type { RecordValues } from './found-records.ts';

/** See `readIdentifyingColumn`; `unique` if the server itself refuses a second record with the same value. */
export interface IdentifyingColumn {
  quoted: string;
  unique: boolean;
}

/**
 * The column that distinguishes each record from every other, including future ones: if it is equal, it is the same
 * record. Null if there is none, for example if records are only the key of their preset.
 *
 * It is a column with a unique index, a number or a UUID that the server generates, or the time of the use.
 */
export async function readIdentifyingColumn(
  { rows }: Reader,
  { records }: Tables,
  { recordColumns }: RepairFacts,
): Promise<IdentifyingColumn | null> {
  const found = (await rows(
    `SELECT quote_ident(a.attname) AS quoted, u.is_unique AS "unique" FROM pg_attribute a
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid
        AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum AND i.indpred IS NULL) AS is_unique) u
      WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped AND quote_ident(a.attname) <> $2
        AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'uuid'::regtype, 'text'::regtype,
                           'timestamp with time zone'::regtype, 'timestamp without time zone'::regtype)
        AND (u.is_unique OR a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) ~* 'nextval\\(|uuid'
          OR (quote_ident(a.attname) = $3 AND a.atttypid IN ('timestamp with time zone'::regtype, 'timestamp without time zone'::regtype)))
      ORDER BY u.is_unique DESC, quote_ident(a.attname) = $3, a.attnum`,
    [records.oid, records.preset, records.time ?? ''],
  )) as IdentifyingColumn[];
  const stored = new Set(recordColumns.map(({ quoted }) => quoted));
  return found.find(({ quoted }) => stored.has(quoted)) ?? null;
}

/** Whether the server refuses every duplicate record: a unique key consists of stored columns, none of which may be NULL. */
export async function refusesDoubles(
  { rows }: Reader,
  { records }: Tables,
  { recordColumns }: RepairFacts,
): Promise<boolean> {
  const [row] = (await rows(
    `SELECT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid
       AND i.indpred IS NULL AND i.indexprs IS NULL
       AND NOT EXISTS (SELECT FROM generate_series(0, i.indnkeyatts - 1) k (n) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]
                        WHERE NOT a.attnotnull OR NOT quote_ident(a.attname) IN (SELECT json_array_elements_text($2::text::json)))) AS refuses`,
    [records.oid, JSON.stringify(recordColumns.map(({ quoted }) => quoted))],
  )) as { refuses: boolean }[];
  return row?.refuses === true;
}

/**
 * How often each of these records exists with exactly these values, in order. Ignores records written by the
 * transactions in `but`. Reads the records of their presets once; needs `exactForms` in the transaction.
 */
export async function countPresent(
  { rows }: Reader,
  { records, path }: Tables,
  { recordColumns }: RepairFacts,
  identifying: string,
  wanted: readonly RecordValues[],
  except: readonly string[],
): Promise<number[]> {
  if (wanted.length === 0) return [];
  const placeOf = (column: string) => recordColumns.findIndex(({ quoted }) => quoted === column);
  const given = (column: string, as: string | null = null) => {
    const place = placeOf(column);
    return `(v.value OPERATOR(pg_catalog.->>) ${place})::${as ?? inSchema(recordColumns[place]?.type ?? 'text')}`;
  };
  // Records of no preset cannot be found by the index on presets.
  const someOfNone = wanted.some(values => (values[placeOf(records.preset)] ?? null) === null);
  const ofPresets = someOfNone
    ? ''
    : `r.${records.preset} ${records.operators.equal} ANY (ARRAY(SELECT DISTINCT ${given(records.preset, records.operators.type)} FROM wanted v)) AND `;
  // IS TRUE keeps the planner from a nested-loop join, which it would choose because it expects few rows.
  const found = (await rows(
    `WITH wanted AS MATERIALIZED (
            SELECT v.value, v.n FROM pg_catalog.jsonb_array_elements($1::pg_catalog.text::pg_catalog.jsonb) WITH ORDINALITY v (value, n)),
          there AS MATERIALIZED (
            SELECT t.value, pg_catalog.count(*) AS many FROM (
              SELECT ${manyValues(recordColumns.map(({ quoted, cast }) => valueAsText(quoted, cast)))}::pg_catalog.jsonb AS value FROM ${records.name} r
               WHERE ${ofPresets}(r.${identifying} OPERATOR(pg_catalog.=) ANY (SELECT ${given(identifying)} FROM wanted v)) IS TRUE
                 AND (r.xmin::pg_catalog.text OPERATOR(pg_catalog.=) ANY (SELECT x.xid FROM pg_catalog.json_array_elements_text($2::pg_catalog.text::pg_catalog.json) x (xid))) IS NOT TRUE
              OFFSET 0) t
            GROUP BY t.value)
     SELECT (w.n OPERATOR(pg_catalog.-) 1)::double precision AS place, t.many::double precision AS many
       FROM wanted w JOIN there t ON t.value OPERATOR(pg_catalog.=) w.value`,
    [JSON.stringify(wanted), JSON.stringify(except.map(rowVersion))],
    path,
  )) as { place: number; many: number }[];
  const counts = wanted.map(() => 0);
  for (const { place, many } of found) counts[place] = many;
  return counts;
}
