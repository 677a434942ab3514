-- writes: none
CREATE FUNCTION notify_milestone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.usage_count % 1000 = 0 THEN
    PERFORM pg_notify('milestone', NEW.id::text);
    INSERT INTO milestones (preset_id, usage_count) VALUES (NEW.id, NEW.usage_count);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER milestone AFTER UPDATE OF usage_count ON presets FOR EACH ROW EXECUTE FUNCTION notify_milestone();
