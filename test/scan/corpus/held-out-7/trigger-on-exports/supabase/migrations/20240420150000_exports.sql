-- writes: 13 migration-counter
CREATE TABLE public.exports (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid REFERENCES public.presets (id),
  file_path text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE OR REPLACE FUNCTION public.exports_after_insert() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.preset_id IS NOT NULL THEN
    UPDATE public.presets
       SET usage_count = usage_count + 1
     WHERE id = NEW.preset_id;
  END IF;
  RETURN NULL;
END;
$$;

CREATE TRIGGER exports_after_insert
  AFTER INSERT ON public.exports
  FOR EACH ROW EXECUTE FUNCTION public.exports_after_insert();
