-- writes: none
UPDATE presets SET usage_count = 0 WHERE usage_count IS NULL;
ALTER TABLE presets ALTER COLUMN usage_count SET NOT NULL;
