-- Records have a date beside a time that is text, presets a date: times are as coarse as a day.
-- simulated: Noir
-- remarks: naive-time time-is-no-time

CREATE TABLE public.presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  usage_count integer DEFAULT 0,
  last_used_at date
);
CREATE TABLE public.preset_usage (
  id bigserial PRIMARY KEY,
  preset_id uuid NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  created_at text NOT NULL DEFAULT 'yesterday, about noon',
  used_at date NOT NULL DEFAULT current_date
);
CREATE INDEX ON public.preset_usage (preset_id, used_at);

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = current_date WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();

INSERT INTO public.presets (name) VALUES ('Noir'), ('Pastel');
INSERT INTO public.preset_usage (preset_id, used_at) SELECT p.id, current_date - n FROM public.presets p, generate_series(0, 3) n;
INSERT INTO public.preset_usage (preset_id, used_at) SELECT p.id, 'infinity' FROM public.presets p WHERE name = 'Noir';
UPDATE public.presets SET usage_count = 1 WHERE name = 'Pastel';
