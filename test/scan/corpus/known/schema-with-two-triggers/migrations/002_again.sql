-- writes: 4 migration-counter
CREATE FUNCTION bump_preset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
  RETURN NEW;
END $$;

CREATE TRIGGER bump_preset AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION bump_preset();

ALTER TABLE preset_usage DISABLE TRIGGER count_use;
INSERT INTO preset_usage (id, preset_id) SELECT id, preset_id FROM old_preset_usage;
ALTER TABLE preset_usage ENABLE TRIGGER count_use;
