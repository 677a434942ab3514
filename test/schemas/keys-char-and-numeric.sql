-- A padded key of char(8), named by a varchar without any foreign key; the count is numeric and has a fraction.
-- real: no-record-key
-- simulated: Noir
-- remarks: no-foreign-key count-not-whole

CREATE TABLE public.presets (
  id char(8) PRIMARY KEY,
  display_name text,
  usage_count numeric DEFAULT 0,
  last_used_at timestamptz
);
CREATE TABLE public.preset_usage (
  preset_id varchar(8) NOT NULL,
  created_at timestamptz DEFAULT clock_timestamp()
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

INSERT INTO public.presets VALUES ('noir', 'Noir'), ('pastel', 'Pastel'), ('12345678', 'Sepia');
INSERT INTO public.preset_usage (preset_id) VALUES ('noir'), ('noir'), ('pastel'), ('12345678');
UPDATE public.presets SET usage_count = 2.5 WHERE id = 'pastel';
UPDATE public.presets SET usage_count = 12 WHERE id = 'noir';
