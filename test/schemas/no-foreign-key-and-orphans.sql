-- Nothing keeps records from outliving their preset: some name one that is gone, some none at all.
-- simulated: Noir
-- remarks: no-foreign-key orphans

CREATE TABLE public.presets (id bigint PRIMARY KEY, name text, usage_count integer, last_used_at timestamptz);
CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id integer,
  user_id uuid,
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

INSERT INTO public.presets VALUES (1, 'Noir'), (2, 'Pastel'), (3, NULL);
INSERT INTO public.preset_usage (preset_id) VALUES (1), (2), (2), (77), (77), (NULL), (NULL), (NULL);
UPDATE public.presets SET usage_count = 6 WHERE id = 1;
UPDATE public.presets SET usage_count = NULL WHERE id = 2;
