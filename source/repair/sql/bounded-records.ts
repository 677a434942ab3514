import { builtIn } from '../../counter/operators.ts';
import { manyValues, valueAsText } from '../../counter/reading/sql-values.ts';
import type { RepairFacts } from './facts.ts';

/** How many bytes may be read at once, of all records and of one, in the form that a receipt keeps. */
export interface ByteLimits {
  bytes: number;
  recordBytes: number;
}

/** The columns of a record, with the alias `r`, that `boundedRecords` needs; read before anything is limited. */
export function recordSource({ recordColumns }: RepairFacts): string {
  // The stored size is known without reading the value. Only a value of variable length can be large.
  const stored = recordColumns
    .map(({ quoted }) => `coalesce(pg_catalog.pg_column_size(r.${quoted}), 0)`)
    .join(' OPERATOR(pg_catalog.+) ');
  const columns = recordColumns.map(({ quoted }, place) => `r.${quoted} AS c${place}`).join(', ');
  return `pg_catalog.json_build_array(r.tableoid::pg_catalog.text, r.ctid::pg_catalog.text, r.xmin::pg_catalog.text)::pg_catalog.text AS place,
          (${stored})::bigint AS stored, ${columns}`;
}

/**
 * Common table expressions over `source`, which has the columns of `recordSource` and an id. The last one, `bounded`,
 * has id, place, values (the text of a JSON array) and size. It holds as many records as `limits` allow, at least one;
 * records that are too large on their own come without values. Sizes are checked before values are built, and again
 * before they are sent.
 */
export function boundedRecords(
  { recordColumns }: RepairFacts,
  source: string,
  { bytes, recordBytes }: ByteLimits,
): string {
  const values = manyValues(recordColumns.map((_, place) => valueAsText(`c${place}`)));
  const within = (size: string, most: number) => `${size} ${builtIn.upTo} ${most}`;
  const before = `coalesce(pg_catalog.sum(r.stored) FILTER (WHERE ${within('r.stored', recordBytes)}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`;
  const size = 'pg_catalog.octet_length(m.values)';
  const fits = within(size, recordBytes);
  return `made AS MATERIALIZED (
      SELECT r.id, r.place, r.stored, CASE WHEN ${within('r.stored', recordBytes)} AND NOT ${before} ${builtIn.above} ${bytes} THEN ${values} END AS values FROM (${source}) r),
    measured AS (
      SELECT m.*, ${size} AS size, pg_catalog.sum(${size}) FILTER (WHERE ${fits}) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM made m),
    bounded AS (
      SELECT m.id, m.place, CASE WHEN ${fits} THEN m.values END AS values, coalesce(m.size, m.stored)::double precision AS size FROM measured m
       WHERE m.stored ${builtIn.above} ${recordBytes} OR m.size ${builtIn.above} ${recordBytes} OR ${within('m.total', bytes)} OR m.total ${builtIn.equal} m.size)`;
}
