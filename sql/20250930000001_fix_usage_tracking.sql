-- Makes every record in preset_usage count exactly once in presets.usage_count, no matter who inserts it.
--
--   psql -v ON_ERROR_STOP=1 -f sql/20250930000001_fix_usage_tracking.sql "$DATABASE_URL"
--
-- Run it as the owner of both tables or as a superuser. It is one transaction, safe to repeat and under live traffic, for
-- PostgreSQL 13 to 18. If it cannot get a lock, it fails and changes nothing; then run it again.
-- Inserts into preset_usage wait while it counts the records. Readers only wait if it has to drop an index or a trigger.
-- Your own triggers on presets fire for the counts it corrects.

-- At REPEATABLE READ it would count with a snapshot older than its lock, and miss the uses between the two.
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;

-- New inserts queue behind a waiting lock, so this is short. Longer than deadlock_timeout (1 s), when autovacuum gives way.
SET LOCAL lock_timeout = '2s';
-- A policy that hides records from this role would make it count too few, and store that. An error is better.
SET LOCAL row_security = off;
-- Anyone who may create a function in a schema of this role's search_path could have it called instead of PostgreSQL's own,
-- with this role's rights. Statements that fire triggers get the role's own path back, and qualify every name.
DO $$
BEGIN
  PERFORM pg_catalog.set_config('preset_usage.path', pg_catalog.current_setting('search_path'), true);
END
$$;
SET LOCAL search_path = pg_catalog, pg_temp;

DO $$
DECLARE
  counter regprocedure := to_regprocedure('public.auto_increment_preset_usage_count()');
  -- What is in the way. The daily index made the second use of a preset in a day fail. Another trigger that runs the
  -- function counts a use twice today and, as only ours has a transition table, would make every insert fail tomorrow.
  -- A trigger of our name is replaced in place, except before PostgreSQL 14, where it is a constraint trigger, and where
  -- partitions have copies of it: those would stay.
  drops text[] := array(
    SELECT 'DROP INDEX IF EXISTS public.idx_preset_usage_daily_unique'
     WHERE to_regclass('public.idx_preset_usage_daily_unique') IS NOT NULL
    UNION ALL
    SELECT format('DROP TRIGGER IF EXISTS %I ON %s', t.tgname, t.tgrelid::regclass)
      FROM pg_catalog.pg_trigger t
     WHERE NOT t.tgisinternal AND t.tgparentid = 0
       AND CASE
             WHEN t.tgrelid = 'public.preset_usage'::regclass AND t.tgname = 'trigger_auto_increment_preset_usage_count'
               THEN current_setting('server_version_num')::integer < 140000 OR t.tgconstraint <> 0
                 OR EXISTS (SELECT FROM pg_catalog.pg_trigger copy WHERE copy.tgparentid = t.oid)
             ELSE t.tgfoid = counter
           END
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s', p.oid::regprocedure)
      FROM pg_catalog.pg_proc p WHERE p.oid = counter AND p.prorettype <> 'trigger'::regtype
  );
  statement text;
BEGIN
  -- No use may be made between the old trigger and the new one, nor while records are counted. Dropping takes the lock
  -- that stops readers too. It must be the first one: asked for later, while others wait for us, it deadlocks with
  -- every transaction that has read preset_usage and is about to insert.
  IF cardinality(drops) > 0 THEN
    LOCK TABLE public.preset_usage IN ACCESS EXCLUSIVE MODE;
  ELSE
    LOCK TABLE public.preset_usage IN SHARE ROW EXCLUSIVE MODE;
  END IF;
  -- From here on others wait for us. Below deadlock_timeout, so that we give up before the application has to.
  SET LOCAL lock_timeout = '250ms';

  -- Function bodies are not checked before they run: without one of these columns every insert would fail from now on.
  PERFORM id, usage_count, last_used_at FROM public.presets LIMIT 0;
  PERFORM id, preset_id, user_id, usage_type, usage_data, created_at FROM public.preset_usage LIMIT 0;

  FOREACH statement IN ARRAY drops LOOP
    RAISE NOTICE '%', statement;
    PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('preset_usage.path'), true);
    EXECUTE statement;
    SET LOCAL search_path = pg_catalog, pg_temp;
  END LOOP;
  PERFORM set_config('search_path', current_setting('preset_usage.path'), true);
END
$$;

-- SECURITY DEFINER, because who may record a use need not be allowed to change presets, and row-level security on
-- presets must not hide the counter. public is in the path for the sake of triggers on presets that rely on it. So every
-- name in the body is qualified, operators as well: public.+(numeric, bigint) would be a better match than a built-in one.
CREATE OR REPLACE FUNCTION public.auto_increment_preset_usage_count() RETURNS pg_catalog.trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
<<added>>
DECLARE
  preset public.preset_usage.preset_id%TYPE;
  -- In the type of the count, so that the two are added as they are.
  uses public.presets.usage_count%TYPE := 1;
  used_at public.preset_usage.created_at%TYPE;
