import type { Tables } from '../../../counter/discovery/tables.ts';
import { builtIn } from '../../../counter/operators.ts';
import { manyValues, valueAsText } from '../../../counter/reading/sql-values.ts';
import type { RepairFacts } from '../facts.ts';

/** How many bytes may be read at once, of all records and of one, in the form that a receipt keeps. */
export interface ByteLimits {
  bytes: number;
  recordBytes: number;
}

/** The columns of a record, with the alias `r`, that `boundedRecords` needs; read before anything is limited. */
export function recordSource({ recordColumns }: RepairFacts): string {
  const columns = recordColumns.map(({ quoted }, place) => `r.${quoted} AS c${place}`).join(', ');
  return `r.tableoid AS relation, r.ctid AS place, r.xmin AS version, ${storedSize({ recordColumns })} AS stored, ${columns}`;
}

/** SQL for the stored bytes of a record `r`, known without reading its values. A column of fixed size counts even where it is null. */
export function storedSize({ recordColumns }: Pick<RepairFacts, 'recordColumns'>): string {
  const known = recordColumns.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const parts = recordColumns
    .filter(({ size }) => size === null)
    .map(({ quoted }) => `coalesce(pg_catalog.pg_column_size(r.${quoted}), 0)`);
  // Sums of bigint are slow, because they are numeric.
  return `(${[known, ...parts].join(' OPERATOR(pg_catalog.+) ')})::double precision`;
}

const placeColumns = ['relations', 'places', 'versions'];
/** The columns of `gathered`, see `boundedRecords`. */
export const gatheredColumns = ['number', 'lines', ...placeColumns, '"tooLarge"'];

/**
 * Common table expressions over `source`, which has the columns of `recordSource` and a number `n`, in whose order they come. The
 * last one, `gathered`, has a row for each: the number of its records, their values as lines of JSON, where they are, and the size of the largest that is too
 * large on its own. Records are as many as `limits` allow, at least one. Sizes are checked before values are built, and
 * again before they are sent.
 */
export function boundedRecords(
  { recordColumns }: RepairFacts,
  source: string,
  { bytes, recordBytes }: ByteLimits,
): string {
  const values = manyValues(recordColumns.map(({ cast }, place) => valueAsText(`c${place}`, cast)));
  const within = (size: string, most: number) => `${size} ${builtIn.upTo} ${most}`;
  const before = `coalesce(pg_catalog.sum(r.stored) FILTER (WHERE ${within('r.stored', recordBytes)}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`;
  const size = 'pg_catalog.octet_length(m.values)';
  const fits = within(size, recordBytes);
  const all = (column: string) =>
    `(pg_catalog.array_agg(b.${column.slice(0, -1)}) FILTER (WHERE b.values IS NOT NULL))::pg_catalog.text AS ${column}`;
  return `made AS (
      SELECT r.n, r.relation, r.place, r.version, r.stored, CASE WHEN ${within('r.stored', recordBytes)} AND NOT ${before} ${builtIn.above} ${bytes} THEN ${values} END AS values FROM (${source}) r),
    measured AS (
      SELECT m.*, ${size} AS size, pg_catalog.sum(${size}) FILTER (WHERE ${fits}) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM made m),
    bounded AS (
      SELECT m.n, m.relation, m.place, m.version, CASE WHEN ${fits} THEN m.values END AS values, coalesce(m.size, m.stored) AS size FROM measured m
       WHERE m.stored ${builtIn.above} ${recordBytes} OR m.size ${builtIn.above} ${recordBytes} OR ${within('m.total', bytes)} OR m.total ${builtIn.equal} m.size),
    gathered AS (
      SELECT b.n, pg_catalog.count(b.values)::double precision AS number, pg_catalog.string_agg(b.values, E'\\n') AS lines,
             ${placeColumns.map(all).join(', ')},
             pg_catalog.max(b.size) FILTER (WHERE b.values IS NULL) AS "tooLarge"
        FROM bounded b GROUP BY b.n)`;
}

/** SQL that follows a condition: which of the records `r` of the table itself count. */
export function whichCount({ records }: Pick<Tables, 'records'>): string {
  return records.where === null ? '' : ` AND (${records.where})`;
}
