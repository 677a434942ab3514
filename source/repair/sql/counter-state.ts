import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { keysDiffer } from '../../counter/operators.ts';
import { type Quantity, toQuantity } from '../../counter/quantity.ts';
import { comparableCount, countColumns } from '../../counter/reading/counters.ts';
import { belongsTo, groupedKeys, groupedRecords } from '../../counter/reading/grouped-records.ts';
import { markShort, shortColumn } from '../../counter/short-text.ts';
import { isNamedBy } from '../../counter/writing/written-row.ts';

/** A counter in one snapshot; times as the server writes them under `exactForms`. */
export interface CounterState {
  id: string;
  name: string;
  count: Quantity | null;
  /** The count's text if a difference cannot be added to it: NaN, Infinity, or, of records, beyond 2^53. */
  exact: string | null;
  /** Which of the two that text is of, if not of the count. */
  exactOf?: 'sum';
  /** How many records there are, or the sum of their amounts. */
  records: Quantity;
  lastUsed: string | null;
  /** The time of its newest record that is not in the future; null if it was not requested. */
  newest: string | null;
  /** True if the count stands in another table, which has no row for it yet: it is 0. */
  missing?: boolean;
  /** How many records there are, if their amounts are added up and records are deleted. */
  many?: number;
  /** True if amounts are added up. */
  sums?: boolean;
}

/** Settings under which every value written as text is read back exactly; they last for the transaction. */
export const exactForms = `SELECT set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
  set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true)`;

const states = z.array(
  z.object({
    id: z.string(),
    name: z.nullable(z.string()),
    usageCount: z.optional(z.nullable(z.number())),
    exact: z.optional(z.nullable(z.string())),
    records: z.number(),
    sum: z.optional(z.string()),
    lastUsed: z.nullable(z.string()),
    newest: z.nullable(z.string()),
    missing: z.optional(z.boolean()),
    many: z.optional(z.number()),
  }),
);

type Row = z.infer<typeof states>[number];

/** SQL for the count of a row and for what it should be, once that is known as `truth`. */
function figures(count: string, truth: string, tables: Tables): string {
  const { sums } = tables.records;
  if (!sums) return `${countColumns(count, tables)}, ${truth}::double precision AS records`;
  const exact = `(${comparableCount(count, tables.presets.countKind, sums)})::pg_catalog.text AS exact`;
  return `${exact}, 0::double precision AS records, ${truth}::pg_catalog.text AS sum`;
}

/** The names of those columns. */
function figureNames({ presets, records }: Tables): string[] {
  if (records.sums) return ['exact', 'records', 'sum', 'many'];
  return ['"usageCount"', ...(presets.countKind === 'integer' ? [] : ['exact']), 'records'];
}

/** SQL for how many records there are, beside the sum of their amounts. */
function manyOf({ records }: Tables): string {
  return records.sums ? ', pg_catalog.count(*)::double precision AS many' : '';
}

/**
 * The counters of these presets from one snapshot, so that drift can be computed from them. If the newest record's time
 * equals the last use, both are returned as the same text, even if their types differ.
 */
export async function readStates(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
  newest = false,
): Promise<Map<string, CounterState>> {
  const rows = await reader.rows(statesQuery(tables, { newest }), [JSON.stringify(ids)], tables.path);
  return new Map(statesOf(rows).map(state => [state.id, state]));
}

/** Parses the rows that a query for states returns, and keeps their order. */
export function statesOf(rows: unknown[]): CounterState[] {
  return states.parse(rows).map(toState);
}

/**
 * A query for the states of the presets of $1. `also` is SQL for more columns of `c`, which has aggregates over the records `r` of each
 * preset. `shown` is SQL for what the query returns of them. Both begin with a comma; the keys of the presets are in `wanted`.
 */
