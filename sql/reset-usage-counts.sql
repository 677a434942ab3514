-- Repairs presets.usage_count, or sets it to zero.
--
--   psql -v ON_ERROR_STOP=1 -f sql/reset-usage-counts.sql "$DATABASE_URL"
--       Recommended. Sets every wrong count to the number of its records, beside live traffic.
--   psql -v ON_ERROR_STOP=1 -v mode=zero -f sql/reset-usage-counts.sql "$DATABASE_URL"
--       Sets every count to 0 and last_used_at to NULL. The records stay, so no count agrees with them any more.
--   psql -v ON_ERROR_STOP=1 -v mode=zero-and-delete-history -f sql/reset-usage-counts.sql "$DATABASE_URL"
--       Also deletes every record in preset_usage. There is no way back but a backup: pg_dump -t public.preset_usage
--
-- Triggers of your own on presets fire for every row it changes.

\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
\if :{?mode}
\else
  \set mode sync
\endif

BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;
-- What others put into a schema of this role's search_path must not stand in for PostgreSQL's own functions. The role's own
-- path comes back for what fires triggers, with every name qualified.
SELECT pg_catalog.current_setting('search_path') AS own_path
\gset
SET LOCAL search_path = pg_catalog, pg_temp;
SELECT :'mode' = 'sync' AS sync,
       :'mode' IN ('zero', 'zero-and-delete-history') AS zero,
       :'mode' = 'zero-and-delete-history' AS delete_history,
       set_config('search_path', :'own_path', true) AS own_path
\gset
-- Below deadlock_timeout (1 s): whoever is in a deadlock with us, we give up first. Run it again then.
SET LOCAL lock_timeout = '250ms';
-- A policy that hides records from this role would make it zero good counts. An error is better.
SET LOCAL row_security = off;

\if :sync
-- Two repairs at once would add the same drift twice. In a statement of its own, because a statement's snapshot is
-- older than the lock it takes.
DO $$
BEGIN
  IF NOT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('preset-usage-console')) THEN
    RAISE EXCEPTION 'Another repair of the counts is running.' USING HINT = 'Run it again when it is done.';
  END IF;
END
$$;

\echo 'Counts that were wrong'
-- Count and records are read in one snapshot, and the difference is added to the count as it is when its row is locked:
-- a use in between moves both, so the difference still holds. Setting the number of records instead loses those uses.
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
-- Uses wait, readers do not. Zeroed first and deleted then, without this, the uses in between would stay uncounted.
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
-- Not TRUNCATE: it passes delete triggers by, and empties the table even for readers with an older snapshot.
DELETE FROM public.preset_usage;
\set QUIET on
\endif

\else
\echo 'Refused: mode is' :'mode'
DO $$
BEGIN
  RAISE EXCEPTION 'Unknown mode: nothing was changed.'
    USING HINT = 'Leave -v mode away for a repair, or say zero or zero-and-delete-history.';
END
$$;
\endif

COMMIT;
