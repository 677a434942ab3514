-- Compares every presets.usage_count with the number of its records in preset_usage. Changes nothing.
--
--   psql -v ON_ERROR_STOP=1 -f sql/check-usage-data.sql "$DATABASE_URL"
--   psql -v ON_ERROR_STOP=1 -v presets=1000 -f sql/check-usage-data.sql "$DATABASE_URL"
--
-- It lists 100 presets, or as many as `-v presets` says, the largest differences first. The totals include all presets.

\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
\if :{?presets}
\else
  \set presets 100
\endif

-- One snapshot for everything: at READ COMMITTED three audits in ten show a difference that never existed.
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
-- A policy that hides records from this role would make every count look too high. An error is better.
SET LOCAL row_security = off;
-- What others put into a schema of this role's search_path must not replace PostgreSQL's own functions.
SET LOCAL search_path = pg_catalog, pg_temp;

\echo 'Presets (drift: how far the count is above its records)'
SELECT p.id, p.name, p.usage_count, coalesce(r.records, 0) AS records,
       coalesce(p.usage_count, 0) - coalesce(r.records, 0) AS drift,
       p.last_used_at, r.last_record_at
  FROM public.presets p
  LEFT JOIN (SELECT preset_id, count(*) AS records, max(created_at) AS last_record_at
               FROM public.preset_usage GROUP BY preset_id) r ON r.preset_id = p.id
 ORDER BY abs(coalesce(p.usage_count, 0) - coalesce(r.records, 0)) DESC, p.name, p.id
 LIMIT :presets;

\echo 'Totals'
SELECT count(*) AS presets,
       count(*) FILTER (WHERE drift = 0) AS accurate,
       count(*) FILTER (WHERE drift > 0) AS too_high,
       count(*) FILTER (WHERE drift < 0) AS too_low,
       coalesce(sum(usage_count), 0) AS counted,
       coalesce(sum(records), 0) AS records
  FROM (SELECT p.usage_count, coalesce(r.records, 0) AS records,
               coalesce(p.usage_count, 0) - coalesce(r.records, 0) AS drift
          FROM public.presets p
          LEFT JOIN (SELECT preset_id, count(*) AS records FROM public.preset_usage GROUP BY preset_id) r
            ON r.preset_id = p.id) audited;

\echo 'Orphans: records whose preset is gone, counted nowhere'
SELECT r.preset_id, count(*) AS records, max(r.created_at) AS last_record_at
  FROM public.preset_usage r
 WHERE NOT EXISTS (SELECT FROM public.presets p WHERE p.id = r.preset_id)
 GROUP BY r.preset_id
 ORDER BY count(*) DESC
 LIMIT :presets;

\echo 'Unique indexes that refuse further uses of a preset, such as idx_preset_usage_daily_unique: should be none'
SELECT i.indexrelid::regclass AS index, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'preset_id' AND a.attnum = ANY (i.indkey)
 WHERE i.indrelid = 'public.preset_usage'::regclass AND i.indisunique AND NOT i.indisprimary;

\echo 'Triggers on preset_usage (enabled: O and A count, D and R do not)'
SELECT t.tgname AS trigger, t.tgenabled AS enabled, pg_get_triggerdef(t.oid) AS definition
  FROM pg_catalog.pg_trigger t
 WHERE t.tgrelid = 'public.preset_usage'::regclass AND NOT t.tgisinternal
 ORDER BY t.tgname;

COMMIT;
