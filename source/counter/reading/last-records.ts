import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import { milliseconds } from './counters.ts';
import { groupedKeys, groupedRecords } from './grouped-records.ts';

const rows = z.array(z.object({ id: z.string(), at: z.nullable(z.number()) }));

/** The time of the newest record of each of `ids`, in milliseconds since 1970; presets without records are missing. */
export async function readLastRecords(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
): Promise<Map<string, number | null>> {
  const { records, presets } = tables;
  if (records.time === null || ids.length === 0) return new Map();
  const found = await reader.rows(
    // As the preset spells its key: a record may spell it differently, such as 1.0, or in another case (citext).
    `SELECT p.${presets.key}::pg_catalog.text AS id, ${milliseconds('r.at')} AS at
       FROM ${presets.rows} p
       JOIN (${groupedRecords(tables, `pg_catalog.max(r.${records.time}) AS at`, {
         among: `SELECT e.value::${presets.keyType} FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) e`,
       })}) r ON r.id ${groupedKeys(tables).equal} p.${presets.key}${groupedKeys(tables).of}`,
    [JSON.stringify(ids)],
    tables.path,
  );
  return new Map(rows.parse(found).map(({ id, at }) => [id, at]));
}
