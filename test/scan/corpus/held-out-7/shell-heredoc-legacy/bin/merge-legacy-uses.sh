#!/bin/sh
# writes: 13 shell-sql
# Run once after pg_restore of the desktop product's dump into the schema "legacy".
set -eu

. "$(dirname "$0")/env.sh"

echo "Merging uses of $(psql "$DATABASE_URL" -qAt -c 'select count(*) from legacy.preset') legacy presets"

psql "$DATABASE_URL" -v ON_ERROR_STOP=1 <<'SQL'
BEGIN;

UPDATE presets p
   SET usage_count = p.usage_count + l.times_applied
  FROM legacy.preset l
 WHERE l.slug = p.slug;

UPDATE legacy.preset SET merged_at = now();

COMMIT;
SQL

echo done
