-- A schema, tables and columns whose names need quotes, some of them hostile, and one column called "select".
-- schema: My App; --
-- presets: "My App; --"."Presets"
-- records: "My App; --"."PresetUsage"
-- key: "Id"
-- preset: "presetId"
-- count: "usageCount"
-- simulated: Noir
-- remarks: other-names track-missing
-- findings: track-missing

CREATE SCHEMA "My App; --";
CREATE TABLE "My App; --"."Presets" (
  "Id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  "Display Name" text,
  "name" text,
  "usageCount" integer DEFAULT 0,
  "lastUsedAt" timestamptz,
  "select" text DEFAULT '$$; DROP TABLE x; --'
);
CREATE TABLE "My App; --"."PresetUsage" (
  "Id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  "presetId" uuid REFERENCES "My App; --"."Presets" ON DELETE CASCADE,
  "usageType" text,
  "select" text NOT NULL DEFAULT 'it''s',
  "100 %" integer,
  "createdAt" timestamptz DEFAULT now()
);
CREATE INDEX ON "My App; --"."PresetUsage" ("presetId", "createdAt");
CREATE FUNCTION "My App; --".auto_increment_preset_usage_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE "My App; --"."Presets" SET "usageCount" = coalesce("usageCount", 0) + 1, "lastUsedAt" = now() WHERE "Id" = NEW."presetId";
  RETURN NULL;
END
$$;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON "My App; --"."PresetUsage"
  FOR EACH ROW EXECUTE FUNCTION "My App; --".auto_increment_preset_usage_count();

INSERT INTO "My App; --"."Presets" ("name") VALUES ('Noir'), ('Pastel');
INSERT INTO "My App; --"."PresetUsage" ("presetId", "usageType") SELECT "Id", 'a' FROM "My App; --"."Presets", generate_series(1, 3);
UPDATE "My App; --"."Presets" SET "usageCount" = 5 WHERE "name" = 'Pastel';
