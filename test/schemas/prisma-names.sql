-- As Prisma makes it: tables and columns in mixed case, keys of text, times without time zone, an updatedAt without default.
-- presets: public."Presets"
-- records: public."PresetUsage"
-- preset: "presetId"
-- count: "usageCount"
-- simulated: Noir
-- remarks: other-names on-delete-restrict naive-time required-columns

CREATE TABLE public."Presets" (
  "id" text PRIMARY KEY,
  "displayName" text NOT NULL,
  "usageCount" integer NOT NULL DEFAULT 0,
  "lastUsedAt" timestamp(3),
  "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp,
  "updatedAt" timestamp(3) NOT NULL
);
CREATE TABLE public."PresetUsage" (
  "id" text PRIMARY KEY,
  "presetId" text NOT NULL REFERENCES public."Presets" ON DELETE RESTRICT ON UPDATE CASCADE,
  "userId" text,
  "usageType" text NOT NULL,
  "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp,
  "updatedAt" timestamp(3) NOT NULL
);
CREATE INDEX ON public."PresetUsage" ("presetId");

CREATE FUNCTION public.auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public."Presets" SET "usageCount" = "usageCount" + 1, "lastUsedAt" = current_timestamp WHERE "id" = NEW."presetId";
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public."PresetUsage"
  FOR EACH ROW EXECUTE FUNCTION public.auto_increment_preset_usage_count();

CREATE FUNCTION public.track_preset_usage("presetId" text, "usageType" text DEFAULT 'generation') RETURNS text
LANGUAGE sql AS $$
  INSERT INTO public."PresetUsage" ("id", "presetId", "usageType", "updatedAt")
  VALUES (gen_random_uuid()::text, $1, $2, now()) RETURNING "id"
$$;
INSERT INTO public."Presets" ("id", "displayName", "updatedAt") VALUES ('clx1', 'Noir', now()), ('clx2', 'Pastel', now());
INSERT INTO public."PresetUsage" ("id", "presetId", "usageType", "updatedAt")
SELECT 'u' || n, CASE WHEN n < 4 THEN 'clx1' ELSE 'clx2' END, 'generation', now() FROM generate_series(1, 5) n;
UPDATE public."Presets" SET "usageCount" = 40 WHERE "id" = 'clx1';
