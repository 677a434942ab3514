import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import { isScannable } from './counters.ts';
import { belongsTo } from './grouped-records.ts';
import { before, daysAgo } from './uses-over-time.ts';

const rows = z.array(z.object({ id: z.string(), day: z.number(), uses: z.number() }));

/** True if the last days of a whole window can be read without reading much else: there is an index for it, or the table is small. */
export function recentUsesAreCheap(tables: Tables): boolean {
  const { hiddenBy, records } = tables;
  return hiddenBy.length === 0 && records.time !== null && (records.recentIndexed || isScannable(tables));
}

/** The number of records of each of `ids` on each of the last `days` days (UTC), oldest first, with one statement. */
export async function readRecentUses(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
  days: number,
): Promise<Map<string, readonly number[]>> {
  const { presets, records } = tables;
  const uses = new Map(ids.map(id => [id, Array.from({ length: days }, () => 0)]));
  if (records.time === null) return new Map();
  const time = `r.${records.time}`;
  const found = await reader.rows(
    // One row after the other, so that nothing but its own records is read, whatever the planner expects.
    `SELECT p.${presets.key}::pg_catalog.text AS id, d.day, d.uses
       FROM ${presets.rows} p
       CROSS JOIN LATERAL (SELECT ${daysAgo(time, records.timeType)} AS day, pg_catalog.count(*)::double precision AS uses FROM ${records.counted} r
         WHERE ${belongsTo(tables, 'p')} AND ${time} OPERATOR(pg_catalog.>) ${before('$2::integer', records.timeType)} AND pg_catalog.isfinite(${time}) GROUP BY 1) d
      WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT e.value::${presets.keyType} FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) e))`,
    [JSON.stringify(ids), days],
    tables.path,
  );
  for (const { id, day, uses: number } of rows.parse(found)) {
    const bars = uses.get(id);
    const place = days - 1 - day;
    if (bars?.[place] !== undefined) bars[place] = number;
  }
  return uses;
}
