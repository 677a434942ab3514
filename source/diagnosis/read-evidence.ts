import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { countColumns, milliseconds } from '../counter/reading/counters.ts';
import { belongsTo } from '../counter/reading/grouped-records.ts';
import type { PresetEvidence, Uses } from './evidence.ts';

/** Which columns besides those of `Tables` may be read as evidence. */
interface EvidenceColumns {
  /** Whether the transaction that wrote a row can be read: `xmin` needs SELECT on the whole table. */
  written: { presets: boolean; records: boolean };
  /** The column with the time a preset was created, quoted; null if there is none. */
  created: string | null;
  /** The column with the kind of use, quoted; null if there is none. */
  type: string | null;
  /** Other columns of a record that may say that it does not count. */
  marks: Mark[];
}

interface Mark {
  /** What holds of a record that is marked, in words, such as `deleted_at is set`. */
  words: string;
  /** The column, quoted. */
  column: string;
  /** A column of true and false, or one that may be empty. */
  boolean: boolean;
}

// More would cost more to read than they tell.
const mostMarks = 5;

const columns = z.object({
  presets: z.boolean(),
  records: z.boolean(),
  created: z.nullable(z.string()),
  type: z.nullable(z.string()),
  marks: z.array(z.object({ words: z.string(), column: z.string(), boolean: z.boolean() })),
});

/** Finds out what this role may read as evidence. */
export async function readEvidenceColumns(
  reader: Reader,
  { presets, records }: Tables,
): Promise<EvidenceColumns> {
  // A foreign table has no xmin.
  const [row] = (await reader.rows(
    `SELECT has_table_privilege($1::oid, 'SELECT') AND (SELECT relkind IN ('r', 'p') FROM pg_class WHERE oid = $1::oid) AS presets,
            has_table_privilege($2::oid, 'SELECT') AND (SELECT relkind IN ('r', 'p') FROM pg_class WHERE oid = $2::oid)
              AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $2::oid AND c.relkind = 'f') AS records,
            (SELECT quote_ident(a.attname) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
              WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped AND t.typcategory = 'D'
                AND replace(lower(a.attname), '_', '') = 'createdat' AND has_column_privilege($1::oid, a.attnum, 'SELECT')
              ORDER BY a.attnum LIMIT 1) AS created,
            (SELECT quote_ident(a.attname) FROM pg_attribute a
              WHERE a.attrelid = $2::oid AND quote_ident(a.attname) = $3 AND has_column_privilege($2::oid, a.attnum, 'SELECT')) AS type,
            (SELECT coalesce(json_agg(json_build_object('words', m.words, 'column', m.quoted, 'boolean', m.boolean) ORDER BY m.attnum), '[]') FROM (
              SELECT a.attnum, quote_ident(a.attname) AS quoted, a.atttypid = 'bool'::regtype AS boolean,
                     a.attname || CASE WHEN a.atttypid = 'bool'::regtype THEN ' is true' ELSE ' is set' END AS words
                FROM pg_attribute a
               WHERE a.attrelid = $2::oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.atttypid = 'bool'::regtype OR NOT a.attnotnull)
                 AND quote_ident(a.attname) NOT IN ($3, $4, $5) AND has_column_privilege($2::oid, a.attnum, 'SELECT')
               ORDER BY a.attname ~* 'delet|archiv|remov|hidden|void|cancel|test' DESC, a.atttypid <> 'bool'::regtype, a.attnum LIMIT ${mostMarks}) m)::text AS marks`,
    [presets.oid, records.oid, records.type ?? '', records.preset, records.time ?? ''],
  )) as { marks: string }[];
  const found = columns.parse({ ...row, marks: JSON.parse(row?.marks ?? '[]') });
  const { created, type, marks } = found;
  // A query of the rows or of the records has no more than what it counts by.
  const [whole, all] = [presets.rows === presets.name, records.counted === records.name];
  return {
    written: { presets: whole && found.presets, records: all && found.records },
    created: whole ? created : null,
    type,
    marks: all ? marks : [],
  };
}

