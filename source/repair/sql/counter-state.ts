import * as z from 'zod/mini';
import { inSchema } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { keysDiffer, keysEqual } from '../../counter/operators.ts';
import { countColumns, truthOf } from '../../counter/reading/counters.ts';
import { groupedKeys, groupedRecords } from '../../counter/reading/grouped-records.ts';
import { valueAsText } from '../../counter/reading/sql-values.ts';
import { markShort, shortColumn } from '../../counter/short-text.ts';
import { type ByteLimits, boundedRecords, recordSource } from './bounded-records.ts';
import type { RepairFacts } from './facts.ts';

/** A counter in one snapshot; times as the server writes them under `exactForms`. */
export interface CounterState {
  id: string;
  name: string;
  count: number | null;
  /** The count's text if no JavaScript number equals it: NaN, Infinity, or beyond 2^53. */
  exact: string | null;
  records: number;
  lastUsed: string | null;
  /** The time of its newest record that is not in the future; null if it was not requested. */
  newest: string | null;
}

/** A record as a receipt keeps it: its values as text in the order of `recordColumns`. */
export type RecordValues = (string | null)[];

/** A record and the version of it that was read: table, place and the transaction that wrote it. */
export interface FoundRecord {
  place: [string, string, string];
  /** The text of a JSON array, as a receipt keeps it. */
  values: string;
}

/** The records that were read, and the bytes of those that are too large. */
interface FoundRecords {
  found: FoundRecord[];
  tooLarge: number[];
}

/** Settings under which every value written as text is read back exactly; they last for the transaction. */
export const exactForms = `SELECT set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
  set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true)`;

const states = z.array(
  z.object({
    id: z.string(),
    name: z.nullable(z.string()),
    usageCount: z.nullable(z.number()),
    exact: z.optional(z.nullable(z.string())),
    records: z.number(),
    lastUsed: z.nullable(z.string()),
    newest: z.nullable(z.string()),
  }),
);

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
  const { presets, records } = tables;
  const time = newest && records.time ? records.time : null;
  // By name: a role may have been granted only these columns.
  const own = [...new Set([presets.key, presets.label, presets.count, presets.lastUsed])]
    .filter(column => column !== null)
    .map(column => `q.${column}`)
    .join(', ');
  const text = `WITH wanted AS MATERIALIZED (SELECT v.value::${presets.keyType} AS id FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) v)
    SELECT p.${presets.key}::pg_catalog.text AS id, ${shortColumn(`p.${presets.label}`)} AS name, ${countColumns(`p.${presets.count}`, tables)},
           coalesce(c.records, 0)::double precision AS records, ${lastUsedText(presets)} AS "lastUsed",
           ${presets.lastUsed && time ? `CASE WHEN p.${presets.lastUsed} OPERATOR(pg_catalog.=) c.newest THEN p.${presets.lastUsed}::pg_catalog.text ELSE c.newest::pg_catalog.text END` : 'NULL::pg_catalog.text'} AS newest
      FROM (SELECT ${own} FROM ${presets.rows} q WHERE q.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT id FROM wanted))) p
      LEFT JOIN (${groupedRecords(
        tables,
        `${records.aggregate} AS records, ${time ? `pg_catalog.max(r.${time}) FILTER (WHERE ${isPast(`r.${time}`)})` : 'NULL::pg_catalog.text'} AS newest`,
        { of: 'ARRAY(SELECT id FROM wanted)' },
      )}) c ON c.id ${groupedKeys(tables).equal} p.${presets.key}${groupedKeys(tables).of}`;
  const rows = states.parse(await reader.rows(text, [JSON.stringify(ids)], tables.path));
  return new Map(rows.map(row => [row.id, toState(row)]));
}

function lastUsedText({ lastUsed }: Tables['presets']): string {
  return lastUsed ? `p.${lastUsed}::pg_catalog.text` : 'NULL::pg_catalog.text';
}

function isPast(time: string): string {
  return `${time} OPERATOR(pg_catalog.<=) pg_catalog.now() AND pg_catalog.isfinite(${time})`;
}

function toState({ usageCount, exact = null, name, ...row }: z.infer<typeof states>[number]): CounterState {
  return { ...row, name: markShort(name ?? ''), exact, count: exact === null ? usageCount : Number(exact) };
}

const found = z.object({ place: z.string(), values: z.nullable(z.string()), size: z.number() });
const placeOf = z.tuple([z.string(), z.string(), z.string()]);

/** Splits what was read into records that can be deleted and the sizes of those that cannot. */
function sortFound(rows: readonly z.infer<typeof found>[]): FoundRecords {
  const sorted: FoundRecords = { found: [], tooLarge: [] };
  for (const { place, values, size } of rows) {
    if (values === null) sorted.tooLarge.push(size);
    else sorted.found.push({ place: placeOf.parse(JSON.parse(place)), values });
  }
  return sorted;
}

