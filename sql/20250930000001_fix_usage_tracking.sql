-- Makes every record in preset_usage count exactly once in presets.usage_count, no matter who inserts it.
--
--   psql -v ON_ERROR_STOP=1 -f sql/20250930000001_fix_usage_tracking.sql "$DATABASE_URL"
--
-- Run it as the owner of both tables or as a superuser. It is one transaction, safe to repeat and under live traffic, for
-- PostgreSQL 13 to 18. If it cannot get a lock, it fails and changes nothing; then run it again.
-- Inserts into preset_usage wait while it counts the records. Readers only wait if it has to drop an index or a trigger.
-- Your own triggers on presets fire for the counts it corrects.
--
-- The trigger fires once per statement, or once per record where only that counts every use: on a partitioned table, and where a
-- subscription brings the records. A counting trigger that also fires for deleted or changed records, or waits for presets that
-- come later, stays as it is, and so does its function. track_preset_usage() is left out where it does not fit the table; a notice says why.

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

-- A counting trigger that also subtracts for deleted records or follows moved ones stays: replaced by ours, which only adds, its
-- counts would drift. So does a deferred one, where a record may come before its preset. On a partitioned table the trigger fires once per record, because a statement that names a partition does
-- not fire what fires once per statement of the whole. So it does where a subscription brings the records and not the counts: its
-- worker fires triggers that are ENABLE ALWAYS or REPLICA, once per record, and never those that fire once per statement.
DO $$
DECLARE
  planned record;
BEGIN
  SELECT * INTO planned FROM (
  WITH counters AS (
    SELECT t.tgtype, t.tgenabled, t.tgdeferrable, t.tgoldtable, p.prosrc FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
     WHERE t.tgrelid = to_regclass('public.preset_usage') AND NOT t.tgisinternal AND t.tgparentid = 0
       AND (t.tgfoid = to_regprocedure('public.auto_increment_preset_usage_count()') OR t.tgname = 'trigger_auto_increment_preset_usage_count')
  ), subscribed AS (
    -- A subscription brings the records, and not the counts.
    SELECT bool_or(part.records) AND NOT bool_or(NOT part.records) AS alone
      FROM (SELECT true AS records, to_regclass('public.preset_usage')::oid AS oid
            UNION ALL SELECT true, relid FROM pg_catalog.pg_partition_tree(to_regclass('public.preset_usage'))
            UNION ALL SELECT false, to_regclass('public.presets')
            UNION ALL SELECT false, relid FROM pg_catalog.pg_partition_tree(to_regclass('public.presets'))) part
      JOIN pg_catalog.pg_subscription_rel s ON s.srrelid = part.oid
  )
  SELECT (SELECT CASE WHEN bool_or(c.follows) THEN 'events' WHEN bool_or(c.waits) THEN 'deferred' END FROM (
           -- The words decide only where they are code. A deferred trigger also counts a record that comes before its preset.
           SELECT tgtype & 56 <> 0 AND (tgoldtable IS NOT NULL
                    OR regexp_replace(prosrc, '--[^\n]*|/\*([^*]|\*+[^*/])*\*+/|''([^'']|'''')*''', ' ', 'g') ~* '\m(tg_op|old)\M') AS follows,
                  tgdeferrable AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND NOT k.condeferrable
                    AND k.conrelid = to_regclass('public.preset_usage') AND k.confrelid = to_regclass('public.presets')) AS waits
             FROM counters) c) AS kept,
         coalesce(alone, false) OR EXISTS (SELECT FROM counters WHERE tgenabled IN ('A', 'R')) AS always,
         coalesce(alone, false) OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = to_regclass('public.preset_usage') AND c.relkind = 'p')
           OR EXISTS (SELECT FROM counters WHERE tgenabled IN ('A', 'R') AND tgtype & 1 <> 0) AS by_row,
         coalesce(alone, false) AS alone
    FROM subscribed
  ) fit;
  PERFORM set_config('preset_usage.counter', CASE WHEN planned.kept IS NOT NULL THEN 'kept' WHEN planned.by_row THEN 'row' ELSE 'statement' END, true);
  PERFORM set_config('preset_usage.always', planned.always::text, true);
END
$$;

