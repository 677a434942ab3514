-- A minimal but realistic version of the tables whose counters this console watches.
-- Run it in an empty database, then the migration:
--   psql -v ON_ERROR_STOP=1 -f sql/demo-schema.sql "$DATABASE_URL"
--   psql -v ON_ERROR_STOP=1 -f sql/20250930000001_fix_usage_tracking.sql "$DATABASE_URL"

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE public.users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  -- Nullable on purpose: the column was added to an existing table, and old rows were never filled in.
  usage_count integer DEFAULT 0,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets (id) ON DELETE CASCADE,
  user_id uuid REFERENCES public.users (id) ON DELETE CASCADE,
  usage_type text NOT NULL,
  usage_data jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Serves the count of one preset's records (index only) and its newest records (no sort).
CREATE INDEX idx_preset_usage_preset_created ON public.preset_usage (preset_id, created_at DESC);
-- Without it ON DELETE CASCADE from users would read the whole table.
CREATE INDEX idx_preset_usage_user ON public.preset_usage (user_id);

COMMIT;
