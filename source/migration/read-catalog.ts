import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { MigrationCatalog } from './catalog.ts';

const routine = z.object({
  name: z.string(),
  identity: z.string(),
  dropped: z.boolean(),
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
  enabled: z.enum(['O', 'A', 'R', 'D']),
  definition: z.string(),
  restore: z.array(z.string()),
});

const answer = z.object({
  columns: z.array(
    z.object({
      table: z.enum(['presets', 'preset_usage']),
      name: z.string(),
      type: z.string(),
      required: z.boolean(),
    }),
  ),
  triggers: z.array(trigger),
  routines: z.array(routine),
  dailyIndex: z.nullable(z.object({ definition: z.string(), constraint: z.boolean() })),
  noTables: z.array(z.string()),
  lacking: z.array(z.string()),
});

// What is dropped, and what counts as an older track_preset_usage(), is decided as in the migration itself. $1 is
// presets, $2 preset_usage. Aggregates are left out: pg_get_functiondef() refuses them.
const text = `WITH relations AS MATERIALIZED (
  SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relname, c.relkind, c.relowner, c.relforcerowsecurity
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN ($1::oid, $2::oid)
), counter AS MATERIALIZED (
  SELECT to_regprocedure('public.auto_increment_preset_usage_count()')::oid AS oid
), triggers AS MATERIALIZED (
  SELECT t.*, format('%I.%I', n.nspname, c.relname) AS relation, c.relowner,
         t.tgrelid = $2::oid AND t.tgname = 'trigger_auto_increment_preset_usage_count' AS ours
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT t.tgisinternal AND t.tgparentid = 0
     AND (t.tgfoid = (SELECT oid FROM counter)
          OR (t.tgrelid = $2::oid AND t.tgname = 'trigger_auto_increment_preset_usage_count'))
), routines AS MATERIALIZED (
  SELECT p.*, format('%I.%I(%s)', 'public', p.proname, oidvectortypes(p.proargtypes)) AS identity,
         CASE WHEN p.oid = (SELECT oid FROM counter) THEN p.prorettype <> 'trigger'::regtype
           ELSE p.prokind <> 'f' OR p.pronargdefaults > 1 OR pg_get_function_result(p.oid) IS DISTINCT FROM 'uuid'
             OR pg_get_function_identity_arguments(p.oid) <> 'p_preset_id uuid, p_usage_type text, p_usage_data jsonb' END AS dropped,
         (SELECT r.oid FROM relations r
           WHERE r.oid = CASE WHEN p.oid = (SELECT oid FROM counter) THEN $1::oid ELSE $2::oid END) AS home,
         coalesce(p.proacl, acldefault('f', p.proowner)) AS acl
    FROM pg_proc p
   WHERE p.prokind <> 'a' AND (p.oid = (SELECT oid FROM counter)
      OR (p.pronamespace = to_regnamespace('public') AND p.proname = 'track_preset_usage'
          AND oidvectortypes(p.proargtypes) ~ '^uuid, (text|character varying)(, jsonb?)?$'))
), daily AS MATERIALIZED (
  SELECT i.indexrelid AS oid FROM pg_index i WHERE i.indexrelid = to_regclass('public.idx_preset_usage_daily_unique')
)
SELECT
  (SELECT coalesce(json_agg(json_build_object('table', r.relname, 'name', a.attname,
            'type', coalesce(nullif(y.typbasetype, 0), y.oid)::regtype::text,
            'required', a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND y.typdefault IS NULL)), '[]')
     FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type y ON y.oid = a.atttypid
    WHERE a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
  (SELECT coalesce(json_agg(json_build_object('name', tgname, 'table', relation, 'ours', ours,
            'shaped', tgtype = 4 AND tgfoid = (SELECT oid FROM counter) AND tgnewtable = 'new_records' AND tgoldtable IS NULL
              AND tgqual IS NULL AND tgnargs = 0 AND tgconstraint = 0
              AND NOT EXISTS (SELECT FROM routines p WHERE p.oid = tgfoid AND p.dropped),
            'enabled', tgenabled, 'definition', pg_get_triggerdef(oid),
            'restore', array_remove(ARRAY[pg_get_triggerdef(oid),
              CASE tgenabled WHEN 'O' THEN NULL ELSE format('ALTER TABLE %s %s TRIGGER %I', relation,
                CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, tgname) END,
              (SELECT format('COMMENT ON TRIGGER %I ON %s IS %L', tgname, relation, d) FROM obj_description(oid, 'pg_trigger') d WHERE d IS NOT NULL)
            ], NULL)) ORDER BY ours DESC, relation, tgname), '[]') FROM triggers)::text AS triggers,
  (SELECT coalesce(json_agg(json_build_object('name', p.proname, 'identity', p.identity, 'dropped', p.dropped,
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
  (SELECT json_build_object('definition', pg_get_indexdef(d.oid),
            'constraint', EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = d.oid)) FROM daily d)::text AS "dailyIndex",
  (SELECT coalesce(json_agg(name), '[]') FROM relations WHERE relkind NOT IN ('r', 'p'))::text AS "noTables",
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

/** Reads what the migration would find in the schema public. */
export async function readMigrationCatalog(reader: Reader, tables: Tables): Promise<MigrationCatalog> {
  const [row] = (await reader.rows(text, [tables.presets.oid, tables.records.oid])) as Record<
    string,
    string | null
  >[];
  const read = (name: string): unknown => JSON.parse(row?.[name] ?? 'null');
  return answer.parse({
    columns: read('columns'),
    triggers: read('triggers'),
    routines: read('routines'),
    dailyIndex: read('dailyIndex'),
    noTables: read('noTables'),
    lacking: read('lacking'),
  });
}
