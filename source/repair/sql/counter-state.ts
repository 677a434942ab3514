import * as z from 'zod/mini';
import { inSchema } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { builtIn, keysDiffer, keysEqual } from '../../counter/operators.ts';
import { type Quantity, toQuantity } from '../../counter/quantity.ts';
import { comparableCount, countColumns } from '../../counter/reading/counters.ts';
import { belongsTo, groupedKeys, groupedRecords } from '../../counter/reading/grouped-records.ts';
import { manyValues, valueAsText } from '../../counter/reading/sql-values.ts';
import { markShort, shortColumn } from '../../counter/short-text.ts';
import { isNamedBy } from '../../counter/writing/written-row.ts';
import {
  type ByteLimits,
  boundedRecords,
  gatheredColumns,
  recordSource,
  storedSize,
} from './bounded-records.ts';
import type { RepairFacts } from './facts.ts';

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

/** A record as a receipt keeps it: its values as text in the order of `recordColumns`. */
export type RecordValues = (string | null)[];

/**
 * Where some records are, and which version of each was read. The three are SQL arrays as text, in the same order: the table, the
 * place in it, and the transaction that wrote the record. They are left out if that was not asked for.
 */
export interface RecordPlaces {
  number: number;
  relations?: string;
  places?: string;
  versions?: string;
}

/** The records that were read. */
export interface FoundRecords {
  number: number;
  /** A line for each: the text of a JSON array of its values, as a receipt keeps it. Without a line end at the end; empty without records. */
  lines: string;
  /** Where they are; null without any. */
  places: RecordPlaces | null;
  /** The bytes of the largest that is too large to be read; null without any. */
  tooLarge: number | null;
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
  const rows = states.parse(
    await reader.rows(statesQuery(tables, { newest }), [JSON.stringify(ids)], tables.path),
  );
  return new Map(rows.map(row => [row.id, toState(row)]));
}

/**
 * A query for the states of the presets of $1. `also` is SQL for more columns of `c`, which has aggregates over the records `r` of each
 * preset. `shown` is SQL for what the query returns of them. Both begin with a comma; the keys of the presets are in `wanted`.
 */
function statesQuery(
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

const text = z.nullable(z.string());
const gathered = z.object({
  number: z.nullable(z.number()),
  lines: text,
  relations: text,
  places: text,
  versions: text,
  tooLarge: z.nullable(z.number()),
});

/** Parses a row of `gathered`, see `boundedRecords`. */
function toFound(row: unknown): FoundRecords {
  const { number, lines, relations, places, versions, tooLarge } = gathered.parse(row);
  if (number === null || lines === null) return { number: 0, lines: '', places: null, tooLarge };
  // JSON has no line end inside a value, so each line is a record.
  const there = linesIn(lines);
  if (there !== number) throw new Error(`${there} records where the server read ${number}`);
  if (relations === null || places === null || versions === null)
    return { number, lines, places: { number }, tooLarge };
  return { number, lines, places: { number, relations, places, versions }, tooLarge };
}

function linesIn(text: string): number {
  let number = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) number += 1;
  return number;
}

/** The values of the first `most` of these records. */
export function valuesIn(
  { number, lines }: Pick<FoundRecords, 'number' | 'lines'>,
  most = number,
): RecordValues[] {
  if (number === 0) return [];
  return lines.split('\n', most).map(line => JSON.parse(line) as RecordValues);
}

/** A counter with the records that were read of it. */
export type StateWithRecords = FoundRecords & { state: CounterState };

/** SQL that starts a statement with `p`: the counters of the presets of $1, numbered `n`. */
function ownCounters(tables: Tables): string {
  const { presets, records } = tables;
  const missing = presets.missing ? `p.${presets.missing}` : 'false';
  return `WITH p AS MATERIALIZED (
      SELECT pg_catalog.row_number() OVER () AS n, p.${presets.key} AS key, p.${presets.key}::pg_catalog.text AS id, ${shortColumn(`p.${presets.label}`)} AS name, ${figures(`p.${presets.count}`, 't.truth', tables)},
             ${records.sums ? 't.many, ' : ''}${lastUsedText(presets)} AS "lastUsed", ${missing} AS missing
        FROM ${presets.rows} p CROSS JOIN LATERAL (SELECT ${records.aggregate} AS truth${manyOf(tables)} FROM ${records.counted} r WHERE ${belongsTo(tables, 'p')}) t
       WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT v.value::${presets.keyType} FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) v)))`;
}

