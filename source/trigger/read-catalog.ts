import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { roleName } from '../counter/role-name.ts';
import { readBodyOnce } from '../sql/parser/memoized-reader.ts';
import { wakeParser } from '../sql/parser/parser-process.ts';
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

const column = z.object({
  table: z.number(),
  name: z.string(),
  /** The type without a length, and under a domain. */
  plainType: z.string(),
  required: z.boolean(),
  generated: z.boolean(),
});

const answer = z.object({
  shows: z.array(z.number()),
  columns: z.array(column),
  triggers: z.array(catalogTrigger),
  functions: z.array(catalogFunction),
  uniques: z.array(catalogIndex),
});

type Rows = Omit<z.infer<typeof answer>, 'shows'> & {
  writers: WriterRows;
  fit: MigrationFit | null;
  replication: CatalogReplication;
};

// pg_trigger, because information_schema.triggers lists disabled triggers as if they worked.
// tgparentid leaves out the copies in partitions; `offIn` lists the partitions whose copy is off.
// Under the catalog's path regclass names a table as %I.%I does, without joining it.
const text = `WITH RECURSIVE ${routineClosure}, triggers AS MATERIALIZED (
  SELECT t.oid, t.tgname, t.tgrelid, t.tgenabled, t.tgtype, t.tgqual IS NOT NULL AS condition, t.tgattr, t.tgnewtable, t.tgfoid FROM pg_trigger t
   WHERE NOT t.tgisinternal AND t.tgparentid = 0
     AND (t.tgrelid IN ($1::oid, $2::oid) OR t.tgname = '${triggerName}' OR t.tgfoid = ANY (ARRAY(SELECT oid FROM near)))
), copies (top, oid, tgrelid, tgenabled) AS (
  SELECT t.oid, t.oid, t.tgrelid, t.tgenabled FROM triggers t
  UNION ALL
  SELECT k.top, c.oid, c.tgrelid, c.tgenabled FROM copies k JOIN pg_trigger c ON c.tgparentid = k.oid
), off AS MATERIALIZED (
  SELECT k.top, c.oid::regclass::text AS "table" FROM copies k JOIN pg_class c ON c.oid = k.tgrelid
   WHERE k.oid <> k.top AND c.relkind = 'r' AND k.tgenabled IN ('D', 'R')
)
SELECT
  (SELECT json_agg(oid::bigint) FROM shows)::text AS shows,
  (SELECT coalesce(json_agg(json_build_object('table', a.attrelid::bigint, 'name', a.attname,
            'plainType', coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text, 'generated', a.attgenerated <> '',
            'required', (a.attnotnull OR t.typnotnull) AND NOT a.atthasdef AND t.typdefault IS NULL AND a.attidentity = '' AND a.attgenerated = '') ORDER BY a.attnum), '[]')
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid IN ($1::oid, $2::oid) AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
  (SELECT coalesce(json_agg(json_build_object('name', tgname, 'tableOid', tgrelid::bigint, 'table', tgrelid::regclass::text,
            'enabled', tgenabled, 'offIn', (SELECT coalesce(json_agg("table" ORDER BY "table"), '[]') FROM off WHERE top = triggers.oid), 'type', tgtype, 'condition', condition,
            'updateOf', (SELECT coalesce(json_agg(quote_ident(a.attname)), '[]') FROM pg_attribute a
                          WHERE a.attrelid = tgrelid AND a.attnum = ANY (tgattr::int2[])),
            'newTable', tgnewtable, 'functionOid', tgfoid::bigint,
            'definition', pg_get_triggerdef(oid, true)) ORDER BY (SELECT c.relname FROM pg_class c WHERE c.oid = tgrelid), tgname), '[]') FROM triggers)::text AS triggers,
  (SELECT coalesce(json_agg(json_build_object('oid', p.oid::bigint, 'schema', n.nspname, 'name', p.proname,
            'identity', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
            'source', CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END, 'language', l.lanname, 'trusted', l.lanpltrusted, 'definer', p.prosecdef,
            'identityTypes', oidvectortypes(p.proargtypes), 'kind', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
            'searchPath', (SELECT s FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'),
            'isTrigger', p.prorettype = 'trigger'::regtype,
            'arguments', pg_get_function_arguments(p.oid), 'result', pg_get_function_result(p.oid), 'owner', pg_get_userbyid(p.proowner),
            'executors', (SELECT coalesce(json_agg(e.role ORDER BY e.role), '[]')
                            FROM (SELECT ${roleName('a.grantee')} AS role FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                                   WHERE a.privilege_type = 'EXECUTE' AND a.grantee <> p.proowner) e)) ORDER BY n.nspname, p.proname), '[]')
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE p.oid IN (SELECT tgfoid FROM triggers UNION ALL SELECT oid FROM near UNION ALL SELECT oid FROM called))::text AS functions,
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

/** The same in two steps: the second waits for the parser, and need not be inside the transaction, which others may wait for. */
export async function readCatalogRows(
  reader: Reader,
  tables: Tables,
  memory: CatalogMemory | null = null,
): Promise<() => Promise<TriggerCatalog>> {
  const { presets, records } = tables;
  const state = memory && (await memory.state(reader, tables));
  const known = state === null ? null : memory?.recall(state);
  if (known) return () => known;
  wakeParser();
  // The planner overestimates this query's cost; JIT compilation would take longer than running it.
  await reader.rows('SET LOCAL jit = off');
  const [row] = (await reader.rows(text, [presets.oid, records.oid, presets.countName])) as Record<
    string,
    string
  >[];
  const { shows, ...parsed } = answer.parse({
    shows: JSON.parse(row?.shows ?? '[]'),
    columns: JSON.parse(row?.columns ?? '[]'),
    triggers: JSON.parse(row?.triggers ?? '[]'),
    functions: JSON.parse(row?.functions ?? '[]'),
    uniques: JSON.parse(row?.uniques ?? '[]'),
  });
  const writers = await readWriterRows(reader, tables, {
    shows,
    triggered: parsed.triggers.map(({ tableOid }) => tableOid),
    generates: parsed.columns.some(({ table, generated }) => generated && table === presets.oid),
  });
  const fit = await readMigrationFit(reader, tables, parsed.columns);
  const replication = await readReplication(reader, tables);
  const catalog = withReadings({ ...parsed, writers, fit, replication }, tables);
  // It may fail before anybody waits for it.
  catalog.catch(() => {});
  if (state !== null) memory?.keep(state, catalog);
  return () => catalog;
}

async function withReadings(
  { writers, functions, columns, ...rest }: Rows,
  tables: Tables,
): Promise<TriggerCatalog> {
  const columnsOf = (oid: number) =>
    columns.filter(({ table }) => table === oid).map(({ name, required }) => ({ name, required }));
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
    columns: { presets: columnsOf(tables.presets.oid), records: columnsOf(tables.records.oid) },
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
