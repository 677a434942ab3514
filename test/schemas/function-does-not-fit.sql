-- track_preset_usage() inserts a column that the table has lost: every use of the application fails.
-- migrate: proved
-- real: use-failed
-- simulated: Noir
-- simulation: 42703
-- remarks: track-does-not-fit
-- findings: track-does-not-fit
-- explains: use-failed fell-back-to-insert

CREATE TABLE public.presets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  usage_type text NOT NULL,
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

CREATE FUNCTION public.track_preset_usage(p_preset_id uuid, p_usage_type text, p_source text DEFAULT 'web') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made uuid;
BEGIN
  -- INSERT INTO preset_usage (nothing) is only a comment
  INSERT INTO preset_usage (preset_id, usage_type, "source") VALUES (p_preset_id, p_usage_type, p_source) RETURNING id INTO made;
  RETURN made;
END
$$;
INSERT INTO public.presets (name) VALUES ('Noir'), ('Pastel');
INSERT INTO public.preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM public.presets, generate_series(1, 2);
UPDATE public.presets SET usage_count = 3 WHERE name = 'Noir';
