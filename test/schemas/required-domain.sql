-- The only record-to-be needs a value of a domain that nobody can guess: the insert fails, and that is explained.
-- real: no-record-key
-- simulated: Noir
-- simulation: 23514
-- explains: use-failed

CREATE DOMAIN public.color AS text CHECK (VALUE ~ '^#[0-9a-f]{6}$');
CREATE TABLE public.presets (id integer PRIMARY KEY, name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
CREATE TABLE public.preset_usage (
  preset_id integer NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  color public.color NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
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

INSERT INTO public.presets VALUES (1, 'Noir', 4), (2, 'Pastel', 1);
