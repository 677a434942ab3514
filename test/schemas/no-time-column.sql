-- Records have no time, presets no last_used_at and no name: only counts can be compared.
-- real: no-record-key
-- simulated: 1
-- remarks: no-time-column no-last-used no-label no-primary-key

CREATE TABLE public.presets (id integer PRIMARY KEY, usage_count integer);
CREATE TABLE public.preset_usage (preset_id integer REFERENCES public.presets ON DELETE CASCADE);
CREATE INDEX ON public.preset_usage (preset_id);

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1 WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();

INSERT INTO public.presets VALUES (1), (2), (3);
INSERT INTO public.preset_usage VALUES (1), (1), (2);
UPDATE public.presets SET usage_count = NULL WHERE id = 1;
UPDATE public.presets SET usage_count = 4 WHERE id = 3;
