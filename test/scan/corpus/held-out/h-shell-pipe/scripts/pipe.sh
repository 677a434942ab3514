# writes: 2 shell-sql
echo "UPDATE presets SET usage_count = usage_count + 1 WHERE slug = 'noir';" | psql "$DATABASE_URL"
