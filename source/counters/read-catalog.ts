import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import { searchPathOf } from '../sql/search-path-setting.ts';
import type { Catalog, CatalogTable } from './catalog.ts';
import { partitionTriggers } from './partition-triggers.ts';

const column = z.pipe(
  z.tuple([
    z.string(),
    z.string(),
    z.string(),
    z.boolean(),
    z.boolean(),
    z.nullable(z.string()),
    z.nullable(z.number()),
  ]),
  z.transform(([name, type, category, generated, nullable, start, scale]) => ({
    name,
    type,
    category,
    generated,
    nullable,
    start,
    scale,
  })),
);
const reference = z.object({ columns: z.array(z.string()), table: z.number(), targets: z.array(z.string()) });

const table = z.object({
  oid: z.number(),
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['r', 'p', 'f']),
  columns: z.array(column),
  unique: z.nullable(z.array(z.array(z.string()))),
  references: z.nullable(z.array(reference)),
  indexed: z.nullable(z.array(z.nullable(z.string()))),
  estimate: z.number(),
  readable: z.boolean(),
  policies: z.boolean(),
  foreign: z.boolean(),
  inherited: z.optional(z.boolean()),
});

const trigger = z.object({
  name: z.string(),
  table: z.number(),
  enabled: z.boolean(),
  type: z.number(),
  updateOf: z.array(z.string()),
  oldTable: z.nullable(z.string()),
  newTable: z.nullable(z.string()),
  function: z.number(),
  definition: z.nullable(z.string()),
});

const partition = z.object({
  root: z.number(),
  name: z.string(),
  isLeaf: z.boolean(),
  triggers: z.nullable(z.array(z.extend(trigger, { oid: z.number(), parent: z.number() }))),
});

const routine = z.object({
  oid: z.number(),
  schema: z.string(),
  name: z.string(),
  identity: z.string(),
  language: z.string(),
  source: z.string(),
  kind: z.enum(['function', 'procedure']),
  arguments: z.string(),
  result: z.nullable(z.string()),
  names: z.nullable(z.array(z.string())),
  modes: z.nullable(z.array(z.string())),
  inputs: z.number(),
  defaults: z.number(),
  strict: z.boolean(),
  path: z.nullable(z.string()),
  isTrigger: z.boolean(),
});

// Of these every table belongs to a platform or a tool.
const tools = [
  'cron',
  'net',
  'hdb_catalog',
  'vault',
  'pgsodium',
  'graphql',
  'graphql_public',
  'pgbouncer',
  'topology',
  'tiger',
];
// Supabase's own, where its function auth.uid() is; elsewhere an application may have schemas of these names.
const supabase = [
  'auth',
  'storage',
  'realtime',
  '_realtime',
  'extensions',
  'supabase_functions',
  'supabase_migrations',
];
const list = (names: readonly string[]) => names.map(name => `'${name}'`).join(', ');

// A body longer than this is no trigger that somebody wrote.
const longest = 200_000;

const isSystem = `n.nspname IN ('pg_catalog', 'information_schema') OR n.nspname ~ '^pg_(toast|temp)'`;

const triggerColumns = `'name', t.tgname, 'table', t.tgrelid::bigint, 'enabled', t.tgenabled IN ('O', 'A'), 'type', t.tgtype,
                 'updateOf', (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_attribute a WHERE cardinality(t.tgattr::int2[]) > 0 AND a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::int2[])),
                 'oldTable', t.tgoldtable, 'newTable', t.tgnewtable, 'function', t.tgfoid::bigint,
                 'definition', CASE WHEN t.tgqual IS NOT NULL OR t.tgnargs > 0 THEN pg_get_triggerdef(t.oid) END`;

