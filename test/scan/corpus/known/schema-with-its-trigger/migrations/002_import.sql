-- writes: 2 trigger-disabled
ALTER TABLE preset_usage DISABLE TRIGGER USER;
INSERT INTO preset_usage (id, preset_id) SELECT id, preset_id FROM old_preset_usage;
