import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { readBodyOnce } from '../sql/parser/memoized-reader.ts';
import { emptyReading } from '../sql/sql-effects.ts';
import type { CatalogReplication, TriggerCatalog } from './catalog.ts';
import { triggerName } from './expected-names.ts';
import type { MigrationFit } from './migration/fit.ts';
import { readMigrationFit } from './migration/read-fit.ts';
import type { CatalogMemory } from './read-cached-catalog.ts';
import { readReplication } from './read-replication.ts';
import { readWriterRows, type WriterRows } from './read-writers.ts';
import { routineClosure } from './routine-closure.ts';

const catalogTrigger = z.object({
  name: z.string(),
  tableOid: z.number(),
  table: z.string(),
  enabled: z.enum(['O', 'A', 'R', 'D']),
  offIn: z.array(z.string()),
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
  identityTypes: z.string(),
  definer: z.boolean(),
  searchPath: z.nullable(z.string()),
  isTrigger: z.boolean(),
  arguments: z.string(),
  result: z.nullable(z.string()),
  owner: z.string(),
  executors: z.array(z.nullable(z.string())),
});

const catalogIndex = z.object({ name: z.string(), definition: z.string(), columns: z.array(z.string()) });

const columns = z.array(z.object({ name: z.string(), required: z.boolean() }));

const answer = z.object({
  columns: z.object({ presets: columns, records: columns }),
  triggers: z.array(catalogTrigger),
  functions: z.array(catalogFunction),
  uniques: z.array(catalogIndex),
});

type Rows = z.infer<typeof answer> & {
  writers: WriterRows;
  fit: MigrationFit | null;
  replication: CatalogReplication;
};

// pg_trigger, because information_schema.triggers lists disabled triggers as if they worked.
// tgparentid leaves out the copies in partitions; `offIn` lists the partitions whose copy is off.
const text = `WITH RECURSIVE ${routineClosure}, triggers AS MATERIALIZED (
  SELECT t.*, c.relname, n.nspname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT t.tgisinternal AND t.tgparentid = 0
     AND (t.tgrelid IN ($1::oid, $2::oid) OR t.tgname = '${triggerName}' OR t.tgfoid IN (SELECT oid FROM near))
), copies (top, oid, tgrelid, tgenabled) AS (
  SELECT t.oid, c.oid, c.tgrelid, c.tgenabled FROM triggers t JOIN pg_trigger c ON c.tgparentid = t.oid
  UNION ALL
  SELECT k.top, c.oid, c.tgrelid, c.tgenabled FROM copies k JOIN pg_trigger c ON c.tgparentid = k.oid
), off AS MATERIALIZED (
  SELECT k.top, format('%I.%I', n.nspname, c.relname) AS "table" FROM copies k
    JOIN pg_class c ON c.oid = k.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND k.tgenabled IN ('D', 'R')
), functions AS MATERIALIZED (
  SELECT p.oid, n.nspname, p.proname, p.prosrc, p.prosecdef, p.proconfig, p.prokind, p.proargtypes, p.prorettype, p.proowner, p.proacl, l.lanname, l.lanpltrusted
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
   WHERE p.oid IN (SELECT tgfoid FROM triggers UNION SELECT oid FROM near UNION SELECT oid FROM called)
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
            'enabled', tgenabled, 'offIn', (SELECT coalesce(json_agg("table" ORDER BY "table"), '[]') FROM off WHERE top = triggers.oid), 'type', tgtype, 'condition', tgqual IS NOT NULL,
            'updateOf', (SELECT coalesce(json_agg(quote_ident(a.attname)), '[]') FROM pg_attribute a
                          WHERE a.attrelid = tgrelid AND a.attnum = ANY (tgattr::int2[])),
            'newTable', tgnewtable, 'functionOid', tgfoid::bigint,
            'definition', pg_get_triggerdef(oid, true)) ORDER BY relname, tgname), '[]') FROM triggers)::text AS triggers,
  (SELECT coalesce(json_agg(json_build_object('oid', oid::bigint, 'schema', nspname, 'name', proname,
            'identity', format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(oid)),
            'source', CASE WHEN prosrc = '' THEN pg_get_functiondef(oid) ELSE prosrc END, 'language', lanname, 'trusted', lanpltrusted, 'definer', prosecdef,
            'identityTypes', oidvectortypes(proargtypes), 'kind', CASE prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
            'searchPath', (SELECT s FROM unnest(proconfig) s WHERE s LIKE 'search_path=%'),
            'isTrigger', prorettype = 'trigger'::regtype,
            'arguments', pg_get_function_arguments(oid), 'result', pg_get_function_result(oid), 'owner', pg_get_userbyid(proowner),
            'executors', (SELECT coalesce(json_agg(r.rolname ORDER BY r.rolname), '[]')
                            FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
                           WHERE a.privilege_type = 'EXECUTE' AND a.grantee <> proowner)) ORDER BY nspname, proname), '[]') FROM functions)::text AS functions,
  (SELECT coalesce(json_agg(json_build_object('name', ic.relname, 'definition', pg_get_indexdef(i.indexrelid),
            'columns', (SELECT coalesce(json_agg(quote_ident(a.attname)), '[]') FROM pg_attribute a
                         WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])))), '[]')
     FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = $2::oid AND i.indisunique AND NOT i.indisprimary)::text AS uniques`;

