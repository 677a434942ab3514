-- Three functions of the name, one with VARIADIC and one with OUT parameters, in a schema that is not the tables' own.
-- schema: app
-- presets: app.presets
-- records: app.preset_usage
-- simulated: Noir
-- remarks: track-elsewhere track-overloaded
-- findings: track-elsewhere track-overloaded

CREATE SCHEMA app;
CREATE SCHEMA functions;
CREATE TABLE app.presets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
CREATE TABLE app.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES app.presets ON DELETE CASCADE,
  usage_type text NOT NULL DEFAULT 'generation',
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON app.preset_usage (preset_id);

CREATE FUNCTION app.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  UPDATE app.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON app.preset_usage
  FOR EACH ROW EXECUTE FUNCTION app.auto_increment_preset_usage_count();

CREATE FUNCTION functions.track_preset_usage(preset_id uuid, VARIADIC tags text[]) RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO app.preset_usage (preset_id, tags) VALUES ($1, $2) RETURNING id
$$;
CREATE FUNCTION functions.track_preset_usage(preset_id uuid, usage_type text, how integer) RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO app.preset_usage (preset_id, usage_type) VALUES ($1, $2) RETURNING id
$$;
CREATE FUNCTION functions.track_preset_usage(uuid, text, integer, uuid, OUT made uuid, OUT at timestamptz) LANGUAGE sql AS $$
  INSERT INTO app.preset_usage (preset_id, usage_type) VALUES ($1, $2) RETURNING id, created_at
$$;
INSERT INTO app.presets (name) VALUES ('Noir'), ('Pastel');
INSERT INTO app.preset_usage (preset_id) SELECT id FROM app.presets, generate_series(1, 3);
UPDATE app.presets SET usage_count = 2;
