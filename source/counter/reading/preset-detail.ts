import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import { shortColumn, shortText } from '../short-text.ts';
import { milliseconds } from './counters.ts';

/** A record of one preset. Times in milliseconds since 1970. */
interface UsageRecord {
  at: number | null;
  type: string | null;
}

/** What the screen of one preset shows besides its counter. */
export interface PresetDetail {
  /** Newest first, at most ten; in no order if the table has no time column. */
  latest: UsageRecord[];
  /** The newest record's time in milliseconds since 1970. */
  newestAt: number | null;
  /** Uses per day (UTC), oldest first, ending today; empty if the table has no time column. */
  perDay: number[];
}

const latest = z.array(z.object({ at: z.nullable(z.number()), type: z.nullable(shortText) }));
const perDay = z.array(z.object({ day: z.number(), uses: z.number() }));

/** Reads the records of the preset `id` over the last `days` days. */
export async function readPresetDetail(
  reader: Reader,
  tables: Tables,
  id: string,
  days: number,
): Promise<PresetDetail> {
  const { presets, records } = tables;
  const { counted, preset, time, type } = records;
  const given = `$1::${presets.keyType}`;
  // The presets' column decides which keys are equal, so the given key is looked up there first.
  const key = records.alike
    ? given
    : `(SELECT k.${presets.key} FROM ${presets.rows} k WHERE k.${presets.key} ${presets.keys.equal} ${given})`;
  const mine = `FROM ${counted} r WHERE ${preset} ${records.keys.equal} ${key}${records.keys.of}`;
  const newest = latest.parse(
    await reader.rows(
      `SELECT ${milliseconds(time)} AS at, ${type ? shortColumn(type) : 'NULL::pg_catalog.text'} AS type ${mine}
        ${time ? `ORDER BY ${time} DESC NULLS LAST` : ''} LIMIT 10`,
      [id],
      tables.path,
    ),
  );
  if (time === null) return { latest: newest, newestAt: null, perDay: [] };
  const rows = perDay.parse(
    await reader.rows(
      // A time without a zone is read as UTC, as everywhere else; infinite times belong to no day.
      `SELECT ((pg_catalog.now() AT TIME ZONE 'UTC')::pg_catalog.date OPERATOR(pg_catalog.-) ${utcDay(time, records.timeType)})::double precision AS day, pg_catalog.count(*)::double precision AS uses
        ${mine} AND ${time} OPERATOR(pg_catalog.>) (pg_catalog.now() OPERATOR(pg_catalog.-) pg_catalog.make_interval(days => $2::integer)) AND pg_catalog.isfinite(${time}) GROUP BY 1`,
      [id, days],
      tables.path,
    ),
  );
  const filled = Array.from({ length: days }, () => 0);
  for (const { day, uses } of rows) {
    const index = days - 1 - day;
    if (index >= 0 && index < days) filled[index] = uses;
  }
  return { latest: newest, newestAt: newest[0]?.at ?? null, perDay: filled };
}

function utcDay(time: string, type: string | null): string {
  return /with time zone/.test(type ?? '')
    ? `(${time} AT TIME ZONE 'UTC')::pg_catalog.date`
    : `${time}::pg_catalog.date`;
}
