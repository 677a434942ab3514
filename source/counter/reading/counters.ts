import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import { literal } from '../../format/sql-literal.ts';
import type { Counter } from '../counter.ts';
import type { Tables } from '../discovery/tables.ts';
import { markShort, shortColumn } from '../short-text.ts';
import { belongsTo } from './grouped-records.ts';

// float8 holds every whole number up to 2^53 and arrives as a number; int8 would arrive as a string.
// Times are sent as milliseconds since 1970 for the same reason, and because 50,000 Dates are slow and large.
const row = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  usageCount: z.nullable(z.number()),
  exact: z.optional(z.nullable(z.string())),
  records: z.nullable(z.number()),
  exactRecords: z.optional(z.nullable(z.string())),
  exactDrift: z.optional(z.nullable(z.string())),
  lastUsedAt: z.nullable(z.number()),
});
const rows = z.array(row);

/** SQL for a time column as milliseconds since 1970; NULL if the table has none, and for an infinite time. */
export function milliseconds(column: string | null): string {
  if (column === null) return 'NULL::double precision';
  return `(CASE WHEN pg_catalog.isfinite(${column}) THEN extract(epoch FROM ${column}) OPERATOR(pg_catalog.*) 1000 END)::double precision`;
}

// The whole numbers that a float8 holds exactly, and of fractions only halves, quarters and eighths. With 3.3 even the
// difference from a number of records is inexact.
const isExact = (column: string, fractions: boolean) =>
  `CASE WHEN ${column} OPERATOR(pg_catalog.>=) -9007199254740991 AND ${column} OPERATOR(pg_catalog.<=) 9007199254740991
        THEN ${fractions ? `(${column} OPERATOR(pg_catalog.*) 8) OPERATOR(pg_catalog.=) pg_catalog.trunc(${column} OPERATOR(pg_catalog.*) 8)` : 'true'} ELSE false END`;

/** SQL for the count in `column`: as the number `"usageCount"`, or if no number holds it exactly, as the text `exact`. */
export function countColumns(column: string, { presets: { countKind } }: Tables): string {
  // An integer always fits; its text would be sent and parsed for nothing.
  if (countKind === 'integer') return `${column}::double precision AS "usageCount"`;
  const exact = isExact(column, countKind !== 'bigint');
  return `CASE WHEN ${exact} THEN ${column}::double precision END AS "usageCount",
           CASE WHEN NOT ${exact} THEN ${column}::pg_catalog.text END AS exact`;
}

function columns(tables: Tables): string {
  const { presets } = tables;
  return `p.${presets.key}::pg_catalog.text AS id, ${shortColumn(`p.${presets.label}`)} AS name, ${countColumns(`p.${presets.count}`, tables)},
    ${milliseconds(presets.lastUsed && `p.${presets.lastUsed}`)} AS "lastUsedAt"`;
}

/** SQL for what the count of the row `p` should be. */
export function truthOf(tables: Tables): string {
  const { records } = tables;
  return `SELECT ${records.aggregate} FROM ${records.counted} r WHERE ${belongsTo(tables, 'p')}`;
}

/**
 * SQL for what the count should be, once it is known as `truth`: as the number `records`, and of a sum also as text if no
 * number holds it exactly, with the drift of `count` from it.
 */
export function truthColumns(truth: string, count: string, tables: Tables): string {
  if (!tables.records.sums) return `${truth}::double precision AS records`;
  const exact = isExact(truth, true);
  return `CASE WHEN ${exact} THEN ${truth}::double precision END AS records, CASE WHEN NOT ${exact} THEN ${truth}::pg_catalog.text END AS "exactRecords",
           (${driftOf(truth, count, tables)})::pg_catalog.text AS "exactDrift"`;
}

/** SQL for how far `count` is from `truth`; what is NULL counts as 0. */
export function driftOf(truth: string, count: string, { presets: { countKind }, records }: Tables): string {
  const difference = `coalesce(${comparableCount(count, countKind, records.sums)}, 0) OPERATOR(pg_catalog.-) coalesce(${truth}, 0)`;
  if (!records.sums || countKind === 'integer' || countKind === 'bigint') return difference;
  // NaN minus NaN is NaN, as is Infinity minus Infinity: only such a number is not 0 less itself.
  return `CASE WHEN (${truth} OPERATOR(pg_catalog.-) ${truth}) OPERATOR(pg_catalog.<>) 0 AND ${count}::pg_catalog.text OPERATOR(pg_catalog.=) ${truth}::pg_catalog.text THEN 0 ELSE ${difference} END`;
}

/** SQL for a count that differences are exact of. */
export function comparableCount(count: string, kind: Tables['presets']['countKind'], sums: boolean): string {
  // The difference of a bigint near the limit of its type would overflow.
  if (kind === 'bigint' || (sums && kind !== 'float')) return `${count}::numeric`;
  if (!sums) return count;
  // PostgreSQL 13 has no infinite numeric.
  return `CASE WHEN ${count} OPERATOR(pg_catalog.>) '-Infinity'::double precision AND ${count} OPERATOR(pg_catalog.<) 'Infinity'::double precision
        THEN ${count}::numeric WHEN ${count} IS NOT NULL THEN 'NaN'::numeric END`;
}

