import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import { presetNames as names } from '../counter/definition/preset-names.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import {
  countingFunction,
  dailyIndex,
  trackName,
  trackParameters,
  trackTypes,
  triggerName,
} from '../trigger/expected-names.ts';
import type { MigrationCatalog } from './catalog.ts';

const routine = z.object({
  name: z.string(),
  identity: z.string(),
  dropped: z.boolean(),
  signature: z.object({
    kind: z.enum(['function', 'procedure']),
    names: z.array(z.string()),
    types: z.array(z.string()),
    defaults: z.number(),
    result: z.nullable(z.string()),
  }),
  source: z.string(),
  language: z.string(),
  definer: z.boolean(),
  settings: z.array(z.string()),
  plain: z.boolean(),
  default: z.nullable(z.string()),
  publicMay: z.boolean(),
  owner: z.string(),
  handover: z.nullable(z.string()),
  restore: z.array(z.string()),
});

const trigger = z.object({
  name: z.string(),
  table: z.string(),
  ours: z.boolean(),
  shaped: z.boolean(),
  inserts: z.boolean(),
  more: z.boolean(),
  comment: z.nullable(z.string()),
  enabled: z.enum(['O', 'A', 'R', 'D']),
  definition: z.string(),
  restore: z.array(z.string()),
});

const answer = z.object({
  triggers: z.array(trigger),
  routines: z.array(routine),
  dailyIndex: z.nullable(z.string()),
  lacking: z.array(z.string()),
});

