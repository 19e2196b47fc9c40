#!/bin/sh
# `start` runs the service; any other word is a command of `accord`: docker compose run --rm accord status
set -eu
cd "$(dirname "$0")/.."

if [ "${1:-start}" != start ]; then
  exec node dist/cli.js "$@"
fi
if [ -z "${DATABASE_URL:-}" ]; then
  echo 'DATABASE_URL is not set. The image has no embedded PostgreSQL: give it the address of a database.' >&2
  exit 64
fi
exec node dist/main.js
