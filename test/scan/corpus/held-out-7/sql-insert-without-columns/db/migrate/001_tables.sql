-- writes: none
CREATE TABLE presets (
  id           bigint PRIMARY KEY,
  name         text NOT NULL,
  usage_count  integer NOT NULL DEFAULT 0,
  settings     jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE palettes (
  id      bigint PRIMARY KEY,
  colours text[] NOT NULL
);
