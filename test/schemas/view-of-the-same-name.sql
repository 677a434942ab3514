-- The schema that the API shows has views of both names over tables that are elsewhere and called otherwise.
-- schema: api
-- presets: store.preset_rows
-- records: store.usage_rows
-- simulated: Noir
-- remarks: chosen

CREATE SCHEMA store;
CREATE SCHEMA api;
CREATE TABLE store.preset_rows (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  secret text NOT NULL DEFAULT 'not shown',
  name text NOT NULL,
  usage_count integer DEFAULT 0,
  last_used_at timestamptz
);
CREATE TABLE store.usage_rows (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES store.preset_rows ON DELETE CASCADE,
  usage_type text NOT NULL DEFAULT 'generation',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON store.usage_rows (preset_id);
CREATE VIEW api.presets AS SELECT id, name, usage_count, last_used_at FROM store.preset_rows;
CREATE VIEW api.preset_usage AS SELECT * FROM store.usage_rows;

CREATE FUNCTION store.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = store, pg_temp AS $$
BEGIN
  UPDATE store.preset_rows SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON store.usage_rows
  FOR EACH ROW EXECUTE FUNCTION store.auto_increment_preset_usage_count();

CREATE FUNCTION api.track_preset_usage(preset uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO api.preset_usage (preset_id) VALUES (preset)
$$;
INSERT INTO store.preset_rows (name) VALUES ('Noir'), ('Pastel');
INSERT INTO store.usage_rows (preset_id) SELECT id FROM store.preset_rows, generate_series(1, 4);
UPDATE store.preset_rows SET usage_count = 40 WHERE name = 'Pastel';
