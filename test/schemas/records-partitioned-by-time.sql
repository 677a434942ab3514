-- preset_usage is partitioned by month, one month again by hash, with a default partition and a primary key of two columns.
-- migrate: proved
-- real: no-record-key
-- simulated: Noir
-- remarks: records-partitioned

CREATE TABLE public.presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  usage_count integer DEFAULT 0,
  last_used_at timestamptz
);
CREATE TABLE public.preset_usage (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  usage_type text NOT NULL DEFAULT 'generation',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE public.preset_usage_2025_01 PARTITION OF public.preset_usage FOR VALUES FROM ('2025-01-01Z') TO ('2025-02-01Z');
CREATE TABLE public.preset_usage_2025_02 PARTITION OF public.preset_usage FOR VALUES FROM ('2025-02-01Z') TO ('2025-03-01Z')
  PARTITION BY HASH (id);
CREATE TABLE public.preset_usage_2025_02_a PARTITION OF public.preset_usage_2025_02 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.preset_usage_2025_02_b PARTITION OF public.preset_usage_2025_02 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.preset_usage_rest PARTITION OF public.preset_usage DEFAULT;
CREATE INDEX ON public.preset_usage (preset_id, created_at DESC);

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();

CREATE FUNCTION public.track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO public.preset_usage (preset_id) VALUES (p_preset_id)
$$;
INSERT INTO public.presets (name) VALUES ('Noir'), ('Pastel');
INSERT INTO public.preset_usage (preset_id, created_at)
SELECT p.id, t FROM public.presets p, unnest(ARRAY['2025-01-05Z', '2025-02-03Z', '2025-02-04Z', '2025-02-05Z', '2031-01-01Z']::timestamptz[]) t;
UPDATE public.presets SET usage_count = 2 WHERE name = 'Noir';