// One statement: each name is looked up for all tables at once, because there may be thousands. A trigger for each row may stand on
// partitions instead of their table (then all partitions of that are read): `above` goes up from those, and `part` down again.
const text = `
WITH RECURSIVE rel AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relpages,
         has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
         row_security_active(c.oid) AS policies,
         n.nspname IN (${list(tools)}) OR pg_get_userbyid(c.relowner) ~ '^supabase_'
           OR (n.nspname IN (${list(supabase)}) AND EXISTS (
             SELECT FROM pg_proc p JOIN pg_namespace a ON a.oid = p.pronamespace WHERE a.nspname = 'auth' AND p.proname = 'uid')) AS "foreign"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND NOT (${isSystem})
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), cols AS MATERIALIZED (
  SELECT a.attrelid, json_agg(json_build_array(a.attname, format_type(a.atttypid, NULL), y.typcategory, a.attgenerated <> '', NOT (a.attnotnull OR y.typnotnull),
                              CASE WHEN y.typcategory = 'N' THEN pg_get_expr(d.adbin, d.adrelid) END,
                              CASE WHEN a.atttypid = 'numeric'::regtype AND a.atttypmod >= 4 THEN (((a.atttypmod - 4) & 2047) # 1024) - 1024 END) ORDER BY a.attnum) AS list
    FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (SELECT oid FROM rel) GROUP BY 1
), ind AS MATERIALIZED (
  SELECT i.indrelid, json_agg(u.names ORDER BY i.indisprimary DESC, i.indexrelid) FILTER (WHERE i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL) AS uniques,
         json_agg(u.names->>0) FILTER (WHERE i.indisvalid AND i.indpred IS NULL) AS firsts
    FROM pg_index i CROSS JOIN LATERAL (
      SELECT json_agg(a.attname ORDER BY k.place) AS names FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k (num, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num) u
   WHERE i.indrelid IN (SELECT oid FROM rel) AND u.names IS NOT NULL GROUP BY 1
), ref AS MATERIALIZED (
  SELECT k.conrelid, json_agg(json_build_object('columns', u.columns, 'table', k.confrelid::bigint, 'targets', u.targets) ORDER BY k.conname) AS list
    FROM pg_constraint k CROSS JOIN LATERAL (
      SELECT json_agg(a.attname ORDER BY p.place) AS columns, json_agg(f.attname ORDER BY p.place) AS targets
        FROM unnest(k.conkey, k.confkey) WITH ORDINALITY p (one, other, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.one
        JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = p.other) u
   WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid IN (SELECT oid FROM rel) GROUP BY 1
), above AS (
  SELECT t.tgrelid AS oid FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relispartition AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgtype & 1 = 1
  UNION SELECT i.inhparent FROM above JOIN pg_inherits i ON i.inhrelid = above.oid
), part AS (
  SELECT i.inhparent AS root, i.inhrelid AS oid FROM above JOIN rel ON rel.oid = above.oid JOIN pg_inherits i ON i.inhparent = above.oid
  UNION ALL SELECT part.root, i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid
)
SELECT (SELECT coalesce(json_agg(json_build_object('oid', rel.oid::bigint, 'schema', nspname, 'name', relname, 'kind', relkind, 'columns', cols.list,
                 'unique', ind.uniques, 'indexed', ind.firsts, 'references', ref.list,
                 'estimate', CASE WHEN reltuples = 0 AND relpages = 0 THEN -1 ELSE reltuples END, 'readable', readable, 'policies', policies, 'foreign', "foreign",
                 'inherited', EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = rel.oid)) ORDER BY nspname, relname), '[]')
          FROM rel JOIN cols ON cols.attrelid = rel.oid LEFT JOIN ind ON ind.indrelid = rel.oid LEFT JOIN ref ON ref.conrelid = rel.oid)::text AS tables,
       (SELECT coalesce(json_agg(json_build_object(${triggerColumns}) ORDER BY t.tgname), '[]')
          FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgrelid IN (SELECT oid FROM rel))::text AS triggers,
       (SELECT coalesce(json_agg(json_build_object('root', part.root::bigint, 'name', c.oid::regclass::text, 'isLeaf', c.relkind <> 'p', 'triggers', (
                 SELECT json_agg(json_build_object('oid', t.oid::bigint, 'parent', t.tgparentid::bigint, ${triggerColumns}) ORDER BY t.tgname)
                   FROM pg_trigger t WHERE t.tgrelid = c.oid AND (NOT t.tgisinternal OR t.tgparentid <> 0) AND t.tgtype & 1 = 1)) ORDER BY c.oid::regclass::text), '[]')
          FROM part JOIN pg_class c ON c.oid = part.oid)::text AS partitions,
       (SELECT coalesce(json_agg(json_build_object('oid', p.oid::bigint, 'schema', n.nspname, 'name', p.proname,
                 'identity', format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), 'language', l.lanname,
                 'source', CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END,
                 'kind', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, 'arguments', pg_get_function_arguments(p.oid),
                 'result', pg_get_function_result(p.oid), 'names', p.proargnames, 'modes', p.proargmodes::text[], 'inputs', p.pronargs, 'defaults', p.pronargdefaults, 'strict', p.proisstrict,
                 'path', (SELECT substr(s, 13) FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'), 'isTrigger', p.prorettype = 'trigger'::regtype)
                 ORDER BY n.nspname, p.proname), '[]')
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
         WHERE p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal') AND NOT (${isSystem}) AND octet_length(p.prosrc) < ${longest}
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))::text AS routines,
       (SELECT json_agg(word) FROM pg_get_keywords() WHERE catcode IN ('R', 'T', 'C'))::text AS reserved`;

/** Everything of the catalog that says what counts what, of every schema that this role can see; one statement. */
export async function readCatalog({ rows }: Reader): Promise<Catalog> {
  // The planner overestimates this query's cost; JIT compilation would take longer than running it.
  await rows('SET LOCAL jit = off');
  const [row] = (await rows(text)) as Record<string, string>[];
  const json = (name: string): unknown => JSON.parse(row?.[name] ?? '[]');
  const partitions = z
    .array(partition)
    .parse(json('partitions'))
    .map(each => ({ ...each, triggers: each.triggers ?? [] }));
  return {
    tables: z.array(table).parse(json('tables')).map(withLists),
    triggers: [...z.array(trigger).parse(json('triggers')), ...partitionTriggers(partitions)],
    routines: z
      .array(routine)
      .parse(json('routines'))
      .map(({ names, modes, inputs, path, ...rest }) => ({
        ...rest,
        argumentNames: inputNames(names ?? [], modes, inputs),
        path: path === null ? null : schemasOf(path),
      })),
    reserved: z.array(z.string()).parse(json('reserved')),
  };
}

function withLists({ unique, references, indexed, ...rest }: z.infer<typeof table>): CatalogTable {
  return {
    ...rest,
    unique: unique ?? [],
    references: references ?? [],
    indexed: (indexed ?? []).filter(each => each !== null),
  };
}

/** The names of a routine's input arguments, empty for one without a name. */
function inputNames(names: readonly string[], modes: readonly string[] | null, inputs: number): string[] {
  const given = modes ? names.filter((_, place) => ['i', 'b', 'v'].includes(modes[place] ?? '')) : names;
  return Array.from({ length: inputs }, (_, place) => given[place] ?? '');
}

/** The schemas of a search_path setting. */
function schemasOf(path: string): string[] {
  return (searchPathOf(path) ?? []).filter(name => name !== '' && !name.startsWith('pg_'));
}
