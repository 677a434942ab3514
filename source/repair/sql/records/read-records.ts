import { inSchema } from '../../../connection/search-path.ts';
import type { Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { builtIn, keysEqual } from '../../../counter/operators.ts';
import { manyValues, valueAsText } from '../../../counter/reading/sql-values.ts';
import {
  type CounterState,
  exactForms,
  ownColumns,
  ownCounters,
  statesOf,
  statesQuery,
} from '../counter-state.ts';
import type { RepairFacts } from '../facts.ts';
import {
  type ByteLimits,
  boundedRecords,
  gatheredColumns,
  recordSource,
  storedSize,
  whichCount,
} from './bounded-records.ts';
import { type FoundRecords, type RecordValues, toFound } from './found-records.ts';

/** A counter with the records that were read of it. */
export type StateWithRecords = FoundRecords & { state: CounterState };

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
  return new Map(statesOf(rows).map((state, place) => [state.id, { state, ...toFound(rows[place]) }]));
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
