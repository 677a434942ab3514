-- writes: 5 migration-counter
CREATE FUNCTION presets_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_used_at IS DISTINCT FROM OLD.last_used_at THEN
    NEW.usage_count := OLD.usage_count + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER presets_touch BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION presets_touch();
