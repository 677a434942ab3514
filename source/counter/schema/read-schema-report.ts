import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import { presetNames } from '../definition/preset-names.ts';
import type { Tables } from '../discovery/tables.ts';
import { shortText } from '../short-text.ts';
import type { SchemaReport } from './schema-report.ts';

const numbers = z.nullable(z.array(z.number()));

const table = z.object({
  oid: z.number(),
  name: z.string(),
  schema: z.string(),
  table: z.string(),
  kind: z.enum(['table', 'partitioned table', 'foreign table']),
  columns: z.array(
    z.object({
      number: z.number(),
      name: z.string(),
      quoted: z.string(),
      type: z.string(),
      nullable: z.boolean(),
      default: z.nullable(z.string()),
      generated: z.boolean(),
      identity: z.nullable(z.enum(['always', 'by default'])),
      readable: z.boolean(),
    }),
  ),
  primaryKey: numbers,
  checks: z.array(z.object({ name: z.string(), definition: shortText })),
  foreignKeys: z.array(
    z.object({
      name: z.string(),
      columns: numbers,
      references: z.object({ table: z.string(), columns: z.array(z.string()) }),
      onDelete: z.enum(['NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL', 'SET DEFAULT']),
      validated: z.boolean(),
    }),
  ),
  indexes: z.array(
    z.object({ name: z.string(), definition: shortText, unique: z.boolean(), valid: z.boolean() }),
  ),
  partitioning: z.nullable(
    z.object({ key: z.string(), partitions: z.number(), levels: z.number(), hasDefault: z.boolean() }),
  ),
  inheritedBy: z.array(z.string()),
});

const routines = z.array(
  z.object({
    identity: z.string(),
    schema: z.string(),
    callable: z.boolean(),
    kind: z.enum(['function', 'procedure']),
    arguments: z.array(
      z.object({
        name: z.nullable(z.string()),
        type: z.string(),
        mode: z.enum(['in', 'out', 'inout', 'variadic', 'table']),
        hasDefault: z.boolean(),
      }),
    ),
    returns: z.nullable(z.string()),
    securityDefiner: z.boolean(),
    language: z.string(),
  }),
);

// Planning takes longer than running it, and grows with every table of the catalog that is named: so each is named as rarely as
// possible. Both tables are read by the same words, and their own columns are numbers until they are here.
const text = `WITH con AS MATERIALIZED (
  SELECT k.oid, k.conname, k.contype, k.conrelid, k.conkey, k.confrelid, k.confkey, k.confdeltype, k.convalidated
    FROM pg_constraint k WHERE k.conrelid IN ($1::oid, $2::oid) AND (k.contype IN ('p', 'c') OR (k.contype = 'f' AND k.conparentid = 0))
)
SELECT (SELECT json_agg(json_build_object(
  'oid', c.oid::bigint, 'name', format('%I.%I', n.nspname, c.relname), 'schema', n.nspname, 'table', c.relname,
  'kind', CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' ELSE 'table' END,
  'columns', (SELECT coalesce(json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'quoted', quote_ident(a.attname),
       'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT (a.attnotnull OR t.typnotnull),
       'default', coalesce(CASE WHEN a.atthasdef THEN (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END, t.typdefault),
       'generated', a.attgenerated <> '', 'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
       'readable', has_column_privilege(c.oid, a.attnum, 'SELECT')) ORDER BY a.attnum), '[]')
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'primaryKey', (SELECT k.conkey FROM con k WHERE k.conrelid = c.oid AND k.contype = 'p'),
  'checks', (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid)) ORDER BY k.conname), '[]')
     FROM con k WHERE k.conrelid = c.oid AND k.contype = 'c'),
  'foreignKeys', (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'columns', k.conkey,
       'references', json_build_object('table', k.confrelid::regclass::text, 'columns',
         (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u (number, n)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number)),
       'onDelete', CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END,
       'validated', k.convalidated) ORDER BY k.conname), '[]')
     FROM con k WHERE k.conrelid = c.oid AND k.contype = 'f'),
  'indexes', (SELECT coalesce(json_agg(json_build_object('name', ic.relname, 'definition', pg_get_indexdef(i.indexrelid),
       'unique', i.indisunique, 'valid', i.indisvalid AND i.indisready) ORDER BY ic.relname), '[]')
     FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid),
  'partitioning', CASE WHEN c.relkind = 'p' THEN (SELECT json_build_object('key', pg_get_partkeydef(c.oid), 'partitions', count(*) FILTER (WHERE t.isleaf),
       'levels', coalesce(max(t.level), 0), 'hasDefault', (SELECT pt.partdefid <> 0 FROM pg_partitioned_table pt WHERE pt.partrelid = c.oid))
     FROM pg_partition_tree(c.oid) t) END,
  'inheritedBy', (SELECT coalesce(json_agg(h.oid::regclass::text ORDER BY h.relname), '[]')
     FROM pg_inherits i JOIN pg_class h ON h.oid = i.inhrelid AND NOT h.relispartition WHERE i.inhparent = c.oid)))
   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN ($1::oid, $2::oid))::text AS tables,
  (SELECT coalesce(json_agg(json_build_object(
       'identity', format('%s.%I(%s)', p.pronamespace::regnamespace, p.proname, pg_get_function_identity_arguments(p.oid)),
       'schema', (SELECT n.nspname FROM pg_namespace n WHERE n.oid = p.pronamespace),
       'callable', p.prokind IN ('f', 'p') AND p.prorettype <> 'trigger'::regtype,
       'kind', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, 'securityDefiner', p.prosecdef,
       'language', (SELECT l.lanname FROM pg_language l WHERE l.oid = p.prolang), 'returns', pg_get_function_result(p.oid),
       'arguments', (SELECT coalesce(json_agg(json_build_object('name', nullif(a.name, ''), 'type', format_type(a.type, -1),
            'mode', CASE a.mode WHEN 'o' THEN 'out' WHEN 'b' THEN 'inout' WHEN 'v' THEN 'variadic' WHEN 't' THEN 'table' ELSE 'in' END,
            'hasDefault', pg_get_function_arg_default(p.oid, a.number::int) IS NOT NULL) ORDER BY a.number), '[]')
          FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes) WITH ORDINALITY a (type, name, mode, number)))
       ORDER BY p.oid), '[]')
     FROM pg_proc p WHERE p.proname = '${presetNames.track}')::text AS routines`;

