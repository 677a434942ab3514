#!/bin/sh
# writes: none
psql "$DATABASE_URL" -c "\copy presets TO 'presets.csv' CSV"
psql "$DATABASE_URL" -c "\copy (select id, usage_count from presets) to 'counts.csv'"
psql "$DATABASE_URL" -c "\copy presets (id, name) from 'names.csv' csv"
psql "$DATABASE_URL" -c "\copy presets_import from 'presets.csv' csv"
echo "\copy presets from 'presets.csv'"