DO $$
DECLARE
  records regclass := 'public.preset_usage';
  counter regprocedure := to_regprocedure('public.auto_increment_preset_usage_count()');
  -- What is in the way. The daily index made the second use of a preset in a day fail. Another trigger that runs the
  -- function counts a use twice; on a table that inherits from this one, it is the only one that counts.
  -- A trigger of our name is replaced in place, except before PostgreSQL 14, where it is a constraint trigger, and where
  -- partitions have copies of it: those would stay.
  drops text[] := array(
    SELECT 'DROP INDEX IF EXISTS public.idx_preset_usage_daily_unique'
     WHERE to_regclass('public.idx_preset_usage_daily_unique') IS NOT NULL
    UNION ALL
    SELECT format('DROP TRIGGER IF EXISTS %I ON %s', t.tgname, t.tgrelid::regclass)
      FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
     WHERE current_setting('preset_usage.counter') <> 'kept' AND NOT t.tgisinternal AND t.tgparentid = 0
       AND CASE
             WHEN t.tgrelid = records AND t.tgname = 'trigger_auto_increment_preset_usage_count'
               THEN current_setting('server_version_num')::integer < 140000 OR t.tgconstraint <> 0
                 OR EXISTS (SELECT FROM pg_catalog.pg_trigger copy WHERE copy.tgparentid = t.oid)
             WHEN t.tgtype = 5 AND NOT c.relispartition AND EXISTS (
               WITH RECURSIVE parents (oid) AS (
                 SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = t.tgrelid
                 UNION SELECT i.inhparent FROM parents p JOIN pg_catalog.pg_inherits i ON i.inhrelid = p.oid)
               SELECT FROM parents p WHERE p.oid = records) THEN false
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
  PERFORM preset_id, created_at FROM public.preset_usage LIMIT 0;

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
DO $counter$
DECLARE
  by_row pg_catalog.bool := pg_catalog.current_setting('preset_usage.counter') OPERATOR(pg_catalog.=) 'row';
  enable pg_catalog.text := CASE WHEN pg_catalog.current_setting('preset_usage.always')::pg_catalog.bool THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END;
  relation pg_catalog.regclass;
BEGIN
  IF pg_catalog.current_setting('preset_usage.counter') OPERATOR(pg_catalog.=) 'kept' THEN
    RAISE NOTICE 'the counting trigger and its function stay: the one that this script installs would lose what they count';
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
       WHERE t.tgrelid OPERATOR(pg_catalog.=) 'public.preset_usage'::pg_catalog.regclass AND NOT t.tgisinternal
         AND t.tgtype OPERATOR(pg_catalog.&) 4 OPERATOR(pg_catalog.<>) 0
         AND (t.tgname OPERATOR(pg_catalog.=) 'trigger_auto_increment_preset_usage_count'
              OR t.tgfoid OPERATOR(pg_catalog.=) pg_catalog.to_regprocedure('public.auto_increment_preset_usage_count()')))
    THEN
      CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
        FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();
    END IF;
    FOR relation IN
      SELECT t.tgrelid FROM pg_catalog.pg_trigger t
       WHERE t.tgname OPERATOR(pg_catalog.=) 'trigger_auto_increment_preset_usage_count'
         AND (t.tgrelid OPERATOR(pg_catalog.=) 'public.preset_usage'::pg_catalog.regclass
              OR (t.tgparentid OPERATOR(pg_catalog.<>) 0
                  AND t.tgrelid IN (SELECT p.relid FROM pg_catalog.pg_partition_tree('public.preset_usage') p)))
         AND t.tgenabled OPERATOR(pg_catalog.<>) CASE enable WHEN 'ENABLE' THEN 'O' ELSE 'A' END::pg_catalog."char"
    LOOP
      EXECUTE pg_catalog.format('ALTER TABLE %s %s TRIGGER trigger_auto_increment_preset_usage_count', relation, enable);
    END LOOP;
    RETURN;
  END IF;

  EXECUTE $create$
CREATE OR REPLACE FUNCTION public.auto_increment_preset_usage_count() RETURNS pg_catalog.trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
<<added>>
DECLARE
  preset public.preset_usage.preset_id%TYPE;
  -- In the type of the count, so that the two are added as they are.
  uses public.presets.usage_count%TYPE := 1;
  used_at public.preset_usage.created_at%TYPE;
