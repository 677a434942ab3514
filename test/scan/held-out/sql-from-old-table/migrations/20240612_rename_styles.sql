-- writes: 10 sql
BEGIN;

CREATE TABLE presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  usage_count integer NOT NULL DEFAULT 0
);

INSERT INTO presets (id, name, usage_count) SELECT s.id, s.title, s.uses FROM styles s;

DROP TABLE styles;

COMMIT;
