-- Checks that a use made through track_preset_usage() counts once, and the next use of the same preset once more.
--
--   psql -v ON_ERROR_STOP=1 -f sql/verify-usage-tracking.sql "$DATABASE_URL"
--
-- Both uses are rolled back. The first failed step ends it with an error, and psql exits with a status other than 0.
-- If preset_usage.user_id may not be NULL, set who uses the preset:
--   psql -v ON_ERROR_STOP=1 -c "SET request.jwt.claims = '{\"sub\": \"<a user's id>\"}'" -f sql/verify-usage-tracking.sql "$DATABASE_URL"

BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL client_min_messages = notice;
-- The preset stays locked between the two uses, and uses by others wait. So this must not wait long for anything.
SET LOCAL lock_timeout = '2s';
SET LOCAL row_security = off;
-- What others put into a schema of this role's search_path must not replace PostgreSQL's own functions. The uses, which fire
-- triggers, get the role's own path back.
DO $$
BEGIN
  PERFORM pg_catalog.set_config('preset_usage.path', pg_catalog.current_setting('search_path'), true);
END
$$;
SET LOCAL search_path = pg_catalog, pg_temp;
-- Deferred triggers would fire at a commit that never happens, and what they count would not be seen.
SET CONSTRAINTS ALL IMMEDIATE;

DO $$
DECLARE
  counting record;
  chosen record;
  before record;
  after record;
  use_id uuid;
BEGIN
  SELECT t.tgenabled AS enabled, pg_get_triggerdef(t.oid) AS definition
    INTO counting
    FROM pg_catalog.pg_trigger t
   WHERE t.tgname = 'trigger_auto_increment_preset_usage_count'
     AND t.tgrelid = 'public.preset_usage'::regclass AND NOT t.tgisinternal;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no trigger trigger_auto_increment_preset_usage_count on public.preset_usage.'
      USING HINT = 'Run the migration 20250930000001_fix_usage_tracking.sql.';
  END IF;
  IF counting.enabled NOT IN ('O', 'A') THEN
    RAISE EXCEPTION 'The trigger trigger_auto_increment_preset_usage_count does not fire: its state is %.', counting.enabled
      USING HINT = 'Run the migration 20250930000001_fix_usage_tracking.sql.';
  END IF;
  RAISE NOTICE '1. The trigger is there and enabled: %', counting.definition;

  -- Locked before it is read: the count must not move by someone else's use between the two looks at it.
  SELECT p.id, p.name INTO chosen FROM public.presets p
   ORDER BY p.last_used_at NULLS FIRST LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM public.presets) THEN
      RAISE EXCEPTION 'Every preset is being changed by someone else just now.' USING HINT = 'Run it again.';
    END IF;
    RAISE EXCEPTION 'There is no preset to use: public.presets is empty.' USING HINT = 'Create a preset first.';
  END IF;

  FOR use IN 1..2 LOOP
    SELECT coalesce(p.usage_count, 0) AS count, (SELECT count(*) FROM public.preset_usage r WHERE r.preset_id = p.id) AS records
      INTO before FROM public.presets p WHERE p.id = chosen.id;
    PERFORM set_config('search_path', current_setting('preset_usage.path'), true);
    -- Each argument of the type that the function has: text without a type would rather be an overload's that somebody else made.
    use_id := public.track_preset_usage(chosen.id, 'verification'::pg_catalog.text, '{"by": "verify-usage-tracking.sql"}'::pg_catalog.jsonb);
    SET LOCAL search_path = pg_catalog, pg_temp;
    SELECT p.usage_count AS count, p.last_used_at, (SELECT count(*) FROM public.preset_usage r WHERE r.preset_id = p.id) AS records
      INTO after FROM public.presets p WHERE p.id = chosen.id;

    IF NOT EXISTS (SELECT FROM public.preset_usage r WHERE r.id = use_id AND r.preset_id = chosen.id)
       OR after.records <> before.records + 1 THEN
      RAISE EXCEPTION 'Use % of preset "%" left % records instead of 1.', use, chosen.name, after.records - before.records;
    END IF;
    IF after.count IS DISTINCT FROM before.count + 1 THEN
      RAISE EXCEPTION 'Use % of preset "%" moved usage_count from % to % instead of %.',
          use, chosen.name, before.count, after.count, before.count + 1
        USING HINT = 'Look for other triggers and functions that write usage_count.';
    END IF;
    IF after.last_used_at IS NULL THEN
      RAISE EXCEPTION 'Use % of preset "%" left last_used_at NULL.', use, chosen.name;
    END IF;
    RAISE NOTICE '%. Use % of preset "%" (%): usage_count % -> %, records % -> %, last_used_at %, record %',
      use + 1, use, chosen.name, chosen.id, before.count, after.count, before.records, after.records, after.last_used_at, use_id;
  END LOOP;
  RAISE NOTICE 'Tracking works. Both uses are rolled back now.';
END
$$;

ROLLBACK;