BEGIN
  -- Fired once per record: see the trigger.
  IF TG_LEVEL OPERATOR(pg_catalog.=) 'ROW' THEN
    UPDATE public.presets p
       SET usage_count = coalesce(p.usage_count, 0) OPERATOR(pg_catalog.+) 1,
           last_used_at = greatest(p.last_used_at, least(NEW.created_at, pg_catalog.clock_timestamp()))
     WHERE p.id OPERATOR(pg_catalog.=) NEW.preset_id;
    RETURN NULL;
  END IF;

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
$$
$create$;

  COMMENT ON FUNCTION public.auto_increment_preset_usage_count() IS
    'Adds the new records of a statement to usage_count and last_used_at of their presets.';

  -- A trigger needs nobody's EXECUTE to fire.
  REVOKE ALL ON FUNCTION public.auto_increment_preset_usage_count() FROM PUBLIC;

  -- Before PostgreSQL 14 a trigger cannot be replaced, and another run may have created it while this one waited.
  IF pg_catalog.current_setting('server_version_num')::integer OPERATOR(pg_catalog.<) 140000 AND EXISTS (
    SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid OPERATOR(pg_catalog.=) 'public.preset_usage'::pg_catalog.regclass
       AND t.tgname OPERATOR(pg_catalog.=) 'trigger_auto_increment_preset_usage_count') THEN
    DROP TRIGGER trigger_auto_increment_preset_usage_count ON public.preset_usage;
  END IF;
  -- AFTER, because BEFORE counts what ON CONFLICT DO NOTHING then does not store.
  EXECUTE pg_catalog.format(
    'CREATE %s TRIGGER trigger_auto_increment_preset_usage_count
       AFTER INSERT ON public.preset_usage %s FOR EACH %s EXECUTE FUNCTION public.auto_increment_preset_usage_count()',
    CASE WHEN pg_catalog.current_setting('server_version_num')::integer OPERATOR(pg_catalog.>=) 140000 THEN 'OR REPLACE' END,
    CASE WHEN NOT by_row THEN 'REFERENCING NEW TABLE AS new_records' END,
    CASE WHEN by_row THEN 'ROW' ELSE 'STATEMENT' END);
  -- Not every version changes the copies in partitions with their original.
  FOR relation IN
    SELECT t.tgrelid FROM pg_catalog.pg_trigger t
     WHERE enable OPERATOR(pg_catalog.=) 'ENABLE ALWAYS' AND NOT t.tgisinternal AND t.tgname OPERATOR(pg_catalog.=) 'trigger_auto_increment_preset_usage_count'
       AND t.tgfoid OPERATOR(pg_catalog.=) 'public.auto_increment_preset_usage_count()'::pg_catalog.regprocedure
       AND (t.tgrelid OPERATOR(pg_catalog.=) 'public.preset_usage'::pg_catalog.regclass OR t.tgparentid OPERATOR(pg_catalog.<>) 0)
  LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER trigger_auto_increment_preset_usage_count', relation);
  END LOOP;

  COMMENT ON TRIGGER trigger_auto_increment_preset_usage_count ON public.preset_usage IS
    'The only writer of presets.usage_count and last_used_at: code that sets them as well counts a use twice.';
END
$counter$;

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
--
-- The user of a record may be another id than the subject of the token that a request comes with: the function finds it through
-- the foreign key. Where the function could store no record, it is left out: the trigger counts without it.
DO $$
DECLARE
  planned pg_catalog.record;
  callers pg_catalog.text;
  statement pg_catalog.text;
  outdated pg_catalog.regprocedure[];
  old pg_catalog.regprocedure;
