#!/usr/bin/env bash
# writes: none
set -euo pipefail

OUT="reports/$(date +%F)-presets.csv"
mkdir -p reports

# Top presets of the week. Does not update usage_count.
psql "$DATABASE_URL" -c "\copy (SELECT name, usage_count FROM presets ORDER BY usage_count DESC LIMIT 100) TO '$OUT' CSV HEADER"

TOTAL=$(psql "$DATABASE_URL" -At -c "SELECT sum(usage_count) FROM presets")
curl -sS "$SUPABASE_URL/rest/v1/presets?select=name,usage_count&order=usage_count.desc&limit=3" \
  -H "apikey: $SUPABASE_ANON_KEY" > reports/top3.json

psql "$DATABASE_URL" <<SQL
INSERT INTO report_runs (kind, usage_count) VALUES ('presets', $TOTAL);
SQL

curl -sS -X POST "$SLACK_WEBHOOK" -H 'Content-Type: application/json' \
  -d "{\"text\": \"Presets were used $TOTAL times so far.\"}"
