import * as z from 'zod/mini';
import type { Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { builtIn } from '../../../counter/operators.ts';
import { rowVersion } from '../xids.ts';
import { whichCount } from './bounded-records.ts';

/** A preset whose records are examined, and how many of its deleted records are missing; null for records of none. */
export interface OriginWanted {
  id: string | null;
  away: number;
}

/** Two points in the order of transactions (xid8), and the transactions whose records are ignored. */
export interface OriginMarks {
  /** Every older transaction had ended before the deletion began; null if that is not known. */
  settled: string | null;
  /** The first transaction of the deletion. */
  began: string;
  known: readonly string[];
}

/** How many records of a preset exist, by the transactions that wrote them. */
export interface Origins {
  /** Older than both marks: they existed before the deletion. */
  settled: number;
  /** Older than the deletion, including transactions that were still running when it began. */
  before: number;
  /** Written since, by transactions that wrote several at once, but no more for any preset than are missing. */
  together: number;
}

const found = z.array(
  z.object({ place: z.number(), settled: z.number(), before: z.number(), together: z.number() }),
);

/**
 * For each of these presets, when its records were written, by the transaction number in each row, which is kept even
 * when the row is frozen. An update gives a row a new one. If a mark is so old that numbers have wrapped around, nothing
 * counts as older.
 */
export async function readOrigins(
  { rows }: Reader,
  { presets, records, path }: Tables,
  wanted: readonly OriginWanted[],
  { settled, began, known }: OriginMarks,
): Promise<Origins[]> {
  const origins = wanted.map((): Origins => ({ settled: 0, before: 0, together: 0 }));
  const { equal, of } = records.keys;
  const read = async (places: number[], whose: string) => {
    if (places.length === 0) return;
    const given = places.map(place => [wanted[place]?.id ?? null, wanted[place]?.away ?? 0]);
    const answer = await rows(
      originsQuery(`${records.name} r ON ${whose}`, presets.keyType),
      [JSON.stringify(given), JSON.stringify(known.map(rowVersion)), settled, began],
      path,
    );
    for (const { place, ...origin } of found.parse(answer)) origins[places[place] ?? -1] = origin;
  };
  const places = [...wanted.keys()];
  const isNone = (place: number) => wanted[place]?.id === null;
  await read(
    places.filter(place => !isNone(place)),
    `r.${records.preset} ${equal} w.id${of}${whichCount({ records })}`,
  );
  await read(
    places.filter(isNone),
    `NOT EXISTS (SELECT FROM ${presets.name} p WHERE p.${presets.key} ${equal} r.${records.preset}${of})`,
  );
  return origins;
}

function originsQuery(recordsOfWanted: string, keyType: string): string {
  const low = (xid8: string) =>
    `pg_catalog.mod(${xid8}::pg_catalog.text::pg_catalog.numeric, 4294967296)::pg_catalog.text::pg_catalog.xid`;
  // Numbers can only be compared within half of their range. The limit leaves room for numbers given out meanwhile.
  const now =
    'pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.numeric';
  const ageOf = (xid8: string) => {
    const mark = `${xid8}::pg_catalog.text::pg_catalog.numeric`;
    const isNear = `${mark} ${builtIn.upTo} ${now} AND (${now} OPERATOR(pg_catalog.-) ${mark}) ${builtIn.upTo} 2140000000`;
    return `CASE WHEN ${isNear} THEN pg_catalog.age(${low(xid8)}) END`;
  };
  // A number far in the future is really one from more than half the range ago.
  const isOlder = (mark: string) =>
    `${mark} IS NOT NULL AND (a.age ${builtIn.above} ${mark} OR a.age OPERATOR(pg_catalog.<) -1000000000)`;
  const sum = (which: string) =>
    `coalesce(pg_catalog.sum(a.many) FILTER (WHERE ${which}), 0)::double precision`;
  return `WITH wanted AS MATERIALIZED (
      SELECT (v.value OPERATOR(pg_catalog.->>) 0)::${keyType} AS id, (v.value OPERATOR(pg_catalog.->>) 1)::pg_catalog.int8 AS away, v.n
        FROM pg_catalog.jsonb_array_elements($1::pg_catalog.text::pg_catalog.jsonb) WITH ORDINALITY v (value, n)),
    marks AS MATERIALIZED (SELECT ${ageOf('$3')} AS settled, ${ageOf('$4')} AS began),
    found AS MATERIALIZED (
      SELECT w.n, w.away, r.xmin::pg_catalog.text AS xid, pg_catalog.count(*) AS many FROM wanted w JOIN ${recordsOfWanted} GROUP BY 1, 2, 3),
    aged AS MATERIALIZED (
      SELECT a.*, ${isOlder('m.settled')} AS is_settled, ${isOlder('m.began')} AS is_before
        FROM (SELECT f.*, pg_catalog.age(f.xid::pg_catalog.xid) AS age FROM found f) a CROSS JOIN marks m
       WHERE (a.xid ${builtIn.equal} ANY (SELECT k.xid FROM pg_catalog.json_array_elements_text($2::pg_catalog.text::pg_catalog.json) k (xid))) IS NOT TRUE),
    several AS MATERIALIZED (
      SELECT a.xid FROM aged a WHERE NOT a.is_before GROUP BY a.xid
      HAVING pg_catalog.sum(a.many) ${builtIn.above} 1 AND pg_catalog.bool_and(a.many ${builtIn.upTo} a.away))
  SELECT (a.n OPERATOR(pg_catalog.-) 1)::double precision AS place, ${sum('a.is_settled')} AS settled, ${sum('a.is_before')} AS before,
         ${sum('s.xid IS NOT NULL')} AS together
    FROM aged a LEFT JOIN several s ON s.xid ${builtIn.equal} a.xid AND NOT a.is_before
   GROUP BY a.n HAVING pg_catalog.bool_or(a.is_before OR s.xid IS NOT NULL)`;
}
