#!/usr/bin/env bash
# writes: 6 shell-sql
set -euo pipefail
psql "$DATABASE_URL" -v ON_ERROR_STOP=1 <<'SQL'
BEGIN;
UPDATE presets SET usage_count = usage_count + 1 WHERE slug = 'portrait';
COMMIT;
SQL
