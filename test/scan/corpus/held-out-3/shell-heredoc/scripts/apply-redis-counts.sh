#!/usr/bin/env bash
# writes: 9 shell-sql
set -euo pipefail

redis-cli --csv hgetall preset:uses | tr -d '"' | xargs -n2 -d, > /tmp/uses.txt

while read -r id uses; do
  psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -v id="$id" -v uses="$uses" <<'SQL'
    UPDATE presets SET usage_count = usage_count + :uses WHERE id = :'id';
SQL
done < /tmp/uses.txt