export function statesQuery(
  tables: Tables,
  { newest = false, also = '', shown = '' }: { newest?: boolean; also?: string; shown?: string },
): string {
  const { presets, records } = tables;
  const time = newest && records.time ? records.time : null;
  const { pairs } = records;
  // By name: a role may have been granted only these columns.
  const own = [
    ...new Set([
      presets.key,
      presets.label,
      presets.count,
      presets.lastUsed,
      presets.missing,
      ...(pairs ?? []).map(({ key }) => key),
    ]),
  ]
    .filter(column => column !== null)
    .map(column => `q.${column}`)
    .join(', ');
  const counted = `${records.aggregate} AS records${manyOf(tables)}, ${time ? `pg_catalog.max(r.${time}) FILTER (WHERE ${isPast(`r.${time}`)})` : 'NULL::pg_catalog.text'} AS newest${also}`;
  // A key of several columns is compared column by column, so that indexes are used and no text of a key is.
  const [from, truth] = pairs
    ? [
        `(SELECT ${own} FROM wanted w JOIN ${presets.rows} q ON ${isNamedBy(tables.written.rowKeys, 'q', 'w.id')}) p`,
        `CROSS JOIN LATERAL (SELECT ${counted} FROM ${records.counted} r WHERE ${belongsTo(tables, 'p')}) c`,
      ]
    : [
        `(SELECT ${own} FROM ${presets.rows} q WHERE q.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT id FROM wanted))) p`,
        `LEFT JOIN (${groupedRecords(tables, counted, { of: 'ARRAY(SELECT id FROM wanted)' })}) c ON c.id ${groupedKeys(tables).equal} p.${presets.key}${groupedKeys(tables).of}`,
      ];
  return `WITH wanted AS MATERIALIZED (SELECT v.value::${presets.keyType} AS id FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) v)
    SELECT p.${presets.key}::pg_catalog.text AS id, ${shortColumn(`p.${presets.label}`)} AS name, ${figures(`p.${presets.count}`, 'coalesce(c.records, 0)', tables)},${records.sums ? ' coalesce(c.many, 0) AS many,' : ''}
           ${lastUsedText(presets)} AS "lastUsed",
           ${presets.lastUsed && time ? `CASE WHEN p.${presets.lastUsed} OPERATOR(pg_catalog.=) c.newest THEN p.${presets.lastUsed}::pg_catalog.text ELSE c.newest::pg_catalog.text END` : 'NULL::pg_catalog.text'} AS newest${presets.missing ? `, p.${presets.missing} AS missing` : ''}${shown}
      FROM ${from}
      ${truth}`;
}

function lastUsedText({ lastUsed }: Tables['presets']): string {
  return lastUsed ? `p.${lastUsed}::pg_catalog.text` : 'NULL::pg_catalog.text';
}

function isPast(time: string): string {
  return `${time} OPERATOR(pg_catalog.<=) pg_catalog.now() AND pg_catalog.isfinite(${time})`;
}

function toState({ usageCount, exact = null, name, sum, missing = false, many, ...row }: Row): CounterState {
  const own = {
    ...row,
    name: markShort(name ?? ''),
    ...(missing ? { missing } : {}),
    ...(many === undefined ? {} : { many }),
  };
  if (sum === undefined) {
    const count = missing ? 0 : (usageCount ?? null);
    return { ...own, exact, count: exact === null ? count : Number(exact) };
  }
  const [count, records] = [exact === null ? null : toQuantity(exact), toQuantity(sum)];
  const isNumber = records !== null && (count !== null || exact === null);
  return {
    ...own,
    sums: true,
    exact: isNumber ? null : records === null ? sum : exact,
    ...(records === null ? { exactOf: 'sum' } : {}),
    count: missing ? 0 : count,
    records: records ?? 0,
  };
}

/** SQL that starts a statement with `p`: the counters of the presets of $1, numbered `n`. */
export function ownCounters(tables: Tables): string {
  const { presets, records } = tables;
  const missing = presets.missing ? `p.${presets.missing}` : 'false';
  return `WITH p AS MATERIALIZED (
      SELECT pg_catalog.row_number() OVER () AS n, p.${presets.key} AS key, p.${presets.key}::pg_catalog.text AS id, ${shortColumn(`p.${presets.label}`)} AS name, ${figures(`p.${presets.count}`, 't.truth', tables)},
             ${records.sums ? 't.many, ' : ''}${lastUsedText(presets)} AS "lastUsed", ${missing} AS missing
        FROM ${presets.rows} p CROSS JOIN LATERAL (SELECT ${records.aggregate} AS truth${manyOf(tables)} FROM ${records.counted} r WHERE ${belongsTo(tables, 'p')}) t
       WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT v.value::${presets.keyType} FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) v)))`;
}

/** SQL for the columns of `p` from which a state is parsed. */
export function ownColumns(tables: Tables): string {
  return `p.id, p.name, ${figureNames(tables)
    .map(name => `p.${name}`)
    .join(', ')}, p."lastUsed", p.missing, NULL AS newest`;
}

const presetTimes = z.array(z.object({ id: z.string() }));

/** The rows whose time of the last use is not that of their newest record that is not in the future. */
export async function readStaleTimes(reader: Reader, tables: Tables): Promise<string[]> {
  const { presets, records } = tables;
  if (!presets.lastUsed || !records.time) return [];
  const rows = await reader.rows(
    `SELECT p.${presets.key}::pg_catalog.text AS id FROM ${presets.rows} p
       LEFT JOIN (${groupedRecords(tables, `pg_catalog.max(r.${records.time}) AS newest`, { where: isPast(`r.${records.time}`) })}) c
         ON c.id ${groupedKeys(tables).equal} p.${presets.key}${groupedKeys(tables).of}
      WHERE ${keysDiffer(`p.${presets.lastUsed}`, 'c.newest')}`,
    [],
    tables.path,
  );
  return presetTimes.parse(rows).map(({ id }) => id);
}
