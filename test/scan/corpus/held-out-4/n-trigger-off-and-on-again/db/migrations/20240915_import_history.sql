-- writes: none
BEGIN;

ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count;

INSERT INTO preset_usage (preset_id, user_id, used_at)
SELECT p.id, e.user_id, e.happened_at
  FROM legacy_events e
  JOIN presets p ON p.slug = e.preset_slug
 WHERE e.kind = 'preset_applied';

ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count;

-- The counts already held the history: UPDATE presets SET usage_count = usage_count + 1 would count it twice.
ANALYZE preset_usage;

COMMIT;
