-- Keys of both tables are bigint, made by the server; the count is a bigint that may not be NULL, nor below 0.
-- simulated: Noir
-- remarks: count-checked on-delete-cascade

CREATE TABLE public.presets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  usage_count bigint NOT NULL DEFAULT 0 CHECK (usage_count >= 0),
  last_used_at timestamptz
);
CREATE TABLE public.preset_usage (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preset_id bigint NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  usage_type text NOT NULL DEFAULT 'generation',
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

INSERT INTO public.presets (name) VALUES ('Noir'), ('Pastel'), ('Sepia');
INSERT INTO public.preset_usage (preset_id) VALUES (1), (1), (2), (3);
UPDATE public.presets SET usage_count = 9 WHERE name = 'Pastel';
UPDATE public.presets SET usage_count = 0 WHERE name = 'Noir';
