-- Two more counters beside that of presets, for the demo: likes of presets, and comments on posts.
-- Run it after sql/demo-schema.sql and the migration:
--   psql -v ON_ERROR_STOP=1 -f sql/demo-counters.sql "$DATABASE_URL"

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;

ALTER TABLE public.presets ADD COLUMN likes_count integer NOT NULL DEFAULT 0;

CREATE TABLE public.preset_likes (
  preset_id uuid NOT NULL REFERENCES public.presets (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (preset_id, user_id)
);

CREATE FUNCTION public.count_preset_like() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE public.presets SET likes_count = likes_count + 1 WHERE id = NEW.preset_id;
  ELSE
    UPDATE public.presets SET likes_count = likes_count - 1 WHERE id = OLD.preset_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER count_preset_like AFTER INSERT OR DELETE ON public.preset_likes
  FOR EACH ROW EXECUTE FUNCTION public.count_preset_like();

CREATE TABLE public.posts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title text NOT NULL,
  comments_count integer DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.comments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  post_id uuid NOT NULL REFERENCES public.posts (id) ON DELETE CASCADE,
  user_id uuid REFERENCES public.users (id) ON DELETE SET NULL,
  body text NOT NULL,
  -- Set instead of a DELETE: the comment is no longer shown, and no longer counts.
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_comments_post ON public.comments (post_id, deleted_at);

-- Counts comments that are shown: made, deleted, marked as deleted, brought back, or moved when two posts are merged.
CREATE FUNCTION public.count_comment() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN
    UPDATE public.posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN
    UPDATE public.posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER count_comment AFTER INSERT OR DELETE OR UPDATE OF post_id, deleted_at ON public.comments
  FOR EACH ROW EXECUTE FUNCTION public.count_comment();

COMMIT;
