-- writes: none
BEGIN;

ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count;

INSERT INTO preset_usage (preset_id, user_id, created_at)
SELECT preset_id, user_id, used_at FROM import.preset_events WHERE kind = 'apply';

UPDATE presets p
   SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id);

ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count;

COMMIT;
