import * as z from 'zod/mini';
import type { Reader } from './connection.ts';
import { countColumns } from './counters.ts';
import { groupedRecords } from './grouped-records.ts';
import type { RepairFacts } from './repair-facts.ts';
import type { Tables } from './tables.ts';
import { manyValues, valueAsText } from './values-as-text.ts';

/** A counter as one snapshot shows it; times as the server writes them under `exactForms`. */
export interface CounterState {
  id: string;
  name: string;
  count: number | null;
  /** The count's text where no number here is exactly that: NaN, Infinity, or beyond 2^53. */
  exact: string | null;
  records: number;
  lastUsed: string | null;
  /** The time of its newest record that is not in the future; null where that was not asked for. */
  newest: string | null;
}

/** A record as a receipt keeps it: its values as text in the order of `recordColumns`. */
export type RecordValues = (string | null)[];

/** A record and which version of it that is: table, place and the transaction that wrote it. */
export interface FoundRecord {
  place: [string, string, string];
  values: RecordValues;
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
 * The counters of these presets, all of them from one snapshot: what a drift may be told from. Where the newest record's time
 * is that of the last use, both read the same, whatever their types are.
 */
export async function readStates(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
  newest = false,
): Promise<Map<string, CounterState>> {
  const { presets, records } = tables;
  const time = newest && records.time ? records.time : null;
  // By name: a role may have been granted these columns and no others.
  const own = [...new Set([presets.key, presets.label, presets.count, presets.lastUsed])]
    .filter(column => column !== null)
    .map(column => `q.${column}`)
    .join(', ');
  const text = `WITH wanted AS MATERIALIZED (SELECT v.value::${presets.keyType} AS id FROM json_array_elements_text($1::text::json) v)
    SELECT p.${presets.key}::text AS id, p.${presets.label}::text AS name, ${countColumns(`p.${presets.count}`, tables)},
           coalesce(c.records, 0)::float8 AS records, ${presets.lastUsed ? `p.${presets.lastUsed}::text` : 'NULL::text'} AS "lastUsed",
           ${presets.lastUsed && time ? `CASE WHEN p.${presets.lastUsed} = c.newest THEN p.${presets.lastUsed}::text ELSE c.newest::text END` : 'NULL::text'} AS newest
      FROM (SELECT ${own} FROM ${presets.name} q WHERE q.${presets.key} = ANY (ARRAY(SELECT id FROM wanted))) p
      LEFT JOIN (${groupedRecords(
        tables,
        `count(*) AS records, ${time ? `max(r.${time}) FILTER (WHERE r.${time} <= now() AND isfinite(r.${time}))` : 'NULL::text'} AS newest`,
        { of: 'ARRAY(SELECT id FROM wanted)' },
      )}) c ON c.id = p.${presets.key}`;
  const rows = states.parse(await reader.rows(text, [JSON.stringify(ids)]));
  return new Map(rows.map(row => [row.id, toState(row)]));
}

function toState({ usageCount, exact = null, name, ...row }: z.infer<typeof states>[number]): CounterState {
  return { ...row, name: name ?? '', exact, count: exact === null ? usageCount : Number(exact) };
}

const found = z.object({
  place: z.tuple([z.string(), z.string(), z.string()]),
  values: z.array(z.nullable(z.string())),
});

function columnsOf({ recordColumns }: RepairFacts): string {
  return `json_build_array(r.tableoid::text, r.ctid::text, r.xmin::text)::text AS place,
          ${manyValues(recordColumns.map(({ quoted }) => valueAsText(quoted)))} AS values`;
}

function toFound(row: { place: string; values: string }): FoundRecord {
  return found.parse({ place: JSON.parse(row.place), values: JSON.parse(row.values) });
}

/** The counters of these presets with up to `most` records of each, all from one snapshot. */
export async function readWithRecords(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  ids: readonly string[],
  most: number,
): Promise<Map<string, { state: CounterState; found: FoundRecord[] }>> {
  const { presets, records } = tables;
  const text = `SELECT p.id, p.name, p."usageCount"${presets.countKind === 'integer' ? '' : ', p.exact'}, p.records, p."lastUsed", NULL AS newest, f.place, f.values
     FROM (SELECT p.${presets.key} AS key, p.${presets.key}::text AS id, p.${presets.label}::text AS name, ${countColumns(`p.${presets.count}`, tables)},
                  (SELECT count(*) FROM ${records.name} c WHERE c.${records.preset} = p.${presets.key})::float8 AS records,
                  ${presets.lastUsed ? `p.${presets.lastUsed}::text` : 'NULL::text'} AS "lastUsed"
             FROM ${presets.name} p
            WHERE p.${presets.key} = ANY (ARRAY(SELECT v.value::${presets.keyType} FROM json_array_elements_text($1::text::json) v)) OFFSET 0) p
     LEFT JOIN LATERAL (SELECT ${columnsOf(facts)} FROM ${records.name} r WHERE r.${records.preset} = p.key LIMIT $2) f ON true`;
  const rows = (await reader.rows(text, [JSON.stringify(ids), most])) as {
    id: string;
    place: string | null;
    values: string;
  }[];
  const byId = new Map<string, { state: CounterState; found: FoundRecord[] }>();
  for (const row of rows) {
    let entry = byId.get(row.id);
    if (!entry) {
      const [state] = states.parse([row]);
      if (!state) continue;
      entry = { state: toState(state), found: [] };
      byId.set(row.id, entry);
    }
    if (row.place !== null) entry.found.push(toFound({ place: row.place, values: row.values }));
  }
  return byId;
}

/** Up to `most` records whose preset is gone. */
export async function readOrphans(
  reader: Reader,
  { presets, records }: Tables,
  facts: RepairFacts,
  most: number,
): Promise<FoundRecord[]> {
  const rows = (await reader.rows(
    `SELECT ${columnsOf(facts)} FROM ${records.name} r
      WHERE NOT EXISTS (SELECT FROM ${presets.name} p WHERE p.${presets.key} = r.${records.preset}) LIMIT $1`,
    [most],
  )) as { place: string; values: string }[];
  return rows.map(toFound);
}

/** The places, among these records, of those that name something which is not there any more, with the table it was in. */
export async function readDangling(
  reader: Reader,
  { references }: RepairFacts,
  values: readonly RecordValues[],
): Promise<Map<number, string>> {
  const dangling = new Map<number, string>();
  for (const { table, pairs } of references) {
    // Only what is compared travels. As SQL's MATCH SIMPLE: a reference with a NULL in it names nothing.
    const named = values.map(record => pairs.map(({ place }) => record[place] ?? null));
    const rows = (await reader.rows(
      `SELECT (e.n - 1)::float8 AS place FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY e (value, n)
        WHERE ${pairs.map((_, index) => `e.value->>${index} IS NOT NULL`).join(' AND ')}
          AND NOT EXISTS (SELECT FROM ${table} t WHERE ${pairs
            .map(({ column, type }, index) => `t.${column} = (e.value->>${index})::${type}`)
            .join(' AND ')})`,
      [JSON.stringify(named)],
    )) as { place: number }[];
    for (const { place } of rows) dangling.set(place, table);
  }
  return dangling;
}

/** Whether a record with exactly these values is there. */
export async function hasRecord(
  reader: Reader,
  { records }: Tables,
  { recordColumns }: RepairFacts,
  values: RecordValues,
): Promise<boolean> {
  const own = recordColumns.findIndex(({ quoted }) => quoted === records.preset);
  const same = recordColumns.map(
    ({ quoted }, place) => `${valueAsText(quoted)} IS NOT DISTINCT FROM ($1::text::jsonb)->>${place}`,
  );
  // The preset once more as it is, for its index.
  const preset = values[own];
  const within =
    preset === null || preset === undefined
      ? ''
      : `r.${records.preset} = (($1::text::jsonb)->>${own})::${recordColumns[own]?.type} AND `;
  const [row] = (await reader.rows(
    `SELECT EXISTS (SELECT FROM ${records.name} r WHERE ${within}${same.join(' AND ')}) AS there`,
    [JSON.stringify(values)],
  )) as { there: boolean }[];
  return row?.there === true;
}

/** Which preset each of these values of a record's column means: as text, a padded char(n) is not the key that it names. */
export async function readOwners(
  reader: Reader,
  { presets }: Tables,
  ids: readonly string[],
  values: readonly string[],
): Promise<Map<string, string>> {
  const rows = (await reader.rows(
    // By their columns: presets may have a column of its own that is called as either.
    `SELECT v.value, i.value AS id FROM json_array_elements_text($1::text::json) i
       JOIN ${presets.name} p ON p.${presets.key} = i.value::${presets.keyType}
       JOIN json_array_elements_text($2::text::json) v ON p.${presets.key} = v.value::${presets.keyType}`,
    [JSON.stringify(ids), JSON.stringify(values)],
  )) as { value: string; id: string }[];
  return new Map(rows.map(({ value, id }) => [value, id]));
}

const presetTimes = z.array(z.object({ id: z.string() }));

/** The presets whose `last_used_at` is not the time of their newest record that is not in the future. */
export async function readStaleTimes(reader: Reader, tables: Tables): Promise<string[]> {
  const { presets, records } = tables;
  if (!presets.lastUsed || !records.time) return [];
  const rows = await reader.rows(
    `SELECT p.${presets.key}::text AS id FROM ${presets.name} p
       LEFT JOIN (${groupedRecords(tables, `max(r.${records.time}) AS newest`, { where: `r.${records.time} <= now() AND isfinite(r.${records.time})` })}) c
         ON c.id = p.${presets.key}
      WHERE p.${presets.lastUsed} IS DISTINCT FROM c.newest`,
  );
  return presetTimes.parse(rows).map(({ id }) => id);
}
