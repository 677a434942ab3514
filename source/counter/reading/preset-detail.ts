import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import { shortColumn, shortText } from '../short-text.ts';
import { milliseconds } from './counters.ts';
import { latestFirst } from './latest-first.ts';
import { readUsesOverTime, type UsesOverTime } from './uses-over-time.ts';

/** A record of one preset. Times in milliseconds since 1970. */
interface UsageRecord {
  at: number | null;
  type: string | null;
}

/** What the screen of one preset shows besides its counter. */
export interface PresetDetail extends UsesOverTime {
  /** Newest first, at most ten; in no order if the table has no time column. */
  latest: UsageRecord[];
  /** The newest record's time in milliseconds since 1970. */
  newestAt: number | null;
}

const latest = z.array(z.object({ at: z.nullable(z.number()), type: z.nullable(shortText) }));

/** Reads the records of the preset `id` over the last `days` days. */
export async function readPresetDetail(
  reader: Reader,
  tables: Tables,
  id: string,
  days: number,
): Promise<PresetDetail> {
  const { presets, records } = tables;
  const { counted, preset, time } = records;
  const given = `$1::${presets.keyType}`;
  // The presets' column decides which keys are equal, so the given key is looked up there first.
  const key = records.alike
    ? given
    : `(SELECT k.${presets.key} FROM ${presets.rows} k WHERE k.${presets.key} ${presets.keys.equal} ${given})`;
  const mine = `FROM ${counted} r WHERE ${preset} ${records.keys.equal} ${key}${records.keys.of}`;
  const newest = latest.parse(await reader.rows(latestOf(tables, mine), [id], tables.path));
  return {
    latest: newest,
    newestAt: time === null ? null : (newest[0]?.at ?? null),
    ...(await readUsesOverTime(reader, tables, { mine, id, days })),
  };
}

const most = 10;

/** SQL for the latest records of `mine`, and after them those without a time. */
function latestOf({ records }: Tables, mine: string): string {
  const { time, type } = records;
  const read = `SELECT ${milliseconds(time)} AS at, ${type ? shortColumn(type) : 'NULL::pg_catalog.text'} AS type ${mine}`;
  return time === null ? `${read} LIMIT ${most}` : latestFirst(read, time, records, most);
}
