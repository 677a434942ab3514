-- track_preset_usage is a procedure with an INOUT parameter, and runs as its owner with its caller's search_path.
-- simulated: Noir
-- remarks: track-is-procedure
-- findings: track-is-procedure track-search-path

CREATE TABLE public.presets (id integer PRIMARY KEY, name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
CREATE TABLE public.preset_usage (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preset_id integer NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);
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

CREATE PROCEDURE public.track_preset_usage(p_preset_id integer, OUT at timestamptz, INOUT made integer DEFAULT NULL)
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.preset_usage (preset_id) VALUES (p_preset_id) RETURNING id, created_at INTO made, at;
END
$$;
INSERT INTO public.presets VALUES (1, 'Noir'), (2, 'Pastel');
INSERT INTO public.preset_usage (preset_id) VALUES (1), (1), (2);
UPDATE public.presets SET usage_count = 0;
