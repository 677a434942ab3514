-- An ORM made the names: quoted, with capitals.
-- counter: public."Post"."commentCount"
-- truth: SELECT "id"::text AS id, "commentCount"::text AS count, (SELECT count(*) FROM "Comment" c WHERE c."postId" = p."id")::text AS truth FROM "Post" p ORDER BY 1
-- missed: move
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO "Comment" ("postId") VALUES ('c2'), ('c''3'); DELETE FROM "Comment" WHERE "postId" = 'c1'

CREATE TABLE "Post" ("id" text PRIMARY KEY, "title" text, "commentCount" integer NOT NULL DEFAULT 0);
CREATE TABLE "Comment" ("id" text PRIMARY KEY DEFAULT gen_random_uuid()::text, "postId" text NOT NULL REFERENCES "Post" ON DELETE CASCADE, "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX ON "Comment" ("postId");
CREATE FUNCTION "countComment"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN UPDATE "Post" SET "commentCount" = "commentCount" + 1 WHERE "id" = NEW."postId"; RETURN NEW; END IF;
  UPDATE "Post" SET "commentCount" = "commentCount" - 1 WHERE "id" = OLD."postId";
  RETURN OLD;
END $$;
CREATE TRIGGER "countComment" AFTER INSERT OR DELETE ON "Comment" FOR EACH ROW EXECUTE FUNCTION "countComment"();
INSERT INTO "Post" ("id", "title") VALUES ('c1', 'Hello'), ('c2', 'Spring'), ('c''3', 'It''s');
INSERT INTO "Comment" ("postId") VALUES ('c1'), ('c1'), ('c''3');
UPDATE "Post" SET "commentCount" = 4 WHERE "id" = 'c2';
UPDATE "Post" SET "commentCount" = 0 WHERE "id" = 'c''3';
