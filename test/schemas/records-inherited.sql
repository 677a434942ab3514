-- Older records are in a table that inherits from preset_usage, as partitions were made before there were any.
-- simulated: Noir
-- remarks: records-inherited refers-elsewhere
-- refused: inherited

CREATE TABLE public.app_presets (id integer PRIMARY KEY);
CREATE TABLE public.presets (id integer PRIMARY KEY, name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
CREATE TABLE public.preset_usage (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preset_id integer NOT NULL REFERENCES public.app_presets,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.preset_usage_2024 (CHECK (created_at < '2025-01-01Z')) INHERITS (public.preset_usage);
CREATE INDEX ON public.preset_usage (preset_id);

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();

INSERT INTO public.app_presets VALUES (1), (2);
INSERT INTO public.presets VALUES (1, 'Noir'), (2, 'Pastel');
INSERT INTO public.preset_usage (preset_id) VALUES (1), (2);
INSERT INTO public.preset_usage_2024 VALUES (101, 1, '2024-05-05Z'), (102, 1, '2024-05-06Z');
