-- writes: none
-- Runs on the first of each month.
BEGIN;

INSERT INTO preset_popularity_history (preset_id, month, usage_count)
SELECT id, date_trunc('month', now() - interval '1 day'), usage_count
  FROM presets
ON CONFLICT (preset_id, month) DO UPDATE SET usage_count = EXCLUDED.usage_count;

DELETE FROM presets_trash WHERE deleted_at < now() - interval '90 days';

-- Repair: the number of records is the truth.
UPDATE presets p
   SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id)
 WHERE p.usage_count IS DISTINCT FROM (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id);

COMMIT;

ANALYZE presets;
