-- writes: 3 trigger-disabled
BEGIN;
ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count;
INSERT INTO preset_usage (preset_id, created_at) SELECT preset_id, used_at FROM legacy_uses;
COMMIT;
