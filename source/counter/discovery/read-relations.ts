import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { TableName } from '../definition/definition.ts';
import { presetNames } from '../definition/preset-names.ts';
import { operators, ownOperators } from '../operators.ts';
import { visibility, visibilityColumns } from './visibility.ts';

const column = z.object({
  name: z.string(),
  quoted: z.string(),
  type: z.string(),
  /** The type without a length or precision; empty unless it was asked for. */
  plainType: z._default(z.string(), ''),
  kind: z.string(),
  category: z.string(),
  domain: z.boolean(),
  collation: z.string(),
  operators: z.nullable(operators),
  readable: z.boolean(),
});

const index = z.object({
  unique: z.boolean(),
  /** How many of the columns are compared; the others are only kept in it. */
  compared: z.number(),
  columns: z.array(z.string()),
});

const relation = z.object({
  oid: z.number(),
  wanted: z.nullable(z.enum([presetNames.rows, presetNames.records])),
  table: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.string(),
  definition: z.nullable(z.string()),
  reads: z.array(z.number()),
  readable: z.boolean(),
  /** False if this role lacks USAGE on its schema: then no right on the table is of any use. */
  reachable: z.boolean(),
  /** True if reading it may call functions that are not PostgreSQL's own: in its indexes, checks or partitions. */
  calls: z.boolean(),
  ...visibility.shape,
  estimate: z.number(),
  /** The size of the table itself in bytes; Infinity if unknown, so that it is not treated as small. */
  bytes: z.pipe(
    z.nullable(z.number()),
    z.transform(bytes => bytes ?? Number.POSITIVE_INFINITY),
  ),
  vacuumed: z.number(),
  columns: z.array(column),
  /** The columns of the primary key. */
  keys: z.array(z.string()),
  /** Every usable index of columns only, with all of its columns; empty unless it was asked for. */
  indexes: z._default(z.array(index), []),
  /** The first two columns of every index. */
  indexed: z.array(z.tuple([z.string(), z.nullable(z.string())])),
  unique: z.array(z.string()),
  references: z.array(
    z.object({ column: z.string(), table: z.number(), named: z.string(), target: z.string() }),
  ),
});

/** A relation that a counter may stand on, with everything needed to choose and use it. */
export type Relation = z.infer<typeof relation>;

/** What else is read: what views show, or every column of every index. */
interface Extent {
  views?: boolean;
  details?: boolean;
}

const indexes = `(SELECT coalesce(json_agg(json_build_object('unique', i.indisunique, 'compared', i.indnkeyatts,
            'columns', (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
                          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number))), '[]')
          FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am m ON m.oid = ic.relam AND m.amname = 'btree'
         WHERE i.indrelid = c.oid AND i.indisvalid AND i.indisready AND i.indpred IS NULL AND i.indexprs IS NULL)::text`;

const viewReads = `(SELECT coalesce(json_agg(DISTINCT d.refobjid::bigint), '[]') FROM pg_rewrite w
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
         WHERE c.relkind = 'v' AND w.ev_class = c.oid)::text`;

