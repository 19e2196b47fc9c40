#!/bin/sh
# A throwaway PostgreSQL 15 cluster for the peer, on loopback, run as the account "postgres".
#   cluster.sh up FOLDER PORT     makes and starts it
#   cluster.sh down FOLDER        stops and removes it
# Needs root and the packages bucardo, postgresql-15 and postgresql-plperl-15.
set -eu

bin=/usr/lib/postgresql/15/bin
folder=$2

as_postgres() { runuser -u postgres -- "$@"; }

case $1 in
up)
  port=$3
  install -d -o postgres -g postgres -m 700 "$folder"
  cd "$folder"
  as_postgres "$bin/initdb" --pgdata "$folder/data" --auth trust --username postgres --encoding UTF8 --locale C.UTF-8 >"$folder/initdb.log"
  # The settings of Accord's embedded server (src/embedded/settings.ts), as far as version 15 has them; fsync stays on.
  cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 200
shared_buffers = 512MB
effective_cache_size = 4GB
maintenance_work_mem = 128MB
work_mem = 16MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_compression = lz4
default_toast_compression = lz4
random_page_cost = 1.1
jit = off
timezone = 'UTC'
CONF
  as_postgres "$bin/pg_ctl" start --pgdata "$folder/data" --log "$folder/server.log" --wait --silent
  ;;
down)
  cd /
  if [ -f "$folder/data/postmaster.pid" ]; then
    as_postgres "$bin/pg_ctl" stop --pgdata "$folder/data" --mode fast --wait --silent
  fi
  rm -rf "$folder"
  ;;
*)
  echo "usage: cluster.sh up FOLDER PORT | down FOLDER" >&2
  exit 2
  ;;
esac
