-- writes: 4 migration-counter
CREATE FUNCTION bump_usage() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  UPDATE presets SET usage_count = (SELECT usage_count FROM presets WHERE id = NEW.preset_id) + 1 WHERE id = NEW.preset_id;
  RETURN NEW;
END $fn$;
CREATE TRIGGER bump AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION bump_usage();
