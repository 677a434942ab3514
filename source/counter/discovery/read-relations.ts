import type { Reader } from '../../connection/transactions.ts';
import type { TableName } from '../definition/definition.ts';
import { ownOperators } from '../operators.ts';
import { parseOnce } from '../reading/parse-once.ts';
import {
  operatorsOfTypes,
  type Relation,
  type RelationRow,
  relationRows,
  toRelation,
} from '../schema/relation.ts';
import { visibilityColumns } from './visibility.ts';

/** Which relations are read, of pg_class `c` and pg_namespace `n`; `$1` is the parameter. */
export interface Wanted {
  /** CTEs that `where` names. */
  ctes?: string;
  /** Which of the two tables of presets it may be. */
  wanted: string;
  where: string;
}

/** What else is read: what views show, or types without a length. */
interface Extent {
  views?: boolean;
  details?: boolean;
}

const viewReads = `(SELECT coalesce(json_agg(DISTINCT d.refobjid::bigint), '[]') FROM pg_rewrite w
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
         WHERE c.relkind = 'v' AND w.ev_class = c.oid)::text`;

// One statement, because round trips to a transaction pooler take most of the start's time. A second one only if the schema is
// unusual. Planning takes longer than running it, and grows with every table of the catalog that is named: so each is named as
// rarely as possible, columns are numbers until they are here, and what most databases lack is left out or asked for apart.
const catalog = ({ ctes = '', wanted, where }: Wanted, { views = false, details = false }: Extent) => `
WITH ${ctes}c AS MATERIALIZED (
  SELECT ${wanted} AS wanted, n.nspname, c.oid, c.relname, c.relnamespace, c.relkind, c.relowner, c.reltuples, c.relpages, c.relallvisible,
         c.relispartition, c.relforcerowsecurity, c.relhassubclass
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${where}
), ind AS MATERIALIZED (
  SELECT i.indrelid, i.indexrelid, json_build_object('numbers', i.indkey::int2[], 'options', i.indoption::int2[], 'compared', i.indnkeyatts, 'unique', i.indisunique,
           'primary', i.indisprimary, 'btree', x.relam = 403, 'valid', i.indisvalid, 'ready', i.indisready, 'whole', i.indpred IS NULL) AS described
    FROM c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
), con AS MATERIALIZED (
  SELECT k.oid, k.conname, k.conrelid, k.contype, k.conkey, k.confrelid, k.confkey, k.conparentid FROM c JOIN pg_constraint k ON k.conrelid = c.oid
)
SELECT c.wanted, c.oid, c.relname::text AS table, c.nspname::text AS schema, format('%I.%I', c.nspname, c.relname) AS name,
       c.relkind::text AS kind,
       ${views ? `CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END` : 'NULL'} AS definition,
       ${views ? viewReads : `'[]'`} AS reads,
       has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT') AS readable,
       has_schema_privilege(c.relnamespace, 'USAGE') AS reachable,
       EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
                AND ((d.classid = 'pg_class'::regclass AND (d.objid = c.oid OR d.objid IN (SELECT i.indexrelid FROM ind i WHERE i.indrelid = c.oid)))
                  OR (d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT k.oid FROM con k WHERE k.conrelid = c.oid)))) AS calls,
       ${visibilityColumns.trim()},
       -- A table that was never analyzed has 0 before PostgreSQL 14, and -1 since then.
       CASE WHEN c.reltuples = 0 AND c.relpages = 0 AND c.relkind <> 'p' AND current_setting('server_version_num')::int < 140000
         THEN -1 ELSE coalesce(parts.estimate, c.reltuples)::float8 END AS estimate,
       (c.relkind = 'r' AND c.relhassubclass) OR EXISTS (SELECT FROM pg_extension x WHERE x.extname = 'citus') AS unsure,
       -- NULL for foreign tables.
       CASE c.relkind WHEN 'p' THEN parts.bytes WHEN 'f' THEN NULL ELSE coalesce(pg_relation_size(c.oid), 0) END::float8 AS bytes,
       CASE WHEN coalesce(parts.pages, c.relpages) > 0 THEN coalesce(parts.visible, c.relallvisible)::float8 / coalesce(parts.pages, c.relpages) ELSE 0 END AS vacuumed,
       (SELECT coalesce(json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'quoted', quote_ident(a.attname),
                 'type', format_type(a.atttypid, a.atttypmod),${details ? `\n                 'plainType', format_type(a.atttypid, -1),` : ''}
                 'readable', has_column_privilege(c.oid, a.attnum, 'SELECT'), 'kind', y.typsend::oid::text, 'category', y.typcategory,
                 'domain', y.typtype = 'd', 'collation', a.attcollation::text,
                 'foreignType', CASE WHEN y.typnamespace <> 'pg_catalog'::regnamespace AND (y.typtype = 'd'
                   OR EXISTS (SELECT FROM pg_opclass o WHERE o.opcmethod = 403 AND o.opcdefault AND o.opcintype = y.oid)) THEN y.oid::text END)
                 ORDER BY a.attnum), '[]')
          FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
       (SELECT coalesce(json_agg(i.described ORDER BY i.indexrelid), '[]') FROM ind i WHERE i.indrelid = c.oid)::text AS indexes,
       (SELECT coalesce(json_agg(json_build_object('number', k.conkey[1], 'table', k.confrelid::bigint,
                 'named', (SELECT r.relname FROM pg_class r WHERE r.oid = k.confrelid),
                 'target', (SELECT f.attname FROM pg_attribute f WHERE f.attrelid = k.confrelid AND f.attnum = k.confkey[1])) ORDER BY k.conname), '[]')
          FROM con k WHERE k.conrelid = c.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1 AND k.conparentid = 0)::text AS references
  FROM c LEFT JOIN LATERAL (
    SELECT CASE WHEN max(l.reltuples) < 0 THEN -1 ELSE sum(greatest(l.reltuples, 0)) END AS estimate, CASE WHEN bool_or(l.relkind = 'f') THEN NULL ELSE coalesce(sum(pg_relation_size(l.oid)), 0) END AS bytes, sum(l.relpages) AS pages, sum(l.relallvisible) AS visible
      FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid AND t.isleaf
     WHERE c.relkind = 'p') parts ON true`;