// What is dropped, and what counts as an older function for a use, is decided as in the migration itself. $1 are the
// rows, $2 the records, $3 whether the trigger is to fire once per record. Aggregates are left out: pg_get_functiondef() refuses them.
const text = `WITH RECURSIVE heirs AS (
  SELECT inhrelid AS oid FROM pg_inherits WHERE inhparent = $2::oid
  UNION SELECT i.inhrelid FROM heirs h JOIN pg_inherits i ON i.inhparent = h.oid
), relations AS MATERIALIZED (
  SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relname, c.relkind, c.relowner, c.relforcerowsecurity
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN ($1::oid, $2::oid)
), counter AS MATERIALIZED (
  SELECT to_regprocedure('${countingFunction}')::oid AS oid
), triggers AS MATERIALIZED (
  SELECT t.*, format('%I.%I', n.nspname, c.relname) AS relation, c.relowner,
         t.tgrelid = $2::oid AND t.tgname = '${triggerName}' AS ours
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT t.tgisinternal AND t.tgparentid = 0
     AND ((t.tgfoid = (SELECT oid FROM counter) AND NOT (t.tgtype = 5 AND NOT c.relispartition AND t.tgrelid IN (SELECT oid FROM heirs)))
          OR (t.tgrelid = $2::oid AND t.tgname = '${triggerName}'))
), routines AS MATERIALIZED (
  SELECT p.*, format('%I.%I(%s)', 'public', p.proname, oidvectortypes(p.proargtypes)) AS identity,
         CASE WHEN p.oid = (SELECT oid FROM counter) THEN p.prorettype <> 'trigger'::regtype
           ELSE p.prokind <> 'f' OR p.pronargdefaults > 1 OR pg_get_function_result(p.oid) IS DISTINCT FROM 'uuid'
             OR pg_get_function_identity_arguments(p.oid) <> '${trackParameters.map(({ name, type }) => `${name} ${type}`).join(', ')}' END AS dropped,
         (SELECT r.oid FROM relations r
           WHERE r.oid = CASE WHEN p.oid = (SELECT oid FROM counter) THEN $1::oid ELSE $2::oid END) AS home,
         coalesce(p.proacl, acldefault('f', p.proowner)) AS acl
    FROM pg_proc p
   WHERE p.prokind <> 'a' AND (p.oid = (SELECT oid FROM counter)
      OR (p.pronamespace = to_regnamespace('public') AND p.proname = '${trackName}'
          AND oidvectortypes(p.proargtypes) ~ '${trackTypes}'))
)
SELECT
  (SELECT coalesce(json_agg(json_build_object('name', tgname, 'table', relation, 'ours', ours,
            'inserts', tgtype & 4 <> 0, 'more', tgtype & 56 <> 0,
            'comment', (SELECT format('COMMENT ON TRIGGER %I ON %s IS %L', tgname, relation, d) FROM obj_description(oid, 'pg_trigger') d
              WHERE d IS NULL OR d NOT LIKE 'The only writer of ${names.rows}.${names.count} and ${names.touched}:%'),
            'shaped', tgtype = CASE WHEN $3::boolean THEN 5 ELSE 4 END AND tgfoid = (SELECT oid FROM counter)
              AND tgnewtable IS NOT DISTINCT FROM CASE WHEN NOT $3::boolean THEN 'new_records' END AND tgoldtable IS NULL
              AND tgqual IS NULL AND tgnargs = 0 AND tgconstraint = 0
              AND NOT EXISTS (SELECT FROM routines p WHERE p.oid = tgfoid AND p.dropped),
            'enabled', tgenabled, 'definition', pg_get_triggerdef(oid),
            'restore', array_remove(ARRAY[pg_get_triggerdef(oid),
              CASE tgenabled WHEN 'O' THEN NULL ELSE format('ALTER TABLE %s %s TRIGGER %I', relation,
                CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, tgname) END,
              (SELECT format('COMMENT ON TRIGGER %I ON %s IS %L', tgname, relation, d) FROM obj_description(oid, 'pg_trigger') d WHERE d IS NOT NULL)
            ], NULL)) ORDER BY ours DESC, relation, tgname), '[]') FROM triggers)::text AS triggers,
  (SELECT coalesce(json_agg(json_build_object('name', p.proname, 'identity', p.identity, 'dropped', p.dropped,
            'signature', json_build_object('kind', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, 'names', coalesce(p.proargnames[1:p.pronargs], '{}'),
              'types', string_to_array(oidvectortypes(p.proargtypes), ', '), 'defaults', p.pronargdefaults, 'result', pg_get_function_result(p.oid)),
            'source', p.prosrc, 'language', l.lanname, 'definer', p.prosecdef, 'settings', coalesce(p.proconfig, '{}'),
            'plain', p.provolatile = 'v' AND NOT p.proisstrict AND NOT p.proleakproof AND p.proparallel = 'u' AND p.procost = 100,
            'default', pg_get_expr(p.proargdefaults, 0),
            'publicMay', EXISTS (SELECT FROM aclexplode(p.acl) x WHERE x.grantee = 0),
            'owner', pg_get_userbyid(p.proowner),
            'handover', (SELECT pg_get_userbyid(r.relowner) FROM relations r WHERE r.oid = p.home AND r.relowner <> p.proowner
                           AND NOT r.relforcerowsecurity AND current_setting('is_superuser')::boolean),
            'restore', array_remove(ARRAY[pg_get_functiondef(p.oid),
              format('ALTER ROUTINE %s OWNER TO %I', p.identity, pg_get_userbyid(p.proowner)),
              format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', p.identity),
              (SELECT format('GRANT EXECUTE ON ROUTINE %s TO %s', p.identity, string_agg(
                        CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, ', ' ORDER BY x.grantee))
                 FROM aclexplode(p.acl) x HAVING count(*) > 0),
              format('COMMENT ON ROUTINE %s IS %L', p.identity, obj_description(p.oid, 'pg_proc'))
            ], NULL)) ORDER BY p.identity), '[]')
     FROM routines p JOIN pg_language l ON l.oid = p.prolang)::text AS routines,
  (SELECT to_json(pg_get_indexdef(to_regclass('${dailyIndex}'))))::text AS "dailyIndex",
  (SELECT coalesce(json_agg(why), '[]') FROM (
     SELECT format('does not own %s', name) AS why FROM (
       SELECT name, relowner AS owner FROM relations
       UNION SELECT relation, relowner FROM triggers WHERE NOT ours
       UNION SELECT identity, proowner FROM routines
     ) o WHERE NOT pg_has_role(owner, 'USAGE')
     UNION ALL SELECT 'may not create functions in the schema public'
      WHERE NOT has_schema_privilege(to_regnamespace('public'), 'CREATE')
     UNION ALL SELECT format('is subject to row-level security on %s', name) FROM relations WHERE row_security_active(oid)
   ) missing)::text AS lacking`;

/** Reads what the migration would find in the schema public, and how it compares with a trigger that fires `byRow` or not. */
export async function readMigrationCatalog(
  reader: Reader,
  tables: Tables,
  byRow: boolean,
): Promise<MigrationCatalog> {
  const [row] = (await reader.rows(text, [tables.presets.oid, tables.records.oid, byRow])) as Record<
    string,
    string | null
  >[];
  const read = (name: string): unknown => JSON.parse(row?.[name] ?? 'null');
  return answer.parse({
    triggers: read('triggers'),
    routines: read('routines'),
    dailyIndex: read('dailyIndex'),
    lacking: read('lacking'),
  });
}
