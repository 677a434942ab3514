-- What a Supabase project brings, as far as counters are concerned. Run it as the superuser supabase_admin, after whom
-- `postgres` is the project's own role: it owns the tables and is no superuser.

CREATE ROLE anon NOLOGIN NOINHERIT;
CREATE ROLE authenticated NOLOGIN NOINHERIT;
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT PASSWORD 'secret';
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS PASSWORD 'secret';
-- Roles that people add by hand: for reports, and to own tables without BYPASSRLS.
CREATE ROLE report LOGIN PASSWORD 'secret';
CREATE ROLE app_owner LOGIN PASSWORD 'secret';
GRANT anon, authenticated, service_role TO authenticator, postgres;

CREATE SCHEMA auth;
CREATE TABLE auth.users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('request.jwt.claim.role', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
$$;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role, postgres, app_owner;
GRANT SELECT, INSERT, DELETE, REFERENCES ON auth.users TO postgres, app_owner;
GRANT ALL ON SCHEMA public TO postgres, app_owner;
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role, report;

-- The application's own tables, with policies as its authors write them.
SET ROLE postgres;
CREATE TABLE public.presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid REFERENCES auth.users (id) ON DELETE SET NULL,
  name text NOT NULL,
  is_public boolean NOT NULL DEFAULT true,
  usage_count integer DEFAULT 0,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.preset_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  preset_id uuid NOT NULL REFERENCES public.presets (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
  usage_type text NOT NULL DEFAULT 'generation',
  usage_data jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON public.preset_usage (preset_id, created_at DESC);
ALTER TABLE public.presets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.preset_usage ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Public presets are viewable by everyone" ON public.presets
  FOR SELECT USING (is_public OR (SELECT auth.uid()) = user_id);
CREATE POLICY "Users can manage their own presets" ON public.presets
  TO authenticated USING ((SELECT auth.uid()) = user_id) WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can view their own usage" ON public.preset_usage
  FOR SELECT TO authenticated USING ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can insert their own usage" ON public.preset_usage
  FOR INSERT TO authenticated WITH CHECK ((SELECT auth.uid()) = user_id);
GRANT ALL ON ALL TABLES IN SCHEMA public TO anon, authenticated, service_role;
GRANT SELECT ON public.presets, public.preset_usage TO report;

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE public.presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = NEW.created_at
   WHERE id = NEW.preset_id;
  RETURN NEW;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();
CREATE FUNCTION public.track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}')
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  record_id uuid;
BEGIN
  IF auth.uid() IS NULL THEN
    RAISE EXCEPTION 'Not authenticated' USING ERRCODE = '42501';
  END IF;
  INSERT INTO public.preset_usage (preset_id, user_id, usage_type, usage_data)
  VALUES (p_preset_id, auth.uid(), p_usage_type, p_usage_data) RETURNING id INTO record_id;
  RETURN record_id;
END
$$;
REVOKE ALL ON FUNCTION public.track_preset_usage(uuid, text, jsonb) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.track_preset_usage(uuid, text, jsonb) TO authenticated, service_role;

INSERT INTO auth.users (email) VALUES ('ada@example.org'), ('grace@example.org');
INSERT INTO public.presets (name, is_public, user_id)
  SELECT name, is_public, (SELECT id FROM auth.users WHERE email = 'ada@example.org')
    FROM (VALUES ('Noir', true), ('Pastel', true), ('Secret', false)) p (name, is_public);
INSERT INTO public.preset_usage (preset_id, user_id)
  SELECT p.id, u.id FROM public.presets p, auth.users u, generate_series(1, 3);
RESET ROLE;