BEGIN
  SET LOCAL search_path = pg_catalog, pg_temp;
  SELECT * INTO planned FROM (
  WITH accounts AS (
    -- Not to_regclass(), which is an error for a role that may not use the schema.
    SELECT (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'auth' AND c.relname = 'users') AS oid
  ), own AS (
    SELECT a.attnum, a.attname::text AS name, coalesce(nullif(y.typbasetype, 0), y.oid)::regtype::text AS type, a.attnotnull OR y.typnotnull AS filled,
           (a.attnotnull OR y.typnotnull) AND NOT a.atthasdef AND a.attidentity = '' AND y.typdefault IS NULL AS required
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
     WHERE a.attrelid = to_regclass('public.preset_usage') AND a.attnum > 0 AND NOT a.attisdropped
  ), target AS (
    -- The table that the users of the records are in.
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, k.confkey[1] AS key, cardinality(k.conkey) AS width, u.filled,
           c.oid = (SELECT oid FROM accounts) AS accounts, o.rolname AS reader,
           has_schema_privilege(o.oid, n.oid, 'USAGE') AND has_table_privilege(o.oid, c.oid, 'SELECT')
             AND (NOT c.relrowsecurity OR o.rolsuper OR o.rolbypassrls OR (pg_has_role(o.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity)) AS readable
      FROM own u JOIN pg_catalog.pg_constraint k ON k.conrelid = to_regclass('public.preset_usage') AND k.contype = 'f' AND u.attnum = ANY (k.conkey)
      JOIN pg_catalog.pg_class c ON c.oid = k.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_class r ON r.oid = k.conrelid JOIN pg_catalog.pg_roles o ON o.oid = r.relowner
     WHERE u.name = 'user_id' ORDER BY c.oid = (SELECT oid FROM accounts) DESC NULLS LAST, k.oid LIMIT 1
  ), candidates AS (
    -- Its columns that may hold the subject of a token: those that refer to the accounts, or that a policy compares with it.
    SELECT a.attname AS name, coalesce(nullif(y.typbasetype, 0), y.oid)::regtype::text AS type, a.attnum = t.key AS is_key,
           t.accounts AND a.attnum = t.key AS is_account,
           EXISTS (SELECT FROM pg_catalog.pg_constraint f WHERE f.contype = 'f' AND f.conrelid = t.oid AND f.conkey = ARRAY[a.attnum]
                      AND f.confrelid = (SELECT oid FROM accounts)) AS refers,
           EXISTS (SELECT FROM pg_catalog.pg_policy p, unnest(ARRAY[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)]) x,
                               regexp_replace(quote_ident(a.attname), '(\W)', '\\\1', 'g') q
                    WHERE p.polrelid = t.oid AND x ~ ('auth\.uid\(\)( AS \w+\))? = ' || q || '(\W|$)|(^|\W)' || q || ' = (\( SELECT )?auth\.uid\(\)')) AS compared
      FROM target t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
  ), ranked AS (
    SELECT c.*, CASE
             WHEN is_account OR (is_key AND refers) THEN 0
             WHEN refers AND compared THEN 1
             WHEN refers AND c.name ~ '(^|_)(user|auth|account|profile|member)(_?(user_?)?u?id)?$' THEN 2
             WHEN refers THEN 3
             WHEN compared THEN 4
             -- Nothing says so, but without accounts elsewhere these are the users themselves.
             WHEN is_key AND ((SELECT oid FROM accounts) IS NULL OR NOT t.filled) THEN 5
           END AS rank
      FROM candidates c, target t
  ), chosen AS (
    SELECT r.* FROM ranked r WHERE r.rank = (SELECT min(rank) FROM ranked)
  ), why AS (
    SELECT format('preset_usage has no column %s', w.name) AS misfit
      FROM (VALUES ('id'), ('preset_id'), ('user_id'), ('usage_type'), ('usage_data')) w (name) WHERE w.name NOT IN (SELECT name FROM own)
    UNION ALL
    SELECT format('preset_usage.%s is %s', name, type) FROM own
     WHERE CASE name WHEN 'id' THEN type <> 'uuid' WHEN 'preset_id' THEN type <> 'uuid' WHEN 'user_id' THEN type NOT IN ('uuid', 'text', 'character varying')
             WHEN 'usage_type' THEN type NOT IN ('text', 'character varying') WHEN 'usage_data' THEN type NOT IN ('jsonb', 'json', 'text') END
    UNION ALL
    SELECT format('preset_usage.%s has no default, and track_preset_usage() does not set it', name) FROM own
     WHERE required AND name NOT IN ('preset_id', 'user_id', 'usage_type', 'usage_data')
    UNION ALL
    SELECT format('the foreign key of user_id to %s has %s columns', name, width) FROM target WHERE width > 1
    UNION ALL
    SELECT format('nothing leads from the subject of a token to the users in %s', name) FROM target WHERE width = 1 AND NOT EXISTS (SELECT FROM chosen)
    UNION ALL
    SELECT format('several columns of %s may hold the subject of a token: %s', t.name, string_agg(c.name::text, ', ' ORDER BY c.name::text))
      FROM target t, chosen c WHERE t.width = 1 GROUP BY t.name HAVING count(*) > 1
    UNION ALL
    SELECT format('%s, who owns preset_usage, may not read every row of %s', t.reader, t.name) FROM target t, chosen c
     WHERE t.width = 1 AND NOT t.readable AND NOT c.is_key
    UNION ALL
    SELECT format('%s.%s is %s', t.name, c.name, c.type) FROM target t, chosen c
     WHERE t.width = 1 AND c.type NOT IN ('uuid', 'text', 'character varying')
  )
  SELECT (SELECT CASE coalesce(c.type, u.type) WHEN 'uuid' THEN format('CASE WHEN subject OPERATOR(pg_catalog.~*) %L THEN %s END',
                   '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', x.user_of) ELSE x.user_of END
            FROM own u LEFT JOIN target t ON true LEFT JOIN chosen c ON true,
                 LATERAL (SELECT 'subject' || CASE coalesce(c.type, u.type) WHEN 'uuid' THEN '::pg_catalog.uuid' ELSE '' END AS subject) s,
                 LATERAL (SELECT CASE WHEN c.name IS NULL OR (c.is_key AND (t.filled OR NOT t.readable)) THEN s.subject
                   ELSE format('(SELECT h.%I FROM %s h WHERE h.%I OPERATOR(pg_catalog.=) %s LIMIT 1)',
                     (SELECT k.attname FROM pg_catalog.pg_attribute k WHERE k.attrelid = t.oid AND k.attnum = t.key), t.name, c.name, s.subject) END AS user_of) x
           WHERE u.name = 'user_id' LIMIT 1) AS user_of,
         (SELECT string_agg(misfit, '; ') FROM why) AS misfit
  ) fit;
  PERFORM set_config('preset_usage.user_of', CASE WHEN planned.misfit IS NULL THEN planned.user_of ELSE '' END, true);
  IF planned.misfit IS NOT NULL THEN
    RAISE NOTICE 'track_preset_usage() is left out: %', planned.misfit;
    PERFORM set_config('search_path', current_setting('preset_usage.path'), true);
    RETURN;
  END IF;

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
DO $track$
BEGIN
  IF pg_catalog.current_setting('preset_usage.user_of') OPERATOR(pg_catalog.=) '' THEN RETURN; END IF;
  EXECUTE pg_catalog.replace($create$
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
    -- A use by someone unknown is still a use, and other issuers' subjects need not be uuids.
    /* the user */ NULL,
    p_usage_type,
    coalesce(p_usage_data, '{}')
  )
  RETURNING u.id INTO record_id;
  RETURN record_id;
