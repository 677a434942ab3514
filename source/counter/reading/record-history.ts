import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import { milliseconds } from './counters.ts';

/** All records of one preset over time. */
export interface RecordHistory {
  /** From the start of the first bin, at the oldest record, to the end of the last, now or at the newest. In ms since 1970. */
  from: number;
  to: number;
  /** Records in each bin, oldest first. */
  uses: number[];
}

const answer = z.object({
  from: z.nullable(z.number()),
  to: z.nullable(z.number()),
  records: z.number(),
  bins: z.string(),
});
const bins = z.array(z.tuple([z.number(), z.number()]));

// Counting this many takes about 50 ms; a plot is not worth more.
const mostRecords = 300_000;

/**
 * Reads how the records of the preset `id` are distributed over its whole history, in `columns` bins of equal length, with one
 * bounded statement. Null if the table has no times, no record has one, or there are too many.
 */
export async function readRecordHistory(
  reader: Reader,
  tables: Tables,
  id: string,
  columns: number,
): Promise<RecordHistory | null> {
  const { records } = tables;
  if (records.time === null) return null;
  const text = `WITH mine AS MATERIALIZED (
      SELECT ${milliseconds(`r.${records.time}`)} AS at FROM ${records.counted} r
       WHERE r.${records.preset} ${records.keys.equal} $1::${tables.presets.keyType} AND pg_catalog.isfinite(r.${records.time}) LIMIT ${mostRecords + 1}
    ), ends AS MATERIALIZED (
      SELECT pg_catalog.min(at) AS first, greatest(pg_catalog.max(at), pg_catalog.min(at) OPERATOR(pg_catalog.+) 1, extract(epoch FROM pg_catalog.now())::double precision OPERATOR(pg_catalog.*) 1000) AS last, pg_catalog.count(*)::double precision AS records FROM mine
    )
    SELECT e.first AS from, e.last AS to, e.records,
           (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(b.bin, b.uses)), '[]') FROM (
              SELECT least($2::integer, pg_catalog.width_bucket(m.at, e.first, e.last, $2::integer)) AS bin, pg_catalog.count(*) AS uses FROM mine m GROUP BY 1) b)::pg_catalog.text AS bins
      FROM ends e`;
  const found = answer.parse((await reader.rows(text, [id, columns], tables.path))[0]);
  const { from, to } = found;
  if (from === null || to === null || found.records > mostRecords) return null;
  const uses = Array.from({ length: columns }, () => 0);
  for (const [bin, number] of bins.parse(JSON.parse(found.bins))) uses[bin - 1] = number;
  return { from, to, uses };
}
