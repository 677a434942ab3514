-- The count is numeric and holds NaN, Infinity, and numbers beyond, or between, what a program can tell apart.
-- simulated: Noir
-- remarks: count-not-whole
-- stays: 2 3 4 6 7

CREATE TABLE public.presets (id integer PRIMARY KEY, name text, usage_count numeric DEFAULT 0, last_used_at timestamptz);
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

INSERT INTO public.presets VALUES (1, 'Noir'), (2, 'Nan'), (3, 'Endless'), (4, 'Huge'), (5, 'Right'), (6, 'Third'), (7, 'Nearly'), (8, 'Half');
INSERT INTO public.preset_usage (preset_id) VALUES (1), (2), (3), (4), (5), (6), (7), (8);
UPDATE public.presets SET usage_count = CASE id WHEN 1 THEN 7 WHEN 2 THEN 'NaN' WHEN 3 THEN 'Infinity' WHEN 4 THEN 1e400 WHEN 6 THEN 3.3 WHEN 7 THEN 1.00000000000000000001 WHEN 8 THEN 12.5 ELSE 1 END;
