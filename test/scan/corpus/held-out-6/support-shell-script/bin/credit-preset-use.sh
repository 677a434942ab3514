#!/usr/bin/env bash
# writes: 16 shell-sql
# Support: credits uses that the app lost, e.g. bin/credit-preset-use.sh 3f1c… 4
set -euo pipefail

: "${DATABASE_URL:?DATABASE_URL is not set}"

preset_id="${1:?usage: $0 PRESET_ID [USES]}"
uses="${2:-1}"

echo "before:"
psql "$DATABASE_URL" -At -c "SELECT name, usage_count FROM presets WHERE id = '$preset_id'"

psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -v id="$preset_id" -v uses="$uses" <<'SQL'
BEGIN;
UPDATE presets
   SET usage_count = usage_count + :uses
 WHERE id = :'id';
INSERT INTO support_log (action, subject, amount) VALUES ('credit-use', :'id', :uses);
COMMIT;
SQL

echo "after:"
psql "$DATABASE_URL" -At -c "SELECT name, usage_count FROM presets WHERE id = '$preset_id'"