/** SQL for the columns of `p` from which a state is parsed. */
function ownColumns(tables: Tables): string {
  return `p.id, p.name, ${figureNames(tables)
    .map(name => `p.${name}`)
    .join(', ')}, p."lastUsed", p.missing, NULL AS newest`;
}

/**
 * The counters of these presets with up to `most` records of each, and where they are, from one snapshot. No more records in total than
 * `limits` allow.
 */
export async function readWithRecords(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  ids: readonly string[],
  most: number,
  limits: ByteLimits,
): Promise<Map<string, StateWithRecords>> {
  const { records } = tables;
  const { equal, of } = records.keys;
  const source = `SELECT p.n, r.* FROM p CROSS JOIN LATERAL (SELECT ${recordSource(facts)} FROM ${records.name} r WHERE r.${records.preset} ${equal} p.key${of}${whichCount(tables)} LIMIT $2) r`;
  const text = `${ownCounters(tables)},
    ${boundedRecords(facts, source, limits)}
    SELECT ${ownColumns(tables)}, ${gatheredColumns.map(name => `g.${name}`).join(', ')}
      FROM p LEFT JOIN gathered g ON g.n OPERATOR(pg_catalog.=) p.n`;
  return withRecords(await reader.rows(text, [JSON.stringify(ids), most], tables.path));
}

/**
 * The counters of these presets with all records of each, and the snapshot that they are from; null if the records are more than
 * `limits` allow. It reads each page once, and so is quicker than `readWithRecords`.
 */
export async function readWithAllRecords(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  ids: readonly string[],
  { bytes, recordBytes }: ByteLimits,
): Promise<{ snapshot: string; states: Map<string, StateWithRecords> } | null> {
  const { name, preset, keys } = tables.records;
  const values = manyValues(facts.recordColumns.map(({ quoted, cast }) => valueAsText(quoted, cast)));
  const size = 'pg_catalog.octet_length(c.lines)';
  // Before values are built, from what is known without reading them.
  const fits = `(SELECT pg_catalog.sum(${storedSize(facts)}) ${builtIn.upTo} ${bytes} FROM ${name} r WHERE r.${preset} ${keys.equal} ANY (ARRAY(SELECT id FROM wanted)))`;
  // Records that are small together are small each.
  const longest = `(SELECT pg_catalog.max(pg_catalog.octet_length(l)) FROM pg_catalog.unnest(pg_catalog.string_to_array(c.lines, E'\\n')) l)`;
  const within = `pg_catalog.sum(${size}) OVER () ${builtIn.upTo} ${bytes} AND (${size} ${builtIn.upTo} ${recordBytes} OR ${longest} ${builtIn.upTo} ${recordBytes})`;
  const text = statesQuery(tables, {
    also: `, pg_catalog.string_agg(CASE WHEN ${fits} THEN ${values} END, E'\\n') AS lines, pg_catalog.count(*)::double precision AS number`,
    shown: `, pg_catalog.pg_current_snapshot()::pg_catalog.text AS snapshot, c.number, CASE WHEN ${within} THEN c.lines END AS lines, NULL AS relations, NULL AS places, NULL AS versions, NULL AS "tooLarge"`,
  });
  const rows = (await reader.rows(text, [JSON.stringify(ids)], tables.path)) as {
    snapshot: string;
    number: number | null;
    lines: string | null;
  }[];
  if (rows.some(({ number, lines }) => number !== null && lines === null)) return null;
  return { snapshot: rows[0]?.snapshot ?? '', states: withRecords(rows) };
}

function withRecords(rows: unknown[]): Map<string, StateWithRecords> {
  return new Map(
    states.parse(rows).map((row, place) => [row.id, { state: toState(row), ...toFound(rows[place]) }]),
  );
}

/** SQL that follows a condition: which of the records \`r\` of the table itself count. */
export function whichCount({ records }: Pick<Tables, 'records'>): string {
  return records.where === null ? '' : ` AND (${records.where})`;
}

/** Up to `most` records whose preset is gone, no more than `limits` allow. */
export function readOrphans(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  most: number,
  limits: ByteLimits,
): Promise<FoundRecords> {
  const { presets, records } = tables;
  const where = `WHERE NOT EXISTS (SELECT FROM ${presets.name} p WHERE p.${presets.key} ${records.keys.equal} r.${records.preset}${records.keys.of})`;
  return readSome(reader, tables, facts, where, most, limits);
}

/** A few records as a receipt keeps them, whichever come first. */
export async function readSample(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  limits: ByteLimits,
): Promise<string[]> {
  await reader.rows(exactForms);
  const { number, lines } = await readSome(reader, tables, facts, '', 1_000, limits);
  return number === 0 ? [] : lines.split('\n');
}

