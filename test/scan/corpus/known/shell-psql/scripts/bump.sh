#!/usr/bin/env bash
# writes: 5 shell-sql
set -euo pipefail
preset_id="$1"
psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -c "UPDATE presets SET usage_count = usage_count + 1 WHERE id = '$preset_id'"
