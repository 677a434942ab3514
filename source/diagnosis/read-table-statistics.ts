import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { CascadingTable, TableStatistics } from './evidence.ts';

const statistics = z.object({
  inserted: z.number(),
  updated: z.number(),
  deleted: z.number(),
  partitioned: z.boolean(),
});
const answer = z.object({
  presets: z.nullable(statistics),
  records: z.nullable(statistics),
  cascades: z.array(z.object({ name: z.string(), deleted: z.nullable(z.number()) })),
});

// A partitioned table has no statistics; its partitions have them.
const sums = (oid: string) => `(
  WITH RECURSIVE parts (oid) AS (SELECT ${oid}::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN parts p ON p.oid = i.inhparent)
  SELECT json_build_object('inserted', coalesce(sum(s.n_tup_ins), 0), 'updated', coalesce(sum(s.n_tup_upd), 0), 'deleted', coalesce(sum(s.n_tup_del), 0),
    'partitioned', (SELECT relkind = 'p' FROM pg_class WHERE oid = ${oid}::oid))
    FROM parts p JOIN pg_stat_all_tables s ON s.relid = p.oid HAVING count(*) > 0)`;

/** What the server has counted for both tables, and the tables whose deletions take records with them. */
export async function readTableStatistics(
  reader: Reader,
  { presets, records }: Tables,
): Promise<{
  statistics: { presets: TableStatistics; records: TableStatistics } | null;
  cascades: CascadingTable[];
}> {
  const [row] = (await reader.rows(
    `SELECT json_build_object('presets', ${sums('$1')}, 'records', ${sums('$2')},
       'cascades', (SELECT coalesce(json_agg(json_build_object('name', format('%I.%I', n.nspname, c.relname),
            'deleted', (SELECT s.n_tup_del FROM pg_stat_all_tables s WHERE s.relid = c.oid)) ORDER BY c.relname), '[]')
          FROM (SELECT DISTINCT confrelid FROM pg_constraint WHERE conrelid = $2::oid AND contype = 'f' AND confdeltype = 'c'
                   AND confrelid NOT IN ($1::oid, $2::oid)) k
          JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace))::text AS found`,
    [presets.oid, records.oid],
  )) as { found: string }[];
  const found = answer.parse(JSON.parse(row?.found ?? 'null'));
  const { presets: first, records: second, cascades } = found;
  return { statistics: first && second ? { presets: first, records: second } : null, cascades };
}