BEGIN
  -- Nearly every insert is a single use: it must not pay for grouping. Asking for the one record and catching the answer
  -- that there are more is the cheapest way to tell, 2 to 6 % of a use over a connection. One statement that joins with
  -- the new records is worse than slow: planned for a bulk insert and kept, it reads all of presets for a single use.
  BEGIN
    SELECT r.preset_id, r.created_at INTO STRICT added.preset, added.used_at FROM new_records r;
  EXCEPTION
    WHEN no_data_found THEN
      RETURN NULL;
    WHEN too_many_rows THEN
      -- One update for a preset, however many records: a row trigger walks every version its own transaction left, up to
      -- a quarter of an hour for 200,000 records. In key order: two bulk inserts in opposite ones deadlock.
      FOR added.preset, added.uses, added.used_at IN
        SELECT r.preset_id, pg_catalog.count(*), pg_catalog.max(r.created_at) FROM new_records r GROUP BY r.preset_id ORDER BY r.preset_id
      LOOP
        UPDATE public.presets p
           SET usage_count = coalesce(p.usage_count, 0) OPERATOR(pg_catalog.+) added.uses,
               last_used_at = greatest(p.last_used_at, least(added.used_at, pg_catalog.clock_timestamp()))
         WHERE p.id OPERATOR(pg_catalog.=) added.preset;
      END LOOP;
      RETURN NULL;
  END;

  -- last_used_at is the record's own time, so that an import of old records does not look like uses of today. It does
  -- not go back, and not ahead of the clock: a time in the future would hold it there.
  UPDATE public.presets p
     SET usage_count = coalesce(p.usage_count, 0) OPERATOR(pg_catalog.+) added.uses,
         last_used_at = greatest(p.last_used_at, least(added.used_at, pg_catalog.clock_timestamp()))
   WHERE p.id OPERATOR(pg_catalog.=) added.preset;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION public.auto_increment_preset_usage_count() IS
  'Adds the new records of a statement to usage_count and last_used_at of their presets.';

-- A trigger needs nobody's EXECUTE to fire.
REVOKE ALL ON FUNCTION public.auto_increment_preset_usage_count() FROM PUBLIC;

-- AFTER, because BEFORE counts what ON CONFLICT DO NOTHING then does not store.
DO $$
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE %s TRIGGER trigger_auto_increment_preset_usage_count
       AFTER INSERT ON public.preset_usage REFERENCING NEW TABLE AS new_records
       FOR EACH STATEMENT EXECUTE FUNCTION public.auto_increment_preset_usage_count()',
    CASE WHEN pg_catalog.current_setting('server_version_num')::integer OPERATOR(pg_catalog.>=) 140000 THEN 'OR REPLACE' END);
END
$$;

COMMENT ON TRIGGER trigger_auto_increment_preset_usage_count ON public.preset_usage IS
  'The only writer of presets.usage_count and last_used_at: code that sets them as well counts a use twice.';

-- Records stand still under our lock, so their number is what the count has to be. Rows that are right are not written:
-- no bloat, no triggers for nothing. A NULL counts as 0.
UPDATE public.presets p
   SET usage_count = wrong.records
  FROM (SELECT q.id, coalesce(r.records, 0) AS records
          FROM public.presets q
          LEFT JOIN (SELECT preset_id, pg_catalog.count(*) AS records FROM public.preset_usage GROUP BY preset_id) r
            ON r.preset_id OPERATOR(pg_catalog.=) q.id
         WHERE coalesce(q.usage_count, 0) OPERATOR(pg_catalog.<>) coalesce(r.records, 0)
         ORDER BY q.id
           FOR NO KEY UPDATE OF q) wrong
 WHERE p.id OPERATOR(pg_catalog.=) wrong.id;

-- An older track_preset_usage() that answers the same calls, but returns something else or names its parameters
-- otherwise, cannot be replaced, and dropping it loses who may call it. They still may afterwards. Where there is none
-- yet, those may who may insert records themselves; not PUBLIC, because the function runs with its owner's rights.
DO $$
DECLARE
  callers pg_catalog.text;
  statement pg_catalog.text;
  outdated pg_catalog.regprocedure[];
  old pg_catalog.regprocedure;
