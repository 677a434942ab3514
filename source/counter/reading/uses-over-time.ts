import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';

/** When one row's records were made. Days and hours are those of UTC, oldest first, and the last one is not over yet. */
export interface UsesOverTime {
  /** Empty if the table has no time column. */
  perDay: number[];
  /** Of the last 48 hours; empty if the table has no times of day. */
  perHour: number[];
  /** Records of the last seven times 24 hours, and of the seven before; null if not that many days were read. */
  weeks: { last: number; before: number } | null;
}

const hours = 48;
const week = 7;

const rows = z.array(
  z.object({
    day: z.number(),
    hour: z.nullable(z.number()),
    week: z.nullable(z.number()),
    uses: z.number(),
  }),
);

/** Reads when the records of the row `id` were made, over the last `days` days. `mine` is SQL that begins with FROM and has `$1` for the id. */
export async function readUsesOverTime(
  reader: Reader,
  { records: { time, timeType }, path }: Tables,
  { mine, id, days }: { mine: string; id: string; days: number },
): Promise<UsesOverTime> {
  if (time === null) return { perDay: [], perHour: [], weeks: null };
  const isDate = timeType === 'date';
  const found = rows.parse(
    await reader.rows(
      // Infinite times belong to no day, and times to come to no week.
      `SELECT ${daysAgo(time, timeType)} AS day, ${isDate ? 'NULL::double precision' : hoursAgo(time, timeType)} AS hour,
              CASE WHEN ${time} OPERATOR(pg_catalog.>) ${nowFor(timeType)} THEN NULL WHEN ${time} OPERATOR(pg_catalog.>) ${before(`${week}`, timeType)} THEN 0 WHEN ${time} OPERATOR(pg_catalog.>) ${before(`${2 * week}`, timeType)} THEN 1 END AS week,
              pg_catalog.count(*)::double precision AS uses
         ${mine} AND ${time} OPERATOR(pg_catalog.>) ${before('$2::integer', timeType)} AND pg_catalog.isfinite(${time}) GROUP BY 1, 2, 3`,
      [id, days],
      path,
    ),
  );
  const perDay = Array.from({ length: days }, () => 0);
  const perHour = Array.from({ length: isDate ? 0 : hours }, () => 0);
  const weeks = [0, 0];
  for (const { day, hour, week, uses } of found) {
    add(perDay, days - 1 - day, uses);
    if (hour !== null) add(perHour, perHour.length - 1 - hour, uses);
    if (week !== null) add(weeks, week, uses);
  }
  const [last = 0, earlier = 0] = weeks;
  return { perDay, perHour, weeks: days < 2 * week ? null : { last, before: earlier } };
}

function add(bars: number[], index: number, uses: number): void {
  const known = bars[index];
  if (known !== undefined) bars[index] = known + uses;
}

/** SQL for the number of days (UTC) since a time, 0 for today. A time without a zone is read as UTC, as everywhere else. */
export function daysAgo(time: string, type: string | null): string {
  const day = isZoned(type) ? `(${time} AT TIME ZONE 'UTC')::pg_catalog.date` : `${time}::pg_catalog.date`;
  return `((pg_catalog.now() AT TIME ZONE 'UTC')::pg_catalog.date OPERATOR(pg_catalog.-) ${day})::double precision`;
}

/** SQL for the time `days` times 24 hours ago, to compare a column of this type with. */
export function before(days: string, type: string | null): string {
  return `(${nowFor(type)} OPERATOR(pg_catalog.-) pg_catalog.make_interval(hours => 24 OPERATOR(pg_catalog.*) ${days}))`;
}

function hoursAgo(time: string, type: string | null): string {
  const hour = (at: string) =>
    `pg_catalog.floor(extract(epoch FROM ${at})::double precision OPERATOR(pg_catalog./) 3600)`;
  return `CASE WHEN ${time} OPERATOR(pg_catalog.>) ${before(`${hours / 24}`, type)} THEN ${hour(nowFor(type))} OPERATOR(pg_catalog.-) ${hour(time)} END`;
}

function nowFor(type: string | null): string {
  return isZoned(type) ? 'pg_catalog.now()' : `(pg_catalog.now() AT TIME ZONE 'UTC')`;
}

function isZoned(type: string | null): boolean {
  return /with time zone/.test(type ?? '');
}
