-- A music application, its tables made by Prisma.
CREATE TYPE "FollowTarget" AS ENUM ('ARTIST', 'USER', 'PLAYLIST');

CREATE TABLE "_prisma_migrations" (
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE "User" (
    "id" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "followerCount" INTEGER NOT NULL DEFAULT 0,
    "followingCount" INTEGER NOT NULL DEFAULT 0,
    "playlistCount" INTEGER NOT NULL DEFAULT 0,
    "maxDevices" INTEGER NOT NULL DEFAULT 3,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Artist" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "albumCount" INTEGER NOT NULL DEFAULT 0,
    "followerCount" INTEGER NOT NULL DEFAULT 0,
    "monthlyListeners" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "Artist_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Album" (
    "id" TEXT NOT NULL,
    "artistId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "year" INTEGER,
    "discs" INTEGER NOT NULL DEFAULT 1,
    "trackCount" INTEGER NOT NULL DEFAULT 0,
    "durationMs" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "Album_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Track" (
    "id" TEXT NOT NULL,
    "albumId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "discNumber" INTEGER NOT NULL DEFAULT 1,
    "trackNumber" INTEGER NOT NULL,
    "durationMs" INTEGER NOT NULL,
    "bpm" INTEGER,
    "likeCount" INTEGER NOT NULL DEFAULT 0,
    "playCount" INTEGER NOT NULL DEFAULT 0,
    "skipCount" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "Track_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Playlist" (
    "id" TEXT NOT NULL,
    "ownerId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "isPublic" BOOLEAN NOT NULL DEFAULT true,
    "trackCount" INTEGER NOT NULL DEFAULT 0,
    "totalDurationMs" BIGINT NOT NULL DEFAULT 0,
    "followerCount" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "Playlist_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "PlaylistTrack" (
    "playlistId" TEXT NOT NULL,
    "trackId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "addedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "PlaylistTrack_pkey" PRIMARY KEY ("playlistId", "trackId")
);

CREATE TABLE "TrackLike" (
    "userId" TEXT NOT NULL,
    "trackId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "TrackLike_pkey" PRIMARY KEY ("userId", "trackId")
);

CREATE TABLE "Play" (
    "id" BIGSERIAL NOT NULL,
    "trackId" TEXT NOT NULL,
    "userId" TEXT,
    "msPlayed" INTEGER NOT NULL DEFAULT 0,
    "playedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "Play_pkey" PRIMARY KEY ("id")
);

-- followed is an artist, a user or a playlist
CREATE TABLE "Follow" (
    "id" BIGSERIAL NOT NULL,
    "followerId" TEXT NOT NULL,
    "targetType" "FollowTarget" NOT NULL,
    "targetId" TEXT NOT NULL,
    CONSTRAINT "Follow_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "Follow_followerId_targetType_targetId_key" ON "Follow" ("followerId", "targetType", "targetId");
ALTER TABLE "Album" ADD CONSTRAINT "Album_artistId_fkey" FOREIGN KEY ("artistId") REFERENCES "Artist" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Track" ADD CONSTRAINT "Track_albumId_fkey" FOREIGN KEY ("albumId") REFERENCES "Album" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Playlist" ADD CONSTRAINT "Playlist_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "PlaylistTrack" ADD CONSTRAINT "PlaylistTrack_playlistId_fkey" FOREIGN KEY ("playlistId") REFERENCES "Playlist" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "PlaylistTrack" ADD CONSTRAINT "PlaylistTrack_trackId_fkey" FOREIGN KEY ("trackId") REFERENCES "Track" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "TrackLike" ADD CONSTRAINT "TrackLike_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "TrackLike" ADD CONSTRAINT "TrackLike_trackId_fkey" FOREIGN KEY ("trackId") REFERENCES "Track" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Play" ADD CONSTRAINT "Play_trackId_fkey" FOREIGN KEY ("trackId") REFERENCES "Track" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Play" ADD CONSTRAINT "Play_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "Follow" ADD CONSTRAINT "Follow_followerId_fkey" FOREIGN KEY ("followerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Playlist.trackCount, Playlist.totalDurationMs
CREATE FUNCTION "updatePlaylistTrackCount"() RETURNS TRIGGER AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE "Playlist" SET "trackCount" = "trackCount" + 1, "version" = "version" + 1 WHERE "id" = NEW."playlistId";
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE "Playlist" SET "trackCount" = "trackCount" - 1, "version" = "version" + 1 WHERE "id" = OLD."playlistId";
        RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND OLD."playlistId" <> NEW."playlistId" THEN
        UPDATE "Playlist" SET "trackCount" = "trackCount" - 1 WHERE "id" = OLD."playlistId";
        UPDATE "Playlist" SET "trackCount" = "trackCount" + 1 WHERE "id" = NEW."playlistId";
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER "PlaylistTrack_count" AFTER INSERT OR UPDATE OR DELETE ON "PlaylistTrack"
    FOR EACH ROW EXECUTE FUNCTION "updatePlaylistTrackCount"();

CREATE FUNCTION "updatePlaylistDuration"() RETURNS TRIGGER AS $$
BEGIN
    UPDATE "Playlist" p
       SET "totalDurationMs" = (SELECT COALESCE(SUM(t."durationMs" + 2000), 0) FROM "PlaylistTrack" pt JOIN "Track" t ON t."id" = pt."trackId" WHERE pt."playlistId" = p."id")
     WHERE p."id" = COALESCE(NEW."playlistId", OLD."playlistId");
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER "PlaylistTrack_duration" AFTER INSERT OR DELETE ON "PlaylistTrack"
    FOR EACH ROW EXECUTE FUNCTION "updatePlaylistDuration"();

-- Album.trackCount, Album.durationMs
CREATE FUNCTION "refreshAlbum"() RETURNS TRIGGER AS $$
DECLARE
    "vAlbumId" TEXT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        "vAlbumId" := OLD."albumId";
    ELSE
        "vAlbumId" := NEW."albumId";
    END IF;
    UPDATE "Album"
       SET ("trackCount", "durationMs") = (SELECT COUNT(*), COALESCE(SUM("Track"."durationMs"), 0) FROM "Track" WHERE "Track"."albumId" = "vAlbumId")
     WHERE "Album"."id" = "vAlbumId";
    IF TG_OP = 'UPDATE' AND OLD."albumId" <> NEW."albumId" THEN
        UPDATE "Album"
           SET ("trackCount", "durationMs") = (SELECT COUNT(*), COALESCE(SUM("Track"."durationMs"), 0) FROM "Track" WHERE "Track"."albumId" = OLD."albumId")
         WHERE "Album"."id" = OLD."albumId";
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER "Track_refreshAlbum" AFTER INSERT OR DELETE OR UPDATE OF "albumId", "durationMs" ON "Track"
    FOR EACH ROW EXECUTE FUNCTION "refreshAlbum"();

-- Track.likeCount
CREATE FUNCTION "trackLiked"() RETURNS TRIGGER AS $$
BEGIN
    UPDATE "Track" SET "likeCount" = "Track"."likeCount" + "n"."likes"
      FROM (SELECT "trackId", COUNT(*)::INTEGER AS "likes" FROM "newLikes" GROUP BY "trackId") AS "n"
     WHERE "Track"."id" = "n"."trackId";
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE FUNCTION "trackUnliked"() RETURNS TRIGGER AS $$
BEGIN
    UPDATE "Track" SET "likeCount" = "Track"."likeCount" - "n"."likes"
      FROM (SELECT "trackId", COUNT(*)::INTEGER AS "likes" FROM "oldLikes" GROUP BY "trackId") AS "n"
     WHERE "Track"."id" = "n"."trackId";
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER "TrackLike_insert" AFTER INSERT ON "TrackLike" REFERENCING NEW TABLE AS "newLikes"
    FOR EACH STATEMENT EXECUTE FUNCTION "trackLiked"();
CREATE TRIGGER "TrackLike_delete" AFTER DELETE ON "TrackLike" REFERENCING OLD TABLE AS "oldLikes"
    FOR EACH STATEMENT EXECUTE FUNCTION "trackUnliked"();

-- followers
CREATE FUNCTION "followChanged"() RETURNS TRIGGER AS $$
DECLARE
    f "Follow";
    d INTEGER := 1;
BEGIN
    IF TG_OP = 'DELETE' THEN
        f := OLD;
        d := -1;
    ELSE
        f := NEW;
    END IF;

    UPDATE "User" SET "followingCount" = "followingCount" + d WHERE "id" = f."followerId";

    CASE f."targetType"
        WHEN 'ARTIST' THEN
            UPDATE "Artist" SET "followerCount" = "followerCount" + d WHERE "id" = f."targetId";
        WHEN 'USER' THEN
            UPDATE "User" SET "followerCount" = "followerCount" + d WHERE "id" = f."targetId";
        WHEN 'PLAYLIST' THEN
            UPDATE "Playlist" SET "followerCount" = "followerCount" + d WHERE "id" = f."targetId";
    END CASE;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER "Follow_changed" AFTER INSERT OR DELETE ON "Follow" FOR EACH ROW EXECUTE FUNCTION "followChanged"();

-- User.playlistCount: public ones only
CREATE FUNCTION "userPlaylists"() RETURNS TRIGGER AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW."isPublic" THEN
        UPDATE "User" SET "playlistCount" = "playlistCount" + 1 WHERE "id" = NEW."ownerId";
    ELSIF TG_OP = 'DELETE' AND OLD."isPublic" THEN
        UPDATE "User" SET "playlistCount" = "playlistCount" - 1 WHERE "id" = OLD."ownerId";
    ELSIF TG_OP = 'UPDATE' THEN
        IF NEW."isPublic" AND NOT OLD."isPublic" THEN
            UPDATE "User" SET "playlistCount" = "playlistCount" + 1 WHERE "id" = NEW."ownerId";
        ELSIF OLD."isPublic" AND NOT NEW."isPublic" THEN
            UPDATE "User" SET "playlistCount" = "playlistCount" - 1 WHERE "id" = NEW."ownerId";
        END IF;
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER "Playlist_user" AFTER INSERT OR DELETE OR UPDATE OF "isPublic" ON "Playlist"
    FOR EACH ROW EXECUTE FUNCTION "userPlaylists"();

-- called by the server
CREATE FUNCTION "recordPlay"("pTrackId" TEXT, "pUserId" TEXT, "pMs" INTEGER) RETURNS BIGINT AS $$
DECLARE
    "vId" BIGINT;
BEGIN
    INSERT INTO "Play" ("trackId", "userId", "msPlayed") VALUES ("pTrackId", "pUserId", "pMs") RETURNING "id" INTO "vId";
    UPDATE "Track" SET "playCount" = "playCount" + 1 WHERE "id" = "pTrackId";
    RETURN "vId";
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION "recordSkip"("pTrackId" TEXT) RETURNS VOID AS $$
    UPDATE "Track" SET "skipCount" = "skipCount" + 1 WHERE "id" = "pTrackId";
$$ LANGUAGE sql;

-- data
INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "applied_steps_count") VALUES ('a1', 'c0ffee', '20260101000000_init', 1), ('a2', 'decade', '20260102000000_plays', 1);
INSERT INTO "User" ("id", "handle") SELECT 'usr' || n, 'listener' || n FROM generate_series(1, 9) n;
INSERT INTO "Artist" ("id", "name", "monthlyListeners") SELECT 'art' || n, 'Artist ' || n, 1000 * n FROM generate_series(1, 8) n;
INSERT INTO "Album" ("id", "artistId", "title", "year", "discs") SELECT 'alb' || n, 'art' || 1 + n % 7, 'Album ' || n, 2010 + n, 1 + n % 2 FROM generate_series(1, 12) n;
INSERT INTO "Track" ("id", "albumId", "title", "trackNumber", "durationMs", "bpm")
    SELECT 'trk' || a || '-' || t, 'alb' || a, 'Track ' || t, t, 100000 + a * 1000 + t * 10, 90 + t FROM generate_series(1, 11) a, generate_series(1, 4) t WHERE (a + t) % 6 <> 0;
UPDATE "Track" SET "albumId" = 'alb1' WHERE "id" = 'trk4-1';
UPDATE "Track" SET "durationMs" = 99999 WHERE "trackNumber" = 2 AND "albumId" IN ('alb2', 'alb3');
DELETE FROM "Track" WHERE "id" IN ('trk5-2', 'trk6-2');
INSERT INTO "Playlist" ("id", "ownerId", "title", "isPublic") SELECT 'pl' || n, 'usr' || 1 + n % 6, 'Mix ' || n, n % 4 > 0 FROM generate_series(1, 14) n;
UPDATE "Playlist" SET "isPublic" = false WHERE "id" IN ('pl1', 'pl2');
UPDATE "Playlist" SET "isPublic" = true WHERE "id" = 'pl4';
INSERT INTO "PlaylistTrack" ("playlistId", "trackId", "position")
    SELECT p."id", t."id", 1 FROM "Playlist" p, "Track" t WHERE (right(p."id", 1)::int + t."trackNumber" * 3 + right(t."albumId", 1)::int) % 7 = 0;
DELETE FROM "PlaylistTrack" WHERE "playlistId" = 'pl3' AND "trackId" LIKE '%-1';
UPDATE "PlaylistTrack" SET "playlistId" = 'pl13' WHERE "playlistId" = 'pl5' AND "trackId" NOT IN (SELECT "trackId" FROM "PlaylistTrack" WHERE "playlistId" = 'pl13');
DELETE FROM "Playlist" WHERE "id" = 'pl14';
INSERT INTO "TrackLike" ("userId", "trackId") SELECT u."id", t."id" FROM "User" u, "Track" t WHERE (right(u."id", 1)::int * 2 + t."durationMs") % 9 < 2;
DELETE FROM "TrackLike" WHERE "userId" = 'usr3';
INSERT INTO "Follow" ("followerId", "targetType", "targetId")
    SELECT 'usr' || u, 'ARTIST'::"FollowTarget", 'art' || a FROM generate_series(1, 9) u, generate_series(1, 8) a WHERE (u + a * 2) % 4 = 0
    UNION ALL SELECT 'usr' || u, 'USER', 'usr' || v FROM generate_series(1, 9) u, generate_series(1, 9) v WHERE u <> v AND (u * v) % 5 = 1
    UNION ALL SELECT 'usr' || u, 'PLAYLIST', 'pl' || p FROM generate_series(1, 9) u, generate_series(1, 10) p WHERE (u + p) % 6 = 0;
DELETE FROM "Follow" WHERE "followerId" = 'usr4';
SELECT "recordPlay"('trk' || 1 + n % 5 || '-1', 'usr' || 1 + n % 9, 60000 + n) FROM generate_series(1, 37) n WHERE 1 + n % 5 <> 5;
SELECT "recordSkip"('trk' || 1 + n % 4 || '-3') FROM generate_series(1, 11) n;
UPDATE "Artist" a SET "albumCount" = (SELECT COUNT(*) FROM "Album" b WHERE b."artistId" = a."id");
UPDATE "Artist" SET "albumCount" = 0 WHERE "id" = 'art2';
