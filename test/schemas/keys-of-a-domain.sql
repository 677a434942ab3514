-- Keys are a domain over text on one side and varchar on the other; the count is a smallint.
-- key: slug
-- simulated: Noir
-- remarks: on-delete-no-action no-index

CREATE DOMAIN public.slug AS text CHECK (VALUE ~ '^[a-z-]+$');
CREATE TABLE public.presets (
  slug public.slug PRIMARY KEY,
  title text,
  usage_count smallint DEFAULT 0,
  last_used_at timestamptz
);
CREATE TABLE public.preset_usage (
  id serial PRIMARY KEY,
  preset_id varchar(40) REFERENCES public.presets,
  created_at timestamptz DEFAULT now()
);

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE slug = NEW.preset_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();

INSERT INTO public.presets VALUES ('film-noir', 'Noir', 0), ('pastel', 'Pastel', NULL), ('sepia', 'Sepia', NULL);
INSERT INTO public.preset_usage (preset_id) VALUES ('film-noir'), ('pastel'), ('pastel');
UPDATE public.presets SET usage_count = 7 WHERE slug = 'film-noir';
UPDATE public.presets SET usage_count = NULL WHERE slug = 'pastel';