const row = z.object({
  id: z.string(),
  usageCount: z.nullable(z.number()),
  exact: z.optional(z.nullable(z.string())),
  lastUsedAt: z.nullable(z.number()),
  createdAt: z.nullable(z.number()),
  written: z.nullable(z.number()),
  missing: z.nullable(z.boolean()),
  records: z.number(),
  stored: z.nullable(z.number()),
  times: z.nullable(z.string()),
  transactions: z.nullable(z.string()),
  types: z.nullable(z.string()),
  marks: z.nullable(z.array(z.string())),
});
const rows = z.array(row);
const counted = z.array(
  z.object({
    id: z.string(),
    usageCount: z.nullable(z.number()),
    exact: z.optional(z.nullable(z.string())),
    lastUsedAt: z.nullable(z.number()),
    records: z.number(),
    counts: z.nullable(z.string()),
  }),
);

/** Microseconds since 1970, as a whole number: the server writes it in half the time of a decimal fraction. */
function microseconds(column: string): string {
  return `CASE WHEN pg_catalog.isfinite(${column}) THEN (pg_catalog.date_part('epoch', ${column}) OPERATOR(pg_catalog.*) 1000000)::bigint END`;
}

// age() counts transactions back from now, so older ones are greater. Rows frozen by an old server are the oldest of all.
const transaction = (alias: string, readable: boolean) =>
  readable ? `(OPERATOR(pg_catalog.-) pg_catalog.age(${alias}.xmin))` : 'NULL::integer';

/**
 * Reads the counters of `ids` with all their records, in one statement and so from one snapshot. That visits each record, or
 * scans the table if no index leads with the preset. The caller must limit how many there are.
 */
export async function readEvidence(
  reader: Reader,
  tables: Tables,
  { written, created, type, marks }: EvidenceColumns,
  ids: readonly string[],
): Promise<PresetEvidence[]> {
  const { presets, records } = tables;
  // One string is sent and parsed in a fraction of the time that as many values need.
  const list = (value: string) => `pg_catalog.string_agg(${value}::pg_catalog.text, ',')`;
  const text = `WITH wanted AS (SELECT e.value::${presets.keyType} AS key FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) e),
    uses AS MATERIALIZED (
      SELECT w.key, pg_catalog.count(*)::double precision AS records,
             ${records.time === null ? 'NULL' : list(`coalesce((${microseconds(`r.${records.time}`)})::pg_catalog.text, 'NaN')`)} AS times,
             ${written.records ? list(transaction('r', true)) : 'NULL'} AS transactions,
             ${type === null ? 'NULL' : `pg_catalog.json_agg(pg_catalog.left(r.${type}::pg_catalog.text, 60))::pg_catalog.text`} AS types,
             ${marks.length === 0 ? 'NULL::pg_catalog.json' : `pg_catalog.json_build_array(${marks.map(markOf).join(', ')})`} AS marks
        FROM wanted w ${joined(tables)} GROUP BY 1)
    SELECT p.${presets.key}::pg_catalog.text AS id, ${countColumns(`p.${presets.count}`, tables)},
           ${milliseconds(presets.lastUsed && `p.${presets.lastUsed}`)} AS "lastUsedAt", ${presets.missing === null ? 'NULL::boolean' : `p.${presets.missing}`} AS missing,
           ${milliseconds(created && `p.${created}`)} AS "createdAt",
           ${transaction('p', written.presets)}::double precision AS written,
           coalesce(u.records, 0)::double precision AS records, ${stored(tables)} AS stored, u.times, u.transactions, u.types, u.marks
      FROM wanted w JOIN ${presets.rows} p ON p.${presets.key} ${presets.keys.equal} w.key${presets.keys.of} LEFT JOIN uses u ON u.key ${presets.keys.equal} w.key${presets.keys.of}`;
  return rows.parse(await reader.rows(text, [JSON.stringify(ids)], tables.path)).map(found => {
    const {
      exact,
      usageCount,
      missing,
      stored,
      times,
      transactions,
      types,
      marks: marked,
      ...counter
    } = found;
    return {
      ...counter,
      ...(missing === null ? {} : { missing }),
      ...(stored === null ? {} : { excluded: stored - counter.records }),
      usageCount: exact === null || exact === undefined ? usageCount : Number(exact),
      uses: usesOf(counter.records, { times, transactions, types, marked }, marks),
    };
  });
}

