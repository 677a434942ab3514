-- The counting trigger sets a column that presets has lost: no use can be stored at all.
-- real: use-failed
-- simulated: Noir
-- simulation: 42703
-- undo: quiet
-- findings: trigger-does-not-fit
-- explains: use-failed

CREATE TABLE public.presets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, usage_count integer DEFAULT 0);
CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON public.preset_usage (preset_id);

INSERT INTO public.presets (name, usage_count) VALUES ('Noir', 1), ('Pastel', 9);
INSERT INTO public.preset_usage (preset_id) SELECT id FROM public.presets;

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();
