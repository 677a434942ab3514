import * as z from 'zod/mini';
import type { TriggerCatalog } from '../audit/trigger-catalog.ts';
import type { Reader } from './connection.ts';
import type { Tables } from './tables.ts';

const catalogTrigger = z.object({
  name: z.string(),
  tableOid: z.number(),
  table: z.string(),
  enabled: z.enum(['O', 'A', 'R', 'D']),
  type: z.number(),
  condition: z.boolean(),
  updateOf: z.array(z.string()),
  newTable: z.nullable(z.string()),
  functionOid: z.number(),
  definition: z.string(),
});

const catalogFunction = z.object({
  oid: z.number(),
  schema: z.string(),
  name: z.string(),
  identity: z.string(),
  source: z.string(),
  language: z.string(),
  trusted: z.boolean(),
  kind: z.enum(['function', 'procedure']),
  definer: z.boolean(),
  searchPath: z.nullable(z.string()),
  isTrigger: z.boolean(),
});

const catalogIndex = z.object({ name: z.string(), definition: z.string(), columns: z.array(z.string()) });

const columns = z.array(z.object({ name: z.string(), required: z.boolean() }));

const answer = z.object({
  columns: z.object({ presets: columns, records: columns }),
  triggers: z.array(catalogTrigger),
  functions: z.array(catalogFunction),
  uniques: z.array(catalogIndex),
});

// pg_trigger, because information_schema.triggers lists disabled triggers as if they worked.
// tgparentid leaves out the copies that every partition carries.
// Functions: those the triggers run, those with the names this console knows, and those whose text names the count.
const text = `WITH triggers AS MATERIALIZED (
  SELECT t.*, c.relname, n.nspname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT t.tgisinternal AND t.tgparentid = 0
     AND (t.tgrelid IN ($1::oid, $2::oid) OR t.tgname = 'trigger_auto_increment_preset_usage_count')
), functions AS MATERIALIZED (
  SELECT p.oid, n.nspname, p.proname, p.prosrc, p.prosecdef, p.proconfig, p.prokind, p.prorettype, l.lanname, l.lanpltrusted
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
   WHERE p.oid IN (SELECT tgfoid FROM triggers)
      OR (n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind IN ('f', 'p')
          AND (p.proname IN ('auto_increment_preset_usage_count', 'track_preset_usage')
               OR p.prosrc ILIKE $3
               OR CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ILIKE $3 END))
), columns AS MATERIALIZED (
  SELECT a.attrelid, a.attnum, a.attname AS name,
         (a.attnotnull OR t.typnotnull) AND NOT a.atthasdef AND t.typdefault IS NULL AND a.attidentity = '' AND a.attgenerated = '' AS required
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid IN ($1::oid, $2::oid) AND a.attnum > 0 AND NOT a.attisdropped
)
SELECT
  (SELECT json_build_object(
      'presets', json_agg(json_build_object('name', name, 'required', required) ORDER BY attnum) FILTER (WHERE attrelid = $1::oid),
      'records', json_agg(json_build_object('name', name, 'required', required) ORDER BY attnum) FILTER (WHERE attrelid = $2::oid))
     FROM columns)::text AS columns,
  (SELECT coalesce(json_agg(json_build_object('name', tgname, 'tableOid', tgrelid::bigint, 'table', format('%I.%I', nspname, relname),
            'enabled', tgenabled, 'type', tgtype, 'condition', tgqual IS NOT NULL,
            'updateOf', (SELECT coalesce(json_agg(quote_ident(a.attname)), '[]') FROM pg_attribute a
                          WHERE a.attrelid = tgrelid AND a.attnum = ANY (tgattr::int2[])),
            'newTable', tgnewtable, 'functionOid', tgfoid::bigint,
            'definition', pg_get_triggerdef(oid, true)) ORDER BY relname, tgname), '[]') FROM triggers)::text AS triggers,
  (SELECT coalesce(json_agg(json_build_object('oid', oid::bigint, 'schema', nspname, 'name', proname,
            'identity', format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(oid)),
            'source', CASE WHEN prosrc = '' THEN pg_get_functiondef(oid) ELSE prosrc END, 'language', lanname, 'trusted', lanpltrusted, 'definer', prosecdef,
            'kind', CASE prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
            'searchPath', (SELECT s FROM unnest(proconfig) s WHERE s LIKE 'search_path=%'),
            'isTrigger', prorettype = 'trigger'::regtype) ORDER BY nspname, proname), '[]') FROM functions)::text AS functions,
  (SELECT coalesce(json_agg(json_build_object('name', ic.relname, 'definition', pg_get_indexdef(i.indexrelid),
            'columns', (SELECT coalesce(json_agg(quote_ident(a.attname)), '[]') FROM pg_attribute a
                         WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])))), '[]')
     FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = $2::oid AND i.indisunique AND NOT i.indisprimary)::text AS uniques`;

/** Everything in the catalog that decides whether a use is counted, and everything else that writes the count. */
export async function readTriggerCatalog(reader: Reader, tables: Tables): Promise<TriggerCatalog> {
  const [row] = (await reader.rows(text, [
    tables.presets.oid,
    tables.records.oid,
    `%${tables.presets.countName.replace(/[\\%_]/g, '\\$&')}%`,
  ])) as Record<string, string>[];
  return {
    presetsOid: tables.presets.oid,
    recordsOid: tables.records.oid,
    presetsTable: tables.presets.name,
    recordsTable: tables.records.name,
    schema: tables.schema,
    schemas: tables.schemas,
    names: {
      // Functions may write through a view of the usual name.
      tables: [...new Set([tables.presets.table, 'presets'])],
      count: tables.presets.countName,
    },
    presetColumn: tables.records.preset,
    ...answer.parse({
      columns: JSON.parse(row?.columns ?? 'null'),
      triggers: JSON.parse(row?.triggers ?? '[]'),
      functions: JSON.parse(row?.functions ?? '[]'),
      uniques: JSON.parse(row?.uniques ?? '[]'),
    }),
  };
}
