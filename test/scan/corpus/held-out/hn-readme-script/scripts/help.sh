#!/bin/bash
# writes: none
cat <<'TXT'
Usage: help.sh
  UPDATE presets SET usage_count = usage_count + 1   -- never do this
TXT
