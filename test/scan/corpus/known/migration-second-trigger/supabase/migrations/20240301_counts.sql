-- writes: 5 migration-counter
CREATE OR REPLACE FUNCTION public.increment_preset_usage()
RETURNS TRIGGER AS $$
BEGIN
  UPDATE public.presets
     SET usage_count = usage_count + 1
   WHERE id = NEW.preset_id;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER on_preset_usage_insert
  AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.increment_preset_usage();