/**
 * The counters of these presets with up to `most` records of each, from one snapshot, and no more records in total than
 * `limits` allow.
 */
export async function readWithRecords(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  ids: readonly string[],
  most: number,
  limits: ByteLimits,
): Promise<Map<string, FoundRecords & { state: CounterState }>> {
  const { presets, records } = tables;
  const exact = presets.countKind === 'integer' ? '' : ', p.exact';
  const { equal, of } = records.keys;
  const source = `SELECT p.id, r.* FROM p CROSS JOIN LATERAL (SELECT ${recordSource(facts)} FROM ${records.name} r WHERE r.${records.preset} ${equal} p.key${of} LIMIT $2) r`;
  const text = `WITH p AS MATERIALIZED (
      SELECT p.${presets.key} AS key, p.${presets.key}::pg_catalog.text AS id, ${shortColumn(`p.${presets.label}`)} AS name, ${countColumns(`p.${presets.count}`, tables)},
             (${truthOf(tables)})::double precision AS records,
             ${lastUsedText(presets)} AS "lastUsed"
        FROM ${presets.rows} p
       WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT v.value::${presets.keyType} FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) v))),
    ${boundedRecords(facts, source, limits)}
    SELECT p.id, p.name, p."usageCount"${exact}, p.records, p."lastUsed", NULL AS newest, NULL AS place, NULL AS values, NULL::double precision AS size FROM p
    UNION ALL
    SELECT b.id, NULL, NULL${exact === '' ? '' : ', NULL'}, NULL, NULL, NULL, b.place, b.values, b.size FROM bounded b`;
  const rows = (await reader.rows(text, [JSON.stringify(ids), most], tables.path)) as {
    id: string;
    place: string | null;
  }[];
  const byPreset = Map.groupBy(
    rows.filter(({ place }) => place !== null),
    ({ id }) => id,
  );
  const counters = states.parse(rows.filter(({ place }) => place === null));
  return new Map(
    counters.map(row => {
      const own = z.array(found).parse(byPreset.get(row.id) ?? []);
      return [row.id, { state: toState(row), ...sortFound(own) }];
    }),
  );
}

/** Up to `most` records whose preset is gone, no more than `limits` allow. */
export async function readOrphans(
  reader: Reader,
  { presets, records, path }: Tables,
  facts: RepairFacts,
  most: number,
  limits: ByteLimits,
): Promise<FoundRecords> {
  const source = `SELECT NULL::pg_catalog.text AS id, ${recordSource(facts)} FROM ${records.name} r
      WHERE NOT EXISTS (SELECT FROM ${presets.name} p WHERE p.${presets.key} ${records.keys.equal} r.${records.preset}${records.keys.of}) LIMIT $1`;
  const rows = await reader.rows(
    `WITH ${boundedRecords(facts, source, limits)} SELECT b.place, b.values, b.size FROM bounded b`,
    [most],
    path,
  );
  return sortFound(z.array(found).parse(rows));
}

/** Which of these records refer to a row that no longer exists: by their index, the table that lacks it. */
export async function readDangling(
  reader: Reader,
  { references }: RepairFacts,
  values: readonly RecordValues[],
): Promise<Map<number, string>> {
  const dangling = new Map<number, string>();
  for (const { table, pairs } of references) {
    // Only the compared values are sent. As in SQL's MATCH SIMPLE, a reference with a NULL in it refers to nothing.
    const named = values.map(record => pairs.map(({ place }) => record[place] ?? null));
    const rows = (await reader.rows(
      `SELECT (e.n OPERATOR(pg_catalog.-) 1)::double precision AS place
         FROM pg_catalog.jsonb_array_elements($1::pg_catalog.text::pg_catalog.jsonb) WITH ORDINALITY e (value, n)
        WHERE ${pairs.map((_, index) => `(e.value OPERATOR(pg_catalog.->>) ${index}) IS NOT NULL`).join(' AND ')}
          AND NOT EXISTS (SELECT FROM ${table} t WHERE ${pairs
            .map(
              ({ column, type, equal }, index) =>
                `t.${column} ${equal} (e.value OPERATOR(pg_catalog.->>) ${index})::${inSchema(type)}`,
            )
            .join(' AND ')})`,
      [JSON.stringify(named)],
      // Under the role's own search_path: policies of that table may call its functions.
      'own',
    )) as { place: number }[];
    for (const { place } of rows) dangling.set(place, table);
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
  const alike = recordColumns.map(({ quoted }, place) =>
    keysEqual(valueAsText(quoted), `(${given} OPERATOR(pg_catalog.->>) ${place})`),
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

/** The presets whose `last_used_at` is not the time of their newest record that is not in the future. */
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
