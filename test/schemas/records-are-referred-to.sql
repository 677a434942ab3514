-- Other rows hang on the records, with ON DELETE CASCADE: deleting the history would delete what no receipt holds.
-- simulated: Noir
-- refused: referenced

CREATE TABLE public.presets (id integer PRIMARY KEY, name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
CREATE TABLE public.preset_usage (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preset_id integer NOT NULL REFERENCES public.presets ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.invoices (id integer PRIMARY KEY, usage_id integer REFERENCES public.preset_usage ON DELETE CASCADE);
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

INSERT INTO public.presets VALUES (1, 'Noir'), (2, 'Pastel');
INSERT INTO public.preset_usage (preset_id) VALUES (1), (2);
INSERT INTO public.invoices VALUES (1, 1);
UPDATE public.presets SET usage_count = 4 WHERE id = 1;
