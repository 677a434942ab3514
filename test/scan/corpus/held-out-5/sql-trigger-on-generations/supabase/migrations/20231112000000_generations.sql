-- writes: 17 migration-counter
CREATE TABLE public.generations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth.users (id),
  preset_id uuid REFERENCES public.presets (id) ON DELETE SET NULL,
  prompt text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE public.generations ENABLE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION public.on_generation_created() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF NEW.preset_id IS NOT NULL THEN
    INSERT INTO public.preset_usage (preset_id) VALUES (NEW.preset_id);
    UPDATE public.presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER generation_created
AFTER INSERT ON public.generations
FOR EACH ROW EXECUTE FUNCTION public.on_generation_created();
