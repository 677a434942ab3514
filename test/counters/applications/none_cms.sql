-- A content management system with full text search and versions. Numbers everywhere, counters nowhere.
CREATE TABLE sites (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    host text NOT NULL UNIQUE,
    articles_per_page integer NOT NULL DEFAULT 10,
    max_articles integer,
    cache_seconds integer NOT NULL DEFAULT 300
);

CREATE TABLE articles (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL REFERENCES sites ON DELETE CASCADE,
    slug text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    word_count integer NOT NULL DEFAULT 0,
    char_count integer GENERATED ALWAYS AS (length(body)) STORED,
    reading_time integer NOT NULL DEFAULT 1,
    view_count integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    sort_position integer NOT NULL DEFAULT 0,
    search_vector tsvector,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site_id, slug)
);
CREATE INDEX ON articles USING gin (search_vector);

CREATE TABLE article_versions (
    article_id uuid NOT NULL REFERENCES articles ON DELETE CASCADE,
    version integer NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (article_id, version)
);

CREATE TABLE blocks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    article_id uuid NOT NULL REFERENCES articles ON DELETE CASCADE,
    kind text NOT NULL,
    "position" integer NOT NULL,
    columns integer NOT NULL DEFAULT 1,
    rows integer
);

CREATE TABLE galleries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    title text NOT NULL,
    images_per_row integer NOT NULL DEFAULT 3,
    visible_images integer NOT NULL DEFAULT 12
);
CREATE TABLE images (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    gallery_id uuid NOT NULL REFERENCES galleries ON DELETE CASCADE,
    width integer NOT NULL,
    height integer NOT NULL,
    focal_x integer,
    focal_y integer,
    byte_size bigint
);

CREATE TABLE forms (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    max_entries integer NOT NULL DEFAULT 100,
    step_count integer NOT NULL DEFAULT 1
);
CREATE TABLE form_entries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    form_id uuid NOT NULL REFERENCES forms ON DELETE CASCADE,
    answers jsonb NOT NULL,
    age integer,
    persons integer
);

CREATE FUNCTION articles_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_vector := setweight(to_tsvector('simple', NEW.title), 'A') || setweight(to_tsvector('simple', NEW.body), 'B');
    NEW.word_count := (SELECT count(*) FROM regexp_split_to_table(NEW.body, '\s+') w WHERE w <> '');
    NEW.reading_time := GREATEST(1, NEW.word_count / 220);
    NEW.updated_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER articles_before BEFORE INSERT OR UPDATE OF title, body ON articles FOR EACH ROW EXECUTE FUNCTION articles_before();

CREATE FUNCTION articles_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO article_versions (article_id, version, title, body) VALUES (OLD.id, OLD.version, OLD.title, OLD.body);
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER articles_keep_version BEFORE UPDATE ON articles FOR EACH ROW
    WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION articles_keep_version();

CREATE FUNCTION blocks_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW."position" IS NULL THEN
        NEW."position" := (SELECT count(*) FROM blocks b WHERE b.article_id = NEW.article_id) + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER blocks_position BEFORE INSERT ON blocks FOR EACH ROW EXECUTE FUNCTION blocks_position();

-- those behind a removed block move up
CREATE FUNCTION blocks_close_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE blocks SET "position" = "position" - 1 WHERE article_id = OLD.article_id AND "position" > OLD."position";
    RETURN OLD;
END $$;
CREATE TRIGGER blocks_close_gap AFTER DELETE ON blocks FOR EACH ROW EXECUTE FUNCTION blocks_close_gap();

CREATE FUNCTION form_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM form_entries e WHERE e.form_id = NEW.form_id) >= (SELECT max_entries FROM forms f WHERE f.id = NEW.form_id) THEN
        RAISE EXCEPTION 'the form takes no more entries';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER form_full BEFORE INSERT ON form_entries FOR EACH ROW EXECUTE FUNCTION form_full();

CREATE MATERIALIZED VIEW site_summary AS
    SELECT s.id, s.host, count(a.id) AS articles_count, coalesce(sum(a.word_count), 0) AS words_total FROM sites s LEFT JOIN articles a ON a.site_id = s.id GROUP BY s.id, s.host;

INSERT INTO sites (id, host, max_articles) SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'site' || n || '.example.org', 100 FROM generate_series(1, 4) n;
INSERT INTO articles (id, site_id, slug, title, body, view_count, sort_position)
    SELECT ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, ('00000000-0000-4000-8000-' || lpad((1 + n % 4)::text, 12, '0'))::uuid, 'a-' || n, 'Article ' || n, repeat('word ', n * 3), n * 17 % 50, n
      FROM generate_series(1, 18) n;
UPDATE articles SET body = body || ' more' WHERE sort_position % 3 = 0;
UPDATE articles SET body = body || ' and more' WHERE sort_position = 9;
INSERT INTO blocks (article_id, kind, "position") SELECT a.id, 'text', k FROM articles a, generate_series(1, 3) k;
DELETE FROM blocks WHERE "position" = 2 AND article_id IN (SELECT id FROM articles WHERE sort_position < 5);
INSERT INTO galleries (id, title, images_per_row, visible_images) SELECT ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid, 'Gallery ' || n, 2 + n % 3, 6 * n FROM generate_series(1, 5) n;
INSERT INTO images (gallery_id, width, height, byte_size) SELECT g.id, 800, 600, 1000 FROM galleries g, generate_series(1, 4) k;
INSERT INTO forms (id, name, max_entries, step_count) SELECT ('00000000-0000-4000-b000-' || lpad(n::text, 12, '0'))::uuid, 'Form ' || n, 50, n FROM generate_series(1, 3) n;
INSERT INTO form_entries (form_id, answers, age, persons) SELECT f.id, '{}', 20 + k, k FROM forms f, generate_series(1, 6) k;
REFRESH MATERIALIZED VIEW site_summary;
