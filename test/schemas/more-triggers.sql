-- Beside the counting trigger others notify, keep milestones and times of change, and one counts again.
-- migrate: unproved
-- simulated: Noir
-- simulation: +2 +2
-- moves: updated_at
-- findings: second-counter other-writer
-- explains: use-counted-too-often second-counter

CREATE TABLE public.presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  usage_count integer DEFAULT 0,
  last_used_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.milestones (preset_id uuid, reached integer, PRIMARY KEY (preset_id, reached));
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

CREATE FUNCTION public.count_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
  RETURN NEW;
END
$$;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;
CREATE FUNCTION public.milestone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.milestones VALUES (NEW.id, NEW.usage_count / 100) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE FUNCTION public.use_preset_twice(id uuid) RETURNS void LANGUAGE sql AS $$
  UPDATE public.presets SET usage_count = usage_count + 2 WHERE presets.id = $1
$$;
INSERT INTO public.presets (name) VALUES ('Noir'), ('Pastel');
INSERT INTO public.preset_usage (preset_id) SELECT id FROM public.presets, generate_series(1, 5);
UPDATE public.presets SET usage_count = 2 WHERE name = 'Noir';
CREATE TRIGGER a_second_counter AFTER INSERT ON public.preset_usage FOR EACH ROW EXECUTE FUNCTION public.count_again();
CREATE TRIGGER touch BEFORE UPDATE ON public.presets FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER milestone AFTER UPDATE OF usage_count ON public.presets FOR EACH ROW EXECUTE FUNCTION public.milestone();
