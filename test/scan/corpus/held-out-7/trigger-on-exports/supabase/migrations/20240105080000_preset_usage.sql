-- writes: none
CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES auth.users (id),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger AS $$
BEGIN
  UPDATE presets SET usage_count = COALESCE(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;

CREATE TRIGGER trigger_auto_increment_preset_usage_count
  AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
