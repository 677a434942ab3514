#!/usr/bin/env bash
# writes: 14 shell-sql
# Counts preset downloads from the CDN's access log and adds them to the gallery.
set -euo pipefail

LOG_DIR=${1:?usage: import-access-log.sh DIRECTORY}
: "${DATABASE_URL:?}"

zcat "$LOG_DIR"/*.gz \
  | grep -oE 'GET /presets/[0-9a-f-]{36}/download' \
  | cut -d/ -f3 \
  | sort | uniq -c \
  | while read -r hits id; do
      psql "$DATABASE_URL" -qAt -c "UPDATE presets SET usage_count = usage_count + $hits WHERE id = '$id'"
    done

psql "$DATABASE_URL" -c "SELECT name, usage_count FROM presets ORDER BY usage_count DESC LIMIT 10"
