#!/bin/bash
# writes: 3 shell-sql
psql -qAt <<< "update presets set usage_count = usage_count + 1 where id = '$ID'"