END
$$
$create$, '/* the user */ NULL', pg_catalog.current_setting('preset_usage.user_of'));
  COMMENT ON FUNCTION public.track_preset_usage(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) IS
    'Records a use of a preset by the user of the request''s JWT, if there is one, and returns the id of the record.';
END
$track$;

DO $$
DECLARE
  handover pg_catalog.text;
BEGIN
  IF pg_catalog.current_setting('preset_usage.user_of') OPERATOR(pg_catalog.<>) '' THEN
    REVOKE ALL ON FUNCTION public.track_preset_usage(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
  END IF;
  IF pg_catalog.current_setting('preset_usage.user_of') OPERATOR(pg_catalog.<>) ''
     AND pg_catalog.current_setting('preset_usage.callers') OPERATOR(pg_catalog.<>) '' THEN
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
        FROM (SELECT 'public.presets'::pg_catalog.regclass, pg_catalog.to_regprocedure('public.auto_increment_preset_usage_count()')
               WHERE pg_catalog.current_setting('preset_usage.counter') OPERATOR(pg_catalog.<>) 'kept'
              UNION ALL
              SELECT 'public.preset_usage', pg_catalog.to_regprocedure('public.track_preset_usage(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb)')
               WHERE pg_catalog.current_setting('preset_usage.user_of') OPERATOR(pg_catalog.<>) '') f (relation, routine)
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
