#!/bin/sh
# writes: none
# Sends the ten most used presets to the team.
set -eu

DAY=$(date +%F)
OUT="/tmp/presets-$DAY.csv"

psql "$REPORTING_URL" -v ON_ERROR_STOP=1 <<SQL
\copy (SELECT name, usage_count, last_used_at FROM presets ORDER BY usage_count DESC LIMIT 10) TO '$OUT' CSV HEADER
SQL

TOTAL=$(psql "$REPORTING_URL" -Atc "SELECT sum(usage_count) FROM presets")

psql "$REPORTING_URL" -c "INSERT INTO report_runs (report, day, total) VALUES ('presets', '$DAY', $TOTAL)"

curl -sS "$SLACK_WEBHOOK" \
  -H 'content-type: application/json' \
  -d "{\"text\": \"Presets were used $TOTAL times until $DAY\"}"

rm -f "$OUT"