// One statement, because round trips to a transaction pooler take most of the start's time. A second one only if the schema is
// unusual. The first leaves out views: planning that part costs every tick a millisecond.
const catalog = (found: string, { views = false, details = false }: Extent) => `${found}
SELECT (SELECT wanted FROM named WHERE named.oid = c.oid) AS wanted, c.oid AS oid, c.relname::text AS table, n.nspname::text AS schema,
       format('%I.%I', n.nspname, c.relname) AS name,
       c.relkind::text AS kind,
       ${views ? `CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END` : 'NULL'} AS definition,
       ${views ? viewReads : `'[]'`} AS reads,
       has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT') AS readable,
       has_schema_privilege(n.oid, 'USAGE') AS reachable,
       EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
                AND ((d.classid = 'pg_class'::regclass AND (d.objid = c.oid OR d.objid IN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = c.oid)))
                  OR (d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT k.oid FROM pg_constraint k WHERE k.conrelid = c.oid)))) AS calls,
       ${visibilityColumns.trim()},
       -- A table that was never analyzed has 0 before PostgreSQL 14, and -1 since then.
       CASE WHEN c.reltuples = 0 AND c.relpages = 0 AND c.relkind <> 'p' AND current_setting('server_version_num')::int < 140000
         THEN -1 ELSE coalesce(parts.estimate, c.reltuples)::float8 END AS estimate,
       -- NULL for foreign tables.
       CASE c.relkind WHEN 'p' THEN parts.bytes WHEN 'f' THEN NULL ELSE coalesce(pg_relation_size(c.oid), 0) END::float8 AS bytes,
       CASE WHEN coalesce(parts.pages, c.relpages) > 0 THEN coalesce(parts.visible, c.relallvisible)::float8 / coalesce(parts.pages, c.relpages) ELSE 0 END AS vacuumed,
       (SELECT json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
                                          'type', format_type(a.atttypid, a.atttypmod),${details ? `\n                                          'plainType', format_type(a.atttypid, -1),` : ''}
                                          'readable', has_column_privilege(c.oid, a.attnum, 'SELECT'), 'kind', y.typsend::oid::text, 'category', y.typcategory,
                                          'domain', y.typtype = 'd', 'collation', a.attcollation::text,
                                          'operators', CASE WHEN y.typnamespace <> 'pg_catalog'::regnamespace THEN ${ownOperators('y')} END) ORDER BY a.attnum)
          FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
       (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
         WHERE i.indrelid = c.oid AND i.indisprimary)::text AS keys,${details ? `\n       ${indexes} AS indexes,` : ''}
       (SELECT coalesce(json_agg(json_build_array(a.attname, b.attname)), '[]')
          FROM pg_index i
          JOIN pg_class ic ON ic.oid = i.indexrelid
          JOIN pg_am m ON m.oid = ic.relam AND m.amname = 'btree'
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          LEFT JOIN pg_attribute b ON b.attrelid = i.indrelid AND b.attnum = i.indkey[1] AND i.indnkeyatts > 1
         WHERE i.indrelid = c.oid AND i.indisvalid AND i.indisready AND i.indpred IS NULL)::text AS indexed,
       (SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
          FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1)::text AS unique,
       (SELECT coalesce(json_agg(json_build_object('column', a.attname, 'table', k.confrelid::bigint, 'named', r.relname, 'target', f.attname) ORDER BY k.conname), '[]')
          FROM pg_constraint k
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
          JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1]
          JOIN pg_class r ON r.oid = k.confrelid
         WHERE k.conrelid = c.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1
           AND k.conparentid = 0)::text AS references
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
    SELECT CASE WHEN max(l.reltuples) < 0 THEN -1 ELSE sum(greatest(l.reltuples, 0)) END AS estimate, CASE WHEN bool_or(l.relkind = 'f') THEN NULL ELSE coalesce(sum(pg_relation_size(l.oid)), 0) END AS bytes, sum(l.relpages) AS pages, sum(l.relallvisible) AS visible
      FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid AND t.isleaf
     WHERE c.relkind = 'p') parts ON true
 WHERE c.oid IN (SELECT oid FROM near)`;

/**
 * Reads relations from the catalog. `found` are the CTEs `named` (oid, wanted) and `near` (oid), which tell which, with one
 * parameter.
 */
export async function askRelations(
  reader: Reader,
  found: string,
  parameter: string,
  extent: Extent,
): Promise<Relation[]> {
  const rows = (await reader.rows(catalog(found, extent), [parameter])) as Record<string, unknown>[];
  return rows.map(row =>
    relation.parse({
      ...row,
      columns: JSON.parse((row.columns as string | null) ?? '[]'),
      ...Object.fromEntries(
        ['reads', 'keys', 'indexed', 'unique', 'references', ...(extent.details ? ['indexes'] : [])].map(
          key => [key, JSON.parse(row[key] as string)],
        ),
      ),
    }),
  );
}

const byName = `
WITH named AS MATERIALIZED (
  SELECT DISTINCT c.oid, NULL AS wanted FROM json_array_elements($1::text::json) w
    JOIN pg_namespace n ON n.nspname = w->>'schema' JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w->>'table'
   WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
), near AS MATERIALIZED (SELECT oid FROM named)`;

/** Reads the relations with these names, in no order, with every detail; those that are not there are missing. */
export function readRelations(reader: Reader, names: readonly TableName[]): Promise<Relation[]> {
  return askRelations(reader, byName, JSON.stringify(names.map(({ schema, table }) => ({ schema, table }))), {
    details: true,
  });
}
