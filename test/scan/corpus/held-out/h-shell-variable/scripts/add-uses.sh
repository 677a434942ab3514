#!/usr/bin/env bash
# writes: 3 shell-sql
SQL="update presets set usage_count = usage_count + ${2:-1} where id = '$1'"
docker compose exec -T db psql -U postgres -c "$SQL"