/** Reads what the catalog says about both tables and the routines the application may call, in one statement. */
export async function readSchemaReport(reader: Reader, tables: Tables): Promise<SchemaReport> {
  const { presets, records } = tables;
  const [row] = (await reader.rows(text, [presets.oid, records.oid])) as {
    tables: string;
    routines: string;
  }[];
  const found = z.array(table).parse(JSON.parse(row?.tables ?? '[]'));
  const [first, second] = [presets.oid, records.oid].map(oid => found.find(each => each.oid === oid));
  if (!first || !second) throw new Error('one of the tables is gone');
  const nameOf = (shape: z.infer<typeof table>, quoted: string | null) =>
    shape.columns.find(column => column.quoted === quoted)?.name ?? null;
  const key = nameOf(first, presets.key) ?? '';
  return {
    schema: tables.schema,
    presets: toShape(first, presets.estimate),
    presetUsage: toShape(second, records.estimate),
    parts: {
      key,
      label: presets.label === presets.key ? null : nameOf(first, presets.label),
      count: presets.countName,
      lastUsed: nameOf(first, presets.lastUsed),
      preset: nameOf(second, records.preset) ?? '',
      time: nameOf(second, records.time),
      type: nameOf(second, records.type),
    },
    routines: calledByApplication(routines.parse(JSON.parse(row?.routines ?? '[]')), tables.schemas),
    why: tables.why,
    hiddenBy: tables.hiddenBy,
    countsByIndex: records.indexed,
  };
}

/** Names the columns that the catalog numbers. */
function toShape(
  { oid: _, columns, primaryKey, foreignKeys, ...shape }: z.infer<typeof table>,
  estimatedRows: number,
) {
  const named = (numbers: readonly number[] | null) =>
    (numbers ?? []).flatMap(wanted => columns.find(({ number }) => number === wanted)?.name ?? []);
  return {
    ...shape,
    estimatedRows,
    columns: columns.map(({ number: _, quoted: __, ...column }) => column),
    primaryKey: named(primaryKey),
    foreignKeys: foreignKeys.map(key => ({ ...key, columns: named(key.columns) })),
  };
}

/** As for a use: the routines of the tables' schemas, or else those of other schemas. */
function calledByApplication(found: z.infer<typeof routines>, schemas: readonly string[]) {
  const own = found.filter(({ schema }) => schemas.includes(schema));
  return (own.length > 0 ? own : found)
    .filter(({ callable }) => callable)
    .map(({ callable: _, ...routine }) => routine);
}
