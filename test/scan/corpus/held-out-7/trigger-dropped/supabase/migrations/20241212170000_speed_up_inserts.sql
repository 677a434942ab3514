-- writes: 5 trigger-disabled
-- Inserts into preset_usage were slow during the Black Friday campaign.
DROP INDEX IF EXISTS preset_usage_user_id_created_at_idx;

DROP TRIGGER IF EXISTS trigger_auto_increment_preset_usage_count ON preset_usage;

CREATE INDEX IF NOT EXISTS preset_usage_preset_id_idx ON preset_usage (preset_id);
ANALYZE preset_usage;
