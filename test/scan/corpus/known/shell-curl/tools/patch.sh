#!/bin/bash
# writes: 3 postgrest
curl -sS -X PATCH "$SUPABASE_URL/rest/v1/presets?id=eq.$1" \
  -H "apikey: $KEY" -H 'Content-Type: application/json' \
  -d "{\"usage_count\": $2}"