BEGIN
  SET LOCAL search_path = pg_catalog, pg_temp;
  WITH same_calls AS (
    SELECT p.oid::regprocedure AS routine, coalesce(p.proacl, acldefault('f', p.proowner)) AS acl,
           p.prokind <> 'f' OR p.pronargdefaults > 1 OR pg_get_function_result(p.oid) <> 'uuid'
             OR pg_get_function_identity_arguments(p.oid) <> 'p_preset_id uuid, p_usage_type text, p_usage_data jsonb' AS outdated
      FROM pg_catalog.pg_proc p
     WHERE p.pronamespace = 'public'::regnamespace AND p.proname = 'track_preset_usage'
       AND oidvectortypes(p.proargtypes) ~ '^uuid, (text|character varying)(, jsonb?)?$'
  ), grants AS (
    SELECT a.grantee FROM same_calls, aclexplode(acl) a
    UNION
    SELECT a.grantee FROM pg_catalog.pg_class c, aclexplode(c.relacl) a
     WHERE c.oid = 'public.preset_usage'::regclass AND a.privilege_type = 'INSERT' AND NOT EXISTS (SELECT FROM same_calls)
  )
  SELECT (SELECT array_agg(s.routine) FROM same_calls s WHERE s.outdated),
         (SELECT string_agg(CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, ', ') FROM grants g)
    INTO outdated, callers;
  PERFORM set_config('preset_usage.callers', coalesce(callers, ''), true);

  FOREACH old IN ARRAY coalesce(outdated, '{}') LOOP
    RAISE NOTICE 'DROP ROUTINE %', old;
    -- Named before the role's own path is back: a name that is on it would come without its schema.
    statement := format('DROP ROUTINE %s', old);
    PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('preset_usage.path'), true);
    EXECUTE statement;
    SET LOCAL search_path = pg_catalog, pg_temp;
  END LOOP;
  PERFORM set_config('search_path', current_setting('preset_usage.path'), true);
END
$$;

-- Records a use of a preset and returns the record's id. Counting is the trigger's business.
CREATE OR REPLACE FUNCTION public.track_preset_usage(
  p_preset_id pg_catalog.uuid, p_usage_type pg_catalog.text, p_usage_data pg_catalog.jsonb DEFAULT '{}'
)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  -- What auth.uid() reads on Supabase. The setting is missing or empty where no request came through its API.
  claims pg_catalog.text := pg_catalog.current_setting('request.jwt.claims', true);
  subject pg_catalog.text := CASE WHEN claims OPERATOR(pg_catalog.<>) '' THEN claims::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 'sub' END;
  record_id pg_catalog.uuid;
BEGIN
  INSERT INTO public.preset_usage AS u (preset_id, user_id, usage_type, usage_data)
  VALUES (
    p_preset_id,
    -- Other issuers' subjects need not be uuids. A use by someone unknown is still a use.
    CASE WHEN subject OPERATOR(pg_catalog.~*) '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN subject::pg_catalog.uuid END,
    p_usage_type,
    coalesce(p_usage_data, '{}')
  )
  RETURNING u.id INTO record_id;
  RETURN record_id;
END
$$;

COMMENT ON FUNCTION public.track_preset_usage(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) IS
  'Records a use of a preset by the user of the request''s JWT, if there is one, and returns the id of the record.';

DO $$
DECLARE
  handover pg_catalog.text;
BEGIN
  REVOKE ALL ON FUNCTION public.track_preset_usage(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
  IF pg_catalog.current_setting('preset_usage.callers') OPERATOR(pg_catalog.<>) '' THEN
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION public.track_preset_usage(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) TO %s',
      pg_catalog.current_setting('preset_usage.callers'));
  END IF;

  -- Triggers of a table fire with the rights of the function that writes to it. A superuser's function would lend them
  -- to whoever owns the table. Not where row-level security is forced on owners: it would hide the counter from them. There
  -- a function that somebody else had made before, who may change what it does at any time, becomes this role's own.
  IF pg_catalog.current_setting('is_superuser')::boolean THEN
    FOR handover IN
      SELECT pg_catalog.format('ALTER FUNCTION %s OWNER TO %s', f.routine,
               CASE WHEN c.relforcerowsecurity THEN pg_catalog.quote_ident(current_user) ELSE c.relowner::pg_catalog.regrole::pg_catalog.text END)
        FROM (VALUES ('public.presets'::pg_catalog.regclass, 'public.auto_increment_preset_usage_count()'::pg_catalog.regprocedure),
                     ('public.preset_usage', 'public.track_preset_usage(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb)')) f (relation, routine)
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) f.relation
        JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) f.routine
        JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) p.proowner
       WHERE NOT c.relforcerowsecurity OR NOT (o.rolbypassrls OR pg_catalog.pg_has_role(o.oid, c.relowner, 'MEMBER'))
    LOOP
      EXECUTE handover;
    END LOOP;
  END IF;
END
$$;

-- PostgREST keeps signatures in a cache: without this it may go on calling the function that is gone.
NOTIFY pgrst, 'reload schema';

COMMIT;
