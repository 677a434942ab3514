#!/bin/sh
# writes: none
# UPDATE presets SET usage_count = usage_count + 1
psql "$DATABASE_URL" -At -c 'select name, usage_count from presets order by usage_count desc limit 10'
echo "update presets set usage_count = 0 is what reset does"