/**
 * Everything in the catalog that decides whether a use is counted, and everything else that writes the count or records.
 * Function bodies that are new to this process are parsed, which takes a moment; see readBodyOnce.
 */
export async function readTriggerCatalog(
  reader: Reader,
  tables: Tables,
  memory: CatalogMemory | null = null,
): Promise<TriggerCatalog> {
  return (await readCatalogRows(reader, tables, memory))();
}

/** The same in two steps: the second parses the bodies without the transaction, which others may wait for. */
export async function readCatalogRows(
  reader: Reader,
  tables: Tables,
  memory: CatalogMemory | null = null,
): Promise<() => Promise<TriggerCatalog>> {
  const { presets, records } = tables;
  const state = memory && (await memory.state(reader, tables));
  const known = state === null ? null : memory?.recall(state);
  if (known) return async () => known;
  // The planner overestimates this query's cost; JIT compilation would take longer than running it.
  await reader.rows('SET LOCAL jit = off');
  const [row] = (await reader.rows(text, [presets.oid, records.oid, presets.countName])) as Record<
    string,
    string
  >[];
  const parsed = answer.parse({
    columns: JSON.parse(row?.columns ?? 'null'),
    triggers: JSON.parse(row?.triggers ?? '[]'),
    functions: JSON.parse(row?.functions ?? '[]'),
    uniques: JSON.parse(row?.uniques ?? '[]'),
  });
  const writers = await readWriterRows(
    reader,
    tables,
    parsed.triggers.map(({ tableOid }) => tableOid),
  );
  const fit = await readMigrationFit(reader, tables);
  const replication = await readReplication(reader, tables);
  return async () => {
    const catalog = await withReadings({ ...parsed, writers, fit, replication }, tables);
    if (state !== null) memory?.keep(state, catalog);
    return catalog;
  };
}

async function withReadings({ writers, functions, ...rest }: Rows, tables: Tables): Promise<TriggerCatalog> {
  return {
    presetsOid: tables.presets.oid,
    recordsOid: tables.records.oid,
    presetsTable: tables.presets.name,
    recordsTable: tables.records.name,
    schema: tables.schema,
    schemas: tables.schemas,
    countName: tables.presets.countName,
    presetColumn: tables.records.preset,
    countKind: tables.presets.countKind,
    ...rest,
    ...(await writers.withReadings()),
    functions: await Promise.all(
      functions.map(async routine => ({
        ...routine,
        // Trigger functions in C have no SQL source.
        reading: ['c', 'internal'].includes(routine.language) ? emptyReading() : await readBodyOnce(routine),
      })),
    ),
  };
}
