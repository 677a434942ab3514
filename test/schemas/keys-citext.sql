-- Keys are citext: a record may spell its preset in other letters than the preset itself does.
-- simulated: Noir
-- remarks: on-delete-cascade

CREATE EXTENSION citext;
CREATE TABLE public.presets (
  id citext PRIMARY KEY,
  name text,
  usage_count integer DEFAULT 0,
  last_used_at timestamptz
);
CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id citext NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON public.preset_usage (preset_id, created_at);

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();

INSERT INTO public.presets VALUES ('Film-Noir', 'Noir'), ('pastel', 'Pastel');
INSERT INTO public.preset_usage (preset_id) VALUES ('film-noir'), ('FILM-NOIR'), ('PASTEL');
UPDATE public.presets SET usage_count = 7 WHERE id = 'film-noir';
