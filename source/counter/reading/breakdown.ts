import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import { markShort, shortColumn } from '../short-text.ts';
import { latestFirst } from './latest-first.ts';

/** What the latest records of one row are, and who made them. */
export interface Breakdown {
  /** How many records were read. */
  records: number;
  /** True if the row has more, and these are its latest. */
  onlyLatest: boolean;
  /** By their types, and by their users; null if the records have no such column. */
  types: Groups | null;
  users: Groups | null;
}

/** The largest groups, the largest first, and how many there are in all. */
export interface Groups {
  top: readonly { value: string | null; records: number }[];
  groups: number;
}

/** So many are read: an index finds them, and more would not change what leads. */
const most = 10_000;
const shown = 8;

const json = z.pipe(
  z.string(),
  z.transform((text): unknown => JSON.parse(text)),
);
const largestGroups = z.object({
  groups: z.number(),
  top: z.array(z.tuple([z.nullable(z.string()), z.number()])),
});
const answer = z.object({
  records: z.number(),
  types: z.nullable(z.pipe(json, largestGroups)),
  users: z.nullable(z.pipe(json, largestGroups)),
});

/** True if the records of a row tell their type or user, and are found by one column of their own. */
export function hasBreakdown({ definition, records }: Tables): boolean {
  if (records.pairs !== null || definition.record.through !== null) return false;
  return records.type !== null || records.user !== null;
}

/**
 * Reads the types and users of at most 10,000 records of the row `id`, the latest if there are more, with those without a time as the oldest. Null if there are more, and no
 * index finds the latest.
 */
export async function readBreakdown(reader: Reader, tables: Tables, id: string): Promise<Breakdown | null> {
  const { presets, records } = tables;
  const { time, type, user, recentIndexed } = records;
  const given = `$1::${presets.keyType}`;
  // As in `readPresetDetail`.
  const key = records.alike
    ? given
    : `(SELECT k.${presets.key} FROM ${presets.rows} k WHERE k.${presets.key} ${presets.keys.equal} ${given})`;
  const text = (column: string | null) =>
    column === null ? 'NULL::pg_catalog.text' : shortColumn(`r.${column}`);
  const isOrdered = time !== null && recentIndexed;
  // From the table itself, of which `where` are the records that count: a query of them lacks the user.
  const read = `SELECT ${text(type)} AS type, ${text(user)} AS "user" FROM ${records.name} r
        WHERE r.${records.preset} ${records.keys.equal} ${key}${records.keys.of}${records.where === null ? '' : ` AND (${records.where})`}`;
  const raw = await reader.rows(
    `WITH mine AS MATERIALIZED (
       ${isOrdered ? latestFirst(read, `r.${time}`, records, most + 1) : `${read} LIMIT ${most + 1}`}
     ), latest AS MATERIALIZED (SELECT m.type, m."user" FROM mine m LIMIT ${most})
     SELECT (SELECT pg_catalog.count(*) FROM mine)::double precision AS records,
            ${type === null ? 'NULL' : largest('type')} AS types, ${user === null ? 'NULL' : largest('"user"')} AS users`,
    [id],
    tables.path,
  );
  const found = answer.parse(raw[0]);
  const onlyLatest = found.records > most;
  if (onlyLatest && !isOrdered) return null;
  return {
    records: Math.min(most, found.records),
    onlyLatest,
    types: found.types && toGroups(found.types),
    users: found.users && toGroups(found.users),
  };
}

/** SQL for the largest groups of the records by a column, as the text of JSON. */
function largest(column: string): string {
  return `(SELECT pg_catalog.json_build_object('groups', coalesce(pg_catalog.max(g.groups), 0), 'top', coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(g.value, g.records)), '[]'))
             FROM (SELECT l.${column} AS value, pg_catalog.count(*) AS records, pg_catalog.count(*) OVER () AS groups FROM latest l
                    GROUP BY l.${column} ORDER BY pg_catalog.count(*) DESC, l.${column} LIMIT ${shown}) g)::pg_catalog.text`;
}

function toGroups({ groups, top }: z.infer<typeof largestGroups>): Groups {
  return {
    groups,
    top: top.map(([value, records]) => ({ value: value === null ? null : markShort(value), records })),
  };
}
