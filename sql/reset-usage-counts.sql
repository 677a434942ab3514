-- Repairs presets.usage_count, or sets it to zero.
--
--   psql -v ON_ERROR_STOP=1 -f sql/reset-usage-counts.sql "$DATABASE_URL"
--       Recommended. Sets every wrong count to the number of its records; safe under live traffic.
--   psql -v ON_ERROR_STOP=1 -v mode=zero -f sql/reset-usage-counts.sql "$DATABASE_URL"
--       Sets every count to 0 and last_used_at to NULL. The records stay, so counts no longer agree with them.
--   psql -v ON_ERROR_STOP=1 -v mode=zero-and-delete-history -f sql/reset-usage-counts.sql "$DATABASE_URL"
--       Also deletes every record in preset_usage. Only a backup can bring them back: pg_dump -t public.preset_usage
--
-- Your own triggers on presets fire for every row it changes.

\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
\if :{?mode}
\else
  \set mode sync
\endif

BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;
-- What others put into a schema of this role's search_path must not replace PostgreSQL's own functions. Statements that fire
-- triggers get the role's own path back, and qualify every name.
SELECT pg_catalog.current_setting('search_path') AS own_path
\gset
SET LOCAL search_path = pg_catalog, pg_temp;
SELECT :'mode' = 'sync' AS sync,
       :'mode' IN ('zero', 'zero-and-delete-history') AS zero,
       :'mode' = 'zero-and-delete-history' AS delete_history,
       set_config('search_path', :'own_path', true) AS own_path
\gset
-- Below deadlock_timeout (1 s), so that in a deadlock this transaction gives up first. Then run it again.
SET LOCAL lock_timeout = '250ms';
-- A policy that hides records from this role would make it reset good counts to 0. An error is better.
SET LOCAL row_security = off;

\if :sync
-- Two repairs at once would correct the same drift twice. In a separate statement, because a statement's snapshot is older
-- than the lock it takes.
DO $$
BEGIN
  IF NOT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('preset-usage-console')) THEN
    RAISE EXCEPTION 'Another repair of the counts is running.' USING HINT = 'Run it again when it is done.';
  END IF;
END
$$;

\echo 'Counts that were wrong'
-- Count and records are read in one snapshot, and the difference is added to the count after its row is locked. A use in
-- between changes both, so the difference stays right. Setting the number of records instead would lose those uses.
WITH audited AS MATERIALIZED (
  SELECT p.id, p.usage_count AS before, coalesce(r.records, 0) OPERATOR(pg_catalog.-) coalesce(p.usage_count, 0) AS missing
    FROM public.presets p
    LEFT JOIN (SELECT preset_id, pg_catalog.count(*) AS records FROM public.preset_usage GROUP BY preset_id) r
      ON r.preset_id OPERATOR(pg_catalog.=) p.id
   WHERE coalesce(p.usage_count, 0) OPERATOR(pg_catalog.<>) coalesce(r.records, 0)
), locked AS (
  SELECT p.id, a.before, a.missing FROM public.presets p JOIN audited a ON a.id OPERATOR(pg_catalog.=) p.id
   ORDER BY p.id FOR NO KEY UPDATE OF p
)
UPDATE public.presets p
   SET usage_count = coalesce(p.usage_count, 0) OPERATOR(pg_catalog.+) l.missing
  FROM locked l
 WHERE p.id OPERATOR(pg_catalog.=) l.id
RETURNING p.id, p.name, l.before, p.usage_count AS after, l.missing AS change;

\elif :zero
-- Uses wait, readers do not. Without this lock, uses between the reset and the deletion would stay uncounted.
LOCK TABLE public.preset_usage IN SHARE ROW EXCLUSIVE MODE;

\echo 'Counts set to zero'
WITH locked AS (
  SELECT id, usage_count AS before, last_used_at AS last_used_before FROM public.presets
   WHERE usage_count IS NULL OR usage_count OPERATOR(pg_catalog.<>) 0 OR last_used_at IS NOT NULL
   ORDER BY id FOR NO KEY UPDATE
)
UPDATE public.presets p
   SET usage_count = 0, last_used_at = NULL
  FROM locked l
 WHERE p.id OPERATOR(pg_catalog.=) l.id
RETURNING p.id, p.name, l.before, p.usage_count AS after, l.last_used_before;

\if :delete_history
\echo 'Records deleted from preset_usage'
\set QUIET off
-- Not TRUNCATE: it skips delete triggers, and empties the table even for readers with an older snapshot.
DELETE FROM public.preset_usage;
\set QUIET on
\endif

\else
\echo 'Refused: mode is' :'mode'
DO $$
BEGIN
  RAISE EXCEPTION 'Unknown mode: nothing was changed.'
    USING HINT = 'Omit -v mode for a repair, or use zero or zero-and-delete-history.';
END
$$;
\endif

COMMIT;