/** SQL for all records of the row `w`, whether they count or not; NULL if all of them count, or if another table is between. */
function stored({ definition, presets, records }: Tables): string {
  const { where, through } = definition.record;
  if (where === null || through !== null) return 'NULL::double precision';
  return `(SELECT pg_catalog.count(*)::double precision FROM ${records.name} r WHERE ${belongsTo({ presets, records }, 'p')})`;
}

/** SQL that joins the counted records `r` of the keys `w`. A key of several columns is compared column by column, in its row. */
function joined({ presets, records }: Tables): string {
  return records.pairs === null
    ? `JOIN ${records.counted} r ON r.${records.preset} ${records.keys.equal} w.key${records.keys.of}`
    : `JOIN ${presets.rows} k ON k.${presets.key} ${presets.keys.equal} w.key${presets.keys.of} JOIN ${records.counted} r ON ${belongsTo({ presets, records }, 'k')}`;
}

/** One digit for each record: 1 if it is marked. */
function markOf({ column, boolean }: Mark): string {
  return `pg_catalog.string_agg(CASE WHEN r.${column} IS ${boolean ? 'TRUE' : 'NOT NULL'} THEN '1' ELSE '0' END, '')`;
}

/** The records in the order of their times; null if the table has no times. */
function usesOf(
  records: number,
  {
    times,
    transactions,
    types,
    marked,
  }: Record<'times' | 'transactions' | 'types', string | null> & {
    marked: string[] | null;
  },
  marks: readonly Mark[],
): Uses | null {
  if (records === 0) return { times: [], transactions: [], types: [] };
  if (times === null) return null;
  const numbers = (text: string) => text.split(',').map(Number);
  const at = numbers(times).map(time => time / 1000);
  const order = at.map((_, index) => index);
  // Those without a time first.
  order.sort((a, b) =>
    Number.isNaN(at[a]) ? (Number.isNaN(at[b]) ? 0 : -1) : Number.isNaN(at[b]) ? 1 : at[a]! - at[b]!,
  );
  const inOrder = <T>(values: readonly T[]) => order.map(index => values[index]!);
  return {
    times: inOrder(at),
    transactions: transactions === null ? null : inOrder(numbers(transactions)),
    types: types === null ? null : inOrder((JSON.parse(types) as (string | null)[]).map(type => type ?? '')),
    marks: new Map(
      marks.map(({ words }, place) => [words, inOrder([...(marked?.[place] ?? '')]).join('')] as const),
    ),
  };
}

/**
 * Presets with apparently correct counts, to compare the wrong ones with. Chosen by a hash of their keys, so that nothing
 * relevant affects the choice. Each was used 1 to `mostEach` times; together they have at most `mostRecords` records.
 */
