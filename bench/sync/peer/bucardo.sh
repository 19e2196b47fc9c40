#!/bin/sh
# Sets up and steers Bucardo between the databases bench_a and bench_b of a throwaway cluster (cluster.sh).
#   bucardo.sh install FOLDER PORT      its control database
#   bucardo.sh load FOLDER PORT         starts with a sync that copies A into B once
#   bucardo.sh sync FOLDER PORT         starts with a sync both ways, run when kicked; the later change of a row wins
#   bucardo.sh autokick FOLDER PORT     the same, woken by triggers
#   bucardo.sh kick FOLDER PORT SYNC    runs it once and waits for the end
#   bucardo.sh stop FOLDER PORT
set -eu

folder=$2
port=$3
cd "$folder"

bucardo() {
  timeout 300 /usr/bin/bucardo --no-bucardorc --dbhost=127.0.0.1 --dbport="$port" --dbuser=bucardo --dbname=bucardo "$@"
}

stop() {
  bucardo stop >/dev/null 2>&1 || true
  # It says that it stopped before it has; a second start would refuse.
  for _ in $(seq 100); do
    [ -e "$folder/pid/bucardo.mcp.pid" ] || return 0
    sleep 0.2
  done
  echo "Bucardo does not stop" >&2
  exit 1
}

start() {
  : >"$folder/log/log.bucardo"
  bucardo --log-destination="$folder/log" start >/dev/null
  # A kick that comes before its worker is there is forgotten.
  for _ in $(seq 600); do
    if grep -q 'New kid' "$folder/log/log.bucardo"; then return 0; fi
    sleep 0.1
  done
  echo "Bucardo does not start; see $folder/log" >&2
  exit 1
}

forget() {
  for name in $(bucardo list syncs | sed -n 's/^Sync "\([^"]*\)".*/\1/p'); do bucardo remove sync "$name" --force >/dev/null; done
  for name in $(bucardo list dbgroups | sed -n 's/^dbgroup: \([^ ]*\).*/\1/p'); do bucardo remove dbgroup "$name" >/dev/null; done
}

case $1 in
install)
  mkdir -p "$folder/pid" "$folder/log"
  chmod 755 "$folder"
  /usr/bin/bucardo --no-bucardorc --dbhost=127.0.0.1 --dbport="$port" --dbuser=postgres --dbname=postgres \
    install --batch --pid-dir="$folder/pid" >/dev/null
  bucardo set piddir="$folder/pid" reason_file="$folder/log/reason" log_conflict_file="$folder/log/conflicts" >/dev/null
  bucardo add db A dbname=bench_a host=127.0.0.1 port="$port" user=postgres >/dev/null
  bucardo add db B dbname=bench_b host=127.0.0.1 port="$port" user=postgres >/dev/null
  bucardo add table public.bench_record db=A relgroup=bench >/dev/null
  ;;
load)
  bucardo add sync load relgroup=bench dbs=A:source,B:target onetimecopy=1 autokick=0 >/dev/null
  start
  ;;
sync | autokick)
  stop
  forget
  if [ "$1" = autokick ]; then wake=1; else wake=0; fi
  bucardo add sync both relgroup=bench dbs=A:source,B:source autokick=$wake conflict_strategy=bucardo_latest >/dev/null
  start
  ;;
kick)
  bucardo kick "$4" 0 --notimer
  ;;
stop)
  stop
  ;;
*)
  echo "unknown command $1" >&2
  exit 2
  ;;
esac
