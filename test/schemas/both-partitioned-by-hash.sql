-- Both tables are partitioned by hash of the preset.
-- real: no-record-key
-- simulated: Noir
-- remarks: records-partitioned presets-partitioned

CREATE TABLE public.presets (
  id integer PRIMARY KEY,
  name text NOT NULL,
  usage_count integer DEFAULT 0,
  last_used_at timestamptz
) PARTITION BY HASH (id);
CREATE TABLE public.presets_a PARTITION OF public.presets FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.presets_b PARTITION OF public.presets FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.preset_usage (
  preset_id integer NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  used_at timestamptz NOT NULL DEFAULT now()
) PARTITION BY HASH (preset_id);
CREATE TABLE public.preset_usage_a PARTITION OF public.preset_usage FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.preset_usage_b PARTITION OF public.preset_usage FOR VALUES WITH (MODULUS 2, REMAINDER 1);
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

INSERT INTO public.presets (id, name) SELECT n, CASE n WHEN 1 THEN 'Noir' ELSE 'Preset ' || n END FROM generate_series(1, 6) n;
INSERT INTO public.preset_usage (preset_id) SELECT 1 + n % 5 FROM generate_series(1, 12) n;
UPDATE public.presets SET usage_count = usage_count + id WHERE id < 4;
