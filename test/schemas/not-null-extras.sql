-- Records need values of many types that nothing gives them by default; some columns only the server may write.
-- migrate: proved
-- simulated: Noir
-- remarks: required-columns

CREATE TYPE public.kind AS ENUM ('render', 'export');
CREATE DOMAIN public.percentage AS numeric CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE public.presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title varchar(60) NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  usage_count integer NOT NULL DEFAULT 0,
  popular boolean GENERATED ALWAYS AS (usage_count > 10) STORED,
  last_used_at timestamptz
);
CREATE TABLE public.preset_usage (
  number bigint GENERATED ALWAYS AS IDENTITY,
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets ON DELETE CASCADE,
  user_id uuid NOT NULL,
  usage_type public.kind NOT NULL,
  usage_data jsonb NOT NULL,
  share public.percentage NOT NULL,
  tags text[] NOT NULL,
  address inet,
  cost numeric(12, 4) NOT NULL,
  doubled numeric GENERATED ALWAYS AS (cost * 2) STORED,
  day date NOT NULL,
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

INSERT INTO public.presets (title) VALUES ('Noir'), ('Pastel'), ('Sepia');
INSERT INTO public.preset_usage (preset_id, user_id, usage_type, usage_data, share, tags, address, cost, day)
SELECT id, gen_random_uuid(), 'export', '{"a": [1, null, "\u00e4"]}', 12.50, '{a,"b c",NULL}', '10.0.0.1/8', 0.1000, '2025-01-31'
  FROM public.presets, generate_series(1, 2) WHERE title <> 'Sepia';
UPDATE public.presets SET usage_count = 11 WHERE title = 'Pastel';