export async function chooseAccurate(
  reader: Reader,
  { presets, path }: Tables,
  wrong: readonly string[],
  { mostEach, mostRecords, most }: { mostEach: number; mostRecords: number; most: number },
): Promise<string[]> {
  const found = (await reader.rows(
    `SELECT c.id FROM (
       SELECT p.${presets.key}::pg_catalog.text AS id, pg_catalog.sum(p.${presets.count}) OVER (ORDER BY pg_catalog.hashtextextended(p.${presets.key}::pg_catalog.text, 0), p.${presets.key}::pg_catalog.text) AS upto
         FROM (SELECT p.${presets.key}, p.${presets.count} FROM ${presets.rows} p
                WHERE p.${presets.count} OPERATOR(pg_catalog.>=) 1 AND p.${presets.count} OPERATOR(pg_catalog.<=) $2
                  AND NOT p.${presets.key}::pg_catalog.text OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json))
                ORDER BY pg_catalog.hashtextextended(p.${presets.key}::pg_catalog.text, 0), p.${presets.key}::pg_catalog.text LIMIT $4) p) c
      WHERE c.upto OPERATOR(pg_catalog.<=) $3`,
    [JSON.stringify(wrong), mostEach, mostRecords, most],
    path,
  )) as { id: string }[];
  return found.map(({ id }) => id);
}

/** A stretch of time to count records in: milliseconds since 1970, both ends included; an open end is null. */
interface CountedStretch {
  from: number | null;
  to: number | null;
  type: string | null;
}

/**
 * How many records each of `ids` has in each of `stretches`, with its counter, from one snapshot. Only sums are sent, but
 * each record is visited unless an index has its time.
 */
export async function countInStretches(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
  stretches: readonly CountedStretch[],
): Promise<(Omit<PresetEvidence, 'uses' | 'createdAt' | 'written' | 'counted'> & { counts: number[] })[]> {
  const { presets, records } = tables;
  const time = `r.${records.time}`;
  const point = (value: number) => {
    const instant = `pg_catalog.to_timestamp(${bound(value)}::double precision OPERATOR(pg_catalog./) 1000)`;
    return /with time zone/.test(records.timeType ?? '') ? instant : `(${instant} AT TIME ZONE 'UTC')`;
  };
  const values: (string | number)[] = [];
  const bound = (value: string | number) => `$${values.push(value) + 1}`;
  const conditions = stretches.map(({ from, to, type }) =>
    [
      // An infinite time is not a real one, so it lies in no stretch.
      records.time === null ? 'true' : `pg_catalog.isfinite(${time})`,
      ...(from === null ? [] : [`${time} OPERATOR(pg_catalog.>=) ${point(from)}`]),
      ...(to === null ? [] : [`${time} OPERATOR(pg_catalog.<=) ${point(to)}`]),
      ...(type === null
        ? []
        : [
            `pg_catalog.left(r.${records.type}::pg_catalog.text, 60) OPERATOR(pg_catalog.=) ${bound(type)}::pg_catalog.text`,
          ]),
    ].join(' AND '),
  );
  const text = `WITH wanted AS (SELECT e.value::${presets.keyType} AS key FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) e),
    uses AS MATERIALIZED (
      SELECT w.key, pg_catalog.count(*) AS records, pg_catalog.json_build_array(${conditions.map(own => `pg_catalog.count(*) FILTER (WHERE ${own})`).join(', ')})::pg_catalog.text AS counts
        FROM wanted w ${joined(tables)} GROUP BY 1)
    SELECT p.${presets.key}::pg_catalog.text AS id, ${countColumns(`p.${presets.count}`, tables)},
           ${milliseconds(presets.lastUsed && `p.${presets.lastUsed}`)} AS "lastUsedAt", coalesce(u.records, 0)::double precision AS records, u.counts
      FROM wanted w JOIN ${presets.rows} p ON p.${presets.key} ${presets.keys.equal} w.key${presets.keys.of} LEFT JOIN uses u ON u.key ${presets.keys.equal} w.key${presets.keys.of}`;
  return counted
    .parse(await reader.rows(text, [JSON.stringify(ids), ...values], tables.path))
    .map(({ exact, usageCount, counts, ...rest }) => ({
      ...rest,
      usageCount: exact === null || exact === undefined ? usageCount : Number(exact),
      counts: counts === null ? stretches.map(() => 0) : (JSON.parse(counts) as number[]),
    }));
}
