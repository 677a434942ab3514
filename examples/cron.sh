#!/bin/sh
# For a line of crontab such as: 17 * * * * DATABASE_URL=... MAILTO=on-call@example.com /opt/counters/cron.sh
# cron mails what a job prints. Nothing is printed while every count is within the limits.
set -eu
exec preset-usage check --all --read-only --quiet --max-drift 2
