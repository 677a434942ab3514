-- writes: none
CREATE OR REPLACE FUNCTION bump_tag() RETURNS trigger AS $$
BEGIN
  UPDATE tags SET usage_count = usage_count + 1 WHERE id = NEW.tag_id;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER bump_tag AFTER INSERT ON preset_tags FOR EACH ROW EXECUTE FUNCTION bump_tag();