// Every tick reads them, and hardly ever is one another.
const parseRows = parseOnce(rows => relationRows.parse(rows));

/** Reads the relations that are `wanted` from the catalog; `parameter` is its `$1`. */
export async function askRelations(
  reader: Reader,
  wanted: Wanted,
  parameter: string,
  extent: Extent,
): Promise<Relation[]> {
  const rows = parseRows(await reader.rows(catalog(wanted, extent), [parameter]));
  const operators = await readOperators(reader, rows);
  return rows.map(row => toRelation(row, operators));
}

/** Apart from the rest, because most databases have no such types. */
async function readOperators(reader: Reader, rows: readonly RelationRow[]) {
  const types = new Set(rows.flatMap(({ columns }) => columns.map(({ foreignType }) => foreignType)));
  types.delete(null);
  if (types.size === 0) return new Map();
  const found = await reader.rows(
    `SELECT y.oid::text AS type, ${ownOperators('y')} AS operators FROM pg_type y WHERE y.oid = ANY ($1::oid[])`,
    [`{${[...types].join(',')}}`],
  );
  return new Map(operatorsOfTypes.parse(found).map(({ type, operators }) => [type, operators]));
}

const byName: Wanted = {
  ctes: `named AS MATERIALIZED (
  SELECT c.oid FROM json_array_elements($1::text::json) w
    JOIN pg_namespace n ON n.nspname = w->>'schema' JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w->>'table'
   WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
), `,
  wanted: 'NULL',
  where: 'c.oid IN (SELECT oid FROM named)',
};

/** Reads the relations with these names, in no order, with every detail; those that are not there are missing. */
export function readRelations(reader: Reader, names: readonly TableName[]): Promise<Relation[]> {
  return askRelations(reader, byName, JSON.stringify(names.map(({ schema, table }) => ({ schema, table }))), {
    details: true,
  });
}
