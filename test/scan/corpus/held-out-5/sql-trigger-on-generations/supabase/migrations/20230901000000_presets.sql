-- writes: none
CREATE TABLE public.presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  usage_count integer NOT NULL DEFAULT 0
);

CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets (id) ON DELETE CASCADE,
  used_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION public.update_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
  RETURN NEW;
END;
$$;

CREATE TRIGGER preset_usage_count
AFTER INSERT ON public.preset_usage
FOR EACH ROW EXECUTE FUNCTION public.update_preset_usage_count();
