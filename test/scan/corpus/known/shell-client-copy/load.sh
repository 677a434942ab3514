#!/usr/bin/env bash
# writes: 5 shell-sql, 6 shell-sql, 7 shell-sql, 8 shell-sql, 11 shell-sql
set -e
# From the old database, with its counts
psql "$DATABASE_URL" -c "\copy presets (id, name, usage_count) FROM 'presets.csv' CSV"
psql "$DATABASE_URL" --command="\\copy public.presets from '/tmp/presets.csv' with csv header"
psql "$OLD" -c "COPY (SELECT * FROM presets) TO STDOUT" | psql "$NEW" -c "COPY presets FROM STDIN"
psql "$DATABASE_URL" -c 'insert into presets select * from presets_old'
psql "$DATABASE_URL" <<SQL
\set ON_ERROR_STOP on
\copy presets from program 'gunzip -c presets.gz'
SQL
