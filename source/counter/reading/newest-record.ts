import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import { shortColumn, shortText } from '../short-text.ts';
import { isScannable, milliseconds } from './counters.ts';
import type { NewestRecord } from './newest-record-model.ts';

const rows = z.array(
  z.object({
    at: z.nullable(z.number()),
    type: z.nullable(shortText),
    preset: z.nullable(z.string()),
    name: z.nullable(shortText),
    lastUsedAt: z.nullable(z.number()),
    oldest: z.nullable(z.number()),
  }),
);

// The last use belongs to one of the most recently used presets, unless it was stored without being counted. Then it may be
// missed, but that is unlikely among so many.
const candidates = 50;

/**
 * The newest record and the oldest one's time, without ever reading a large table. If an index leads with the time or the
 * table is small, all records are considered. Otherwise, if an index has each preset's records by time, only those of the 50
 * presets with the newest time of a use, and no oldest; a later record that was not counted is then missed. Null if neither
 * is possible. Infinite times are ignored.
 */
export async function readNewestRecord(reader: Reader, tables: Tables): Promise<NewestRecord | null> {
  const { presets, records } = tables;
  if (records.time === null) return null;
  const whole = records.timeIndexed === 'whole' || isScannable(tables);
  if (!whole && (records.timeIndexed === null || presets.lastUsed === null)) return null;
  const text = whole ? newestOfAll(tables, records.time) : newestOfLastUsed(tables, records.time);
  const [row] = rows.parse(await reader.rows(text, [], tables.path));
  if (!row || row.at === null) return { newest: null, oldest: null, whole };
  const { oldest, at, ...use } = row;
  return { newest: { ...use, at }, oldest, whole };
}

// max() rather than ORDER BY: the server can answer it from an index in either order, and with NULLs at either end.

function newestOfAll({ presets, records }: Tables, time: string): string {
  return `WITH ends AS MATERIALIZED (
      SELECT pg_catalog.max(r.${time}) AS newest, pg_catalog.min(r.${time}) AS oldest FROM ${records.counted} r WHERE pg_catalog.isfinite(r.${time})
    )
    SELECT ${milliseconds('e.newest')} AS at, r.type, r.preset::pg_catalog.text AS preset,
           CASE WHEN p.${presets.key} IS NOT NULL THEN coalesce(${shortColumn(`p.${presets.label}`)}, '') END AS name,
           ${milliseconds(presets.lastUsed && `p.${presets.lastUsed}`)} AS "lastUsedAt", ${milliseconds('e.oldest')} AS oldest
      FROM ends e
      LEFT JOIN LATERAL (
        SELECT r.${records.preset} AS preset, ${typeOf(records)} AS type FROM ${records.counted} r
         WHERE r.${time} OPERATOR(pg_catalog.=) e.newest LIMIT 1) r ON true
      LEFT JOIN ${presets.rows} p ON p.${presets.key} ${records.keys.equal} r.preset${records.keys.of}`;
}

function newestOfLastUsed({ presets, records }: Tables, time: string): string {
  return `WITH used AS MATERIALIZED (
      SELECT p.${presets.key} AS key, coalesce(${shortColumn(`p.${presets.label}`)}, '') AS name, p.${presets.lastUsed} AS last_used
        FROM ${presets.rows} p ORDER BY p.${presets.lastUsed} DESC NULLS LAST LIMIT ${candidates}
    ), newest AS MATERIALIZED (
      SELECT u.*, (SELECT pg_catalog.max(r.${time}) FROM ${records.counted} r
                    WHERE r.${records.preset} ${records.keys.equal} u.key${records.keys.of} AND pg_catalog.isfinite(r.${time})) AS at
        FROM used u ORDER BY at DESC NULLS LAST LIMIT 1
    )
    SELECT ${milliseconds('n.at')} AS at,
           (SELECT ${typeOf(records)} FROM ${records.counted} r
             WHERE r.${records.preset} ${records.keys.equal} n.key${records.keys.of} AND r.${time} OPERATOR(pg_catalog.=) n.at LIMIT 1) AS type,
           n.key::pg_catalog.text AS preset, n.name, ${milliseconds('n.last_used')} AS "lastUsedAt", NULL::double precision AS oldest
      FROM newest n`;
}

function typeOf({ type }: Tables['records']): string {
  return type ? shortColumn(`r.${type}`) : 'NULL::pg_catalog.text';
}
