#!/usr/bin/env bash
# writes: 18 shell-sql
set -euo pipefail

if [[ $# -ne 2 ]]; then
  echo "usage: $0 KEEP_ID DROP_ID" >&2
  exit 64
fi

KEEP="$1"
DROP="$2"

psql "$DATABASE_URL" -c "SELECT id, name, usage_count FROM presets WHERE id IN ('$KEEP', '$DROP')"
read -r -p "Merge the second into the first? [y/N] " answer
[[ "$answer" == "y" ]] || exit 0

USES=$(psql "$DATABASE_URL" -At -c "SELECT usage_count FROM presets WHERE id = '$DROP'")
psql "$DATABASE_URL" -c "UPDATE presets SET usage_count = usage_count + $USES WHERE id = '$KEEP'"
psql "$DATABASE_URL" -c "UPDATE projects SET preset_id = '$KEEP' WHERE preset_id = '$DROP'"
psql "$DATABASE_URL" -c "DELETE FROM presets WHERE id = '$DROP'"
echo "merged"