// An index that leads with the preset finds its records. Without one each preset needs a scan of the whole table, which is
// not noticeable up to about this size.
const scannable = 16 * 1024 * 1024;

/** True if the whole table of records can be read without a noticeable delay. */
export function isScannable({ records }: Tables): boolean {
  return records.bytes < scannable;
}

/** True if the records of a few presets can be counted every two seconds. */
export function countsAreCheap(tables: Tables): boolean {
  // A key of several columns is not looked up by an index.
  return isScannable(tables) || (tables.records.indexed && tables.records.pairs === null);
}

/**
 * The counters of `ids`, each with the number of its records from the same snapshot. One statement: with two, live traffic
 * looks like drift. If counting is expensive or not wanted, `records` is null. Ids that are gone are missing from the result.
 */
export async function readCounters(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
  records: 'counted' | 'if-cheap' | 'not' = 'if-cheap',
): Promise<Counter[]> {
  return toCounters(await reader.rows(countersText(tables, records), [JSON.stringify(ids)], tables.path));
}

/** The statement that reads the counters of the ids in `$1`. */
export function countersText(tables: Tables, records: 'counted' | 'if-cheap' | 'not'): string {
  const { presets } = tables;
  const counts = records === 'counted' || (records === 'if-cheap' && countsAreCheap(tables));
  const { columns: truth, from } = countedFor(tables, counts);
  return `SELECT ${columns(tables)}, ${truth} FROM ${presets.rows} p${from}
    WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT e.value::${presets.keyType} FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) e))`;
}

/** A statement for psql that shows the counts of these rows and what they should be, with the ids in it. */
export function rowsQuery(tables: Tables, ids: readonly string[]): string {
  const { presets, records } = tables;
  const columns = [...new Set([presets.key, presets.label, presets.count])].map(column => `p.${column}`);
  const values = ids.map(id => `${literal(id)}::${presets.keyType}`);
  return `SELECT ${columns.join(', ')}, t.truth AS ${records.sums ? 'sum' : 'records'}
  FROM ${presets.rows} p CROSS JOIN LATERAL (${truthOf(tables)}) t (truth)
 WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY[${values.join(', ')}]);`;
}

/** The columns that this statement returns, quoted. */
export function countersColumns(tables: Tables, records: 'counted' | 'if-cheap' | 'not'): string[] {
  const counts = records === 'counted' || (records === 'if-cheap' && countsAreCheap(tables));
  return [
    'id',
    'name',
    '"usageCount"',
    ...(tables.presets.countKind === 'integer' ? [] : ['exact']),
    '"lastUsedAt"',
    'records',
    ...(counts && tables.records.sums ? ['"exactRecords"', '"exactDrift"'] : []),
  ];
}

/** What the count of each row `p` should be: its columns, and what is joined for them. */
function countedFor(tables: Tables, counts: boolean): { columns: string; from: string } {
  if (!counts) return { columns: 'NULL::double precision AS records', from: '' };
  if (!tables.records.sums) return { columns: truthColumns(`(${truthOf(tables)})`, '', tables), from: '' };
  return {
    columns: truthColumns('t.truth', `p.${tables.presets.count}`, tables),
    from: ` CROSS JOIN LATERAL (${truthOf(tables)}) t (truth)`,
  };
}

// Counting this many records is too fast to notice.
const quickRecords = 300_000;

/**
 * The `limit` presets with the highest count, in no order: the list's first page. Their records are counted in the same
 * statement if the counts suggest that this is quick; otherwise `records` is null and left to the audit.
 */
export async function readMostUsed(reader: Reader, tables: Tables, limit: number): Promise<Counter[]> {
  const { presets } = tables;
  // A sum does not tell how many records there are.
  const quick =
    countsAreCheap(tables) && !tables.records.sums
      ? `CASE WHEN (SELECT coalesce(pg_catalog.sum(${presets.count}), 0) FROM p) OPERATOR(pg_catalog.<=) ${quickRecords} THEN (${truthOf(tables)})::double precision END`
      : 'NULL::double precision';
  // By name: the role may have been granted only these columns.
  const wanted = new Set([presets.key, presets.label, presets.count, presets.lastUsed]);
  for (const { key } of tables.records.pairs ?? []) wanted.add(key);
  wanted.delete(null);
  const text = `WITH p AS MATERIALIZED (
      SELECT ${[...wanted].join(', ')} FROM ${presets.rows} q WHERE ${presets.key} IS NOT NULL ORDER BY ${presets.count} DESC NULLS LAST LIMIT $1)
    SELECT ${columns(tables)}, ${quick} AS records FROM p`;
  return toCounters(await reader.rows(text, [limit], tables.path));
}

/** Parses what the statements of this file return. */
export function toCounters(raw: unknown[]): Counter[] {
  return rows.parse(raw).map(({ name, exact, exactRecords, exactDrift, ...counter }) => ({
    ...counter,
    name: markShort(name ?? ''),
    ...(exact === null || exact === undefined ? {} : { usageCount: Number(exact), exact }),
    ...(exactRecords === null || exactRecords === undefined
      ? {}
      : { records: Number(exactRecords), exactRecords }),
    ...(exactDrift === null || exactDrift === undefined ? {} : { exactDrift }),
  }));
}
