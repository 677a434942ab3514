#!/bin/sh
# writes: none
# psql -c "UPDATE presets SET usage_count = 0"
echo "Run: UPDATE presets SET usage_count = usage_count + 1"
psql "$DATABASE_URL" -c "SELECT id, usage_count FROM presets ORDER BY usage_count DESC LIMIT 5"
