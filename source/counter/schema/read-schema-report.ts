import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import { presetNames } from '../definition/preset-names.ts';
import type { Tables } from '../discovery/tables.ts';
import { shortText } from '../short-text.ts';
import type { SchemaReport } from './schema-report.ts';

const table = z.object({
  name: z.string(),
  schema: z.string(),
  table: z.string(),
  kind: z.enum(['table', 'partitioned table', 'foreign table']),
  columns: z.array(
    z.object({
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
  primaryKey: z.array(z.string()),
  checks: z.array(z.object({ name: z.string(), definition: shortText })),
  foreignKeys: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()),
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

const columnNames = (relation: string, numbers: string) =>
  `(SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(${numbers}) WITH ORDINALITY u (number, n)
     JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number)`;

const tableText = `json_build_object(
  'name', format('%I.%I', n.nspname, c.relname), 'schema', n.nspname, 'table', c.relname,
  'kind', CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' ELSE 'table' END,
  'columns', (SELECT json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
       'nullable', NOT (a.attnotnull OR t.typnotnull), 'default', coalesce(pg_get_expr(d.adbin, d.adrelid), t.typdefault),
       'generated', a.attgenerated <> '', 'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
       'readable', has_column_privilege(c.oid, a.attnum, 'SELECT')) ORDER BY a.attnum)
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'primaryKey', coalesce((SELECT ${columnNames('c.oid', 'k.conkey')} FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p'), '[]'),
  'checks', (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid)) ORDER BY k.conname), '[]')
     FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'),
  'foreignKeys', (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'columns', ${columnNames('k.conrelid', 'k.conkey')},
       'references', json_build_object('table', format('%I.%I', rn.nspname, r.relname), 'columns', ${columnNames('k.confrelid', 'k.confkey')}),
       'onDelete', CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END,
       'validated', k.convalidated) ORDER BY k.conname), '[]')
     FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
    WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0),
  'indexes', (SELECT coalesce(json_agg(json_build_object('name', ic.relname, 'definition', pg_get_indexdef(i.indexrelid),
       'unique', i.indisunique, 'valid', i.indisvalid AND i.indisready) ORDER BY ic.relname), '[]')
     FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid),
  'partitioning', (SELECT json_build_object('key', pg_get_partkeydef(c.oid), 'partitions', count(*) FILTER (WHERE t.isleaf),
       'levels', coalesce(max(t.level), 0), 'hasDefault', pt.partdefid <> 0)
     FROM pg_partitioned_table pt LEFT JOIN pg_partition_tree(c.oid) t ON true WHERE pt.partrelid = c.oid GROUP BY pt.partdefid),
  'inheritedBy', (SELECT coalesce(json_agg(format('%I.%I', hn.nspname, h.relname) ORDER BY h.relname), '[]')
     FROM pg_inherits i JOIN pg_class h ON h.oid = i.inhrelid AND NOT h.relispartition JOIN pg_namespace hn ON hn.oid = h.relnamespace
    WHERE i.inhparent = c.oid))`;

// As for a use: the routines of the tables' schemas, or else those of other schemas.
const text = `SELECT
  (SELECT ${tableText} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid)::text AS presets,
  (SELECT ${tableText} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $2::oid)::text AS records,
  (SELECT coalesce(json_agg(json_build_object(
       'identity', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), 'schema', n.nspname,
       'kind', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, 'securityDefiner', p.prosecdef, 'language', l.lanname,
       'returns', pg_get_function_result(p.oid),
       'arguments', (SELECT coalesce(json_agg(json_build_object('name', nullif(a.name, ''), 'type', format_type(a.type, -1),
            'mode', CASE a.mode WHEN 'o' THEN 'out' WHEN 'b' THEN 'inout' WHEN 'v' THEN 'variadic' WHEN 't' THEN 'table' ELSE 'in' END,
            'hasDefault', pg_get_function_arg_default(p.oid, a.number::int) IS NOT NULL) ORDER BY a.number), '[]')
          FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes) WITH ORDINALITY a (type, name, mode, number)))
       ORDER BY p.oid), '[]')
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE p.proname = '${presetNames.track}' AND p.prokind IN ('f', 'p') AND p.prorettype <> 'trigger'::regtype
      AND (n.nspname = ANY (ARRAY(SELECT e FROM json_array_elements_text($3::text::json) e))
           OR NOT EXISTS (SELECT FROM pg_proc q JOIN pg_namespace m ON m.oid = q.pronamespace
                           WHERE q.proname = '${presetNames.track}' AND m.nspname = ANY (ARRAY(SELECT e FROM json_array_elements_text($3::text::json) e)))))::text AS routines`;

/** Reads what the catalog says about both tables and the routines the application may call, in one statement. */
export async function readSchemaReport(reader: Reader, tables: Tables): Promise<SchemaReport> {
  const { presets, records } = tables;
  const [row] = (await reader.rows(text, [presets.oid, records.oid, JSON.stringify(tables.schemas)])) as {
    presets: string;
    records: string;
    routines: string;
  }[];
  const first = table.parse(JSON.parse(row?.presets ?? 'null'));
  const second = table.parse(JSON.parse(row?.records ?? 'null'));
  const nameOf = (shape: z.infer<typeof table>, quoted: string | null) =>
    shape.columns.find(column => column.quoted === quoted)?.name ?? null;
  const shapeOf = ({ columns, ...shape }: z.infer<typeof table>, estimatedRows: number) => ({
    ...shape,
    estimatedRows,
    columns: columns.map(({ quoted: _, ...column }) => column),
  });
  const key = nameOf(first, presets.key) ?? '';
  return {
    schema: tables.schema,
    presets: shapeOf(first, presets.estimate),
    presetUsage: shapeOf(second, records.estimate),
    parts: {
      key,
      label: presets.label === presets.key ? null : nameOf(first, presets.label),
      count: presets.countName,
      lastUsed: nameOf(first, presets.lastUsed),
      preset: nameOf(second, records.preset) ?? '',
      time: nameOf(second, records.time),
      type: nameOf(second, records.type),
    },
    routines: routines.parse(JSON.parse(row?.routines ?? '[]')),
    why: tables.why,
    hiddenBy: tables.hiddenBy,
    countsByIndex: records.indexed,
  };
}