async function readSome(
  reader: Reader,
  { records, path }: Tables,
  facts: RepairFacts,
  where: string,
  most: number,
  limits: ByteLimits,
): Promise<FoundRecords> {
  const source = `SELECT 1 AS n, ${recordSource(facts)} FROM ${records.name} r ${where} LIMIT $1`;
  const [row] = await reader.rows(
    `WITH ${boundedRecords(facts, source, limits)} SELECT ${gatheredColumns.map(name => `g.${name}`).join(', ')} FROM gathered g`,
    [most],
    path,
  );
  return row === undefined ? { number: 0, lines: '', places: null, tooLarge: null } : toFound(row);
}

/** Which of these records refer to a row that no longer exists: by their index, the table that lacks it. */
export async function readDangling(
  reader: Reader,
  { references }: RepairFacts,
  values: readonly RecordValues[],
): Promise<Map<number, string>> {
  const dangling = new Map<number, string>();
  for (const { table, pairs } of references) {
    // Each combination once, and without a NULL: as in SQL's MATCH SIMPLE, a reference with one in it refers to nothing.
    const named = new Map<string, number[]>();
    for (const [index, record] of values.entries()) {
      const own = pairs.map(({ place }) => record[place] ?? null);
      if (own.includes(null)) continue;
      const key = JSON.stringify(own);
      const alike = named.get(key);
      if (alike) alike.push(index);
      else named.set(key, [index]);
    }
    if (named.size === 0) continue;
    const rows = (await reader.rows(
      `SELECT (e.n OPERATOR(pg_catalog.-) 1)::double precision AS place
         FROM pg_catalog.jsonb_array_elements($1::pg_catalog.text::pg_catalog.jsonb) WITH ORDINALITY e (value, n)
        WHERE NOT EXISTS (SELECT FROM ${table} t WHERE ${pairs
          .map(
            ({ column, type, equal }, index) =>
              `t.${column} ${equal} (e.value OPERATOR(pg_catalog.->>) ${index})::${inSchema(type)}`,
          )
          .join(' AND ')})`,
      [`[${[...named.keys()].join(',')}]`],
      // Under the role's own search_path: policies of that table may call its functions.
      'own',
    )) as { place: number }[];
    const records = [...named.values()];
    for (const { place } of rows) for (const index of records[place] ?? []) dangling.set(index, table);
  }
  return dangling;
}

/** Whether a record with exactly these values exists. */
export async function hasRecord(
  reader: Reader,
  { records, path }: Tables,
  { recordColumns }: RepairFacts,
  values: RecordValues,
): Promise<boolean> {
  const own = recordColumns.findIndex(({ quoted }) => quoted === records.preset);
  const given = '$1::pg_catalog.text::pg_catalog.jsonb';
  const alike = recordColumns.map(({ quoted, cast }, place) =>
    keysEqual(valueAsText(quoted, cast), `(${given} OPERATOR(pg_catalog.->>) ${place})`),
  );
  // The preset once more, uncast, so that its index is used.
  const preset = values[own];
  const within =
    preset === null || preset === undefined
      ? ''
      : `r.${records.preset} ${records.operators.equal} (${given} OPERATOR(pg_catalog.->>) ${own})::${records.operators.type ?? inSchema(recordColumns[own]?.type ?? 'text')} AND `;
  const [row] = (await reader.rows(
    `SELECT EXISTS (SELECT FROM ${records.name} r WHERE ${within}${alike.join(' AND ')}) AS there`,
    [JSON.stringify(values)],
    path,
  )) as { there: boolean }[];
  return row?.there === true;
}

/** Which preset each of these values refers to: as text, a padded char(n) differs from the key that it equals. */
export async function readOwners(
  reader: Reader,
  { presets, path }: Tables,
  ids: readonly string[],
  values: readonly string[],
): Promise<Map<string, string>> {
  const rows = (await reader.rows(
    // By column names: presets may have a column with the name of either alias.
    `SELECT v.value, i.value AS id FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) i
       JOIN ${presets.name} p ON p.${presets.key} ${presets.keys.equal} i.value::${presets.keyType}
       JOIN pg_catalog.json_array_elements_text($2::pg_catalog.text::pg_catalog.json) v ON p.${presets.key} ${presets.keys.equal} v.value::${presets.keyType}`,
    [JSON.stringify(ids), JSON.stringify(values)],
    path,
  )) as { value: string; id: string }[];
  return new Map(rows.map(({ value, id }) => [value, id]));
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
