#!/usr/bin/env bash
# A Citus cluster of one machine for tests: a coordinator and two workers on free loopback ports, in one folder.
#
#   test/citus/cluster.sh start [FOLDER]   prints the coordinator's URL, for TEST_CITUS_URL
#   test/citus/cluster.sh plain [FOLDER]   one server without Citus and with the same settings, to compare with
#   test/citus/cluster.sh stop FOLDER      stops the servers and removes the folder
#
# PG_BIN names the bin folder of a PostgreSQL with Citus in it (default: what pg_config says). PostgreSQL does not run as
# root: started by root, it runs as CLUSTER_USER (default postgres).
set -euo pipefail

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }

bin="${PG_BIN:-$(pg_config --bindir 2>/dev/null || true)}"
user="${CLUSTER_USER:-postgres}"

as_user() {
  # libpq looks for certificates in HOME, which is that of root.
  if [ "$(id -u)" = 0 ]; then HOME="$folder" setpriv --reuid "$user" --regid "$user" --init-groups "$@"; else "$@"; fi
}

require_citus() {
  [ -n "$bin" ] && [ -x "$bin/initdb" ] ||
    fail "There is no PostgreSQL in '$bin'. Set PG_BIN to the bin folder of one with Citus in it."
  local extensions
  extensions="$("$bin/pg_config" --sharedir)/extension"
  [ -f "$extensions/citus.control" ] ||
    fail "The PostgreSQL in $bin has no Citus ($extensions/citus.control). Install the package postgresql-NN-citus, or build it, and set PG_BIN."
  [ -f "$extensions/btree_gin.control" ] || fail "The PostgreSQL in $bin has no btree_gin. Install its contrib package."
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

start_node() { # name port [libraries]
  local data="$folder/$1"
  as_user "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/$1.initdb.log" 2>&1 ||
    { cat "$folder/$1.initdb.log" >&2; fail "initdb of $1 failed."; }
  as_user tee -a "$data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
port = $2
unix_socket_directories = '$folder'
shared_preload_libraries = '${3-citus}'
wal_level = logical
max_prepared_transactions = 200
max_connections = 200
max_worker_processes = 64
max_wal_senders = 20
max_replication_slots = 20
${3-citus.enable_statistics_collection = off}
shared_buffers = 128MB
# Test data: a crash of the machine may take it.
fsync = off
CONF
  echo "$2" >"$folder/$1.port"
  as_user "$bin/pg_ctl" start -w -D "$data" -l "$data/server.log" >/dev/null ||
    { tail -20 "$data/server.log" >&2; fail "$1 did not start."; }
}

query() { # port database text
  "$bin/psql" -XqAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$1" -U postgres -d "$2" -c "$3"
}

start() {
  require_citus
  folder="${1:-$(mktemp -d "${TMPDIR:-/tmp}/copycat-citus-XXXXXX")}"
  mkdir -p "$folder"
  if [ "$(id -u)" = 0 ]; then chown "$user" "$folder"; fi
  local name
  for name in coordinator worker1 worker2; do start_node "$name" "$(free_port)"; done
  local coordinator
  coordinator=$(<"$folder/coordinator.port")
  for name in coordinator worker1 worker2; do
    query "$(<"$folder/$name.port")" postgres "create extension citus; create extension btree_gin" >&2
  done
  query "$coordinator" postgres "select citus_set_coordinator_host('127.0.0.1', $coordinator)" >/dev/null
  for name in worker1 worker2; do
    query "$coordinator" postgres "select citus_add_node('127.0.0.1', $(<"$folder/$name.port"))" >/dev/null
  done
  say "Citus in $folder; end it with: test/citus/cluster.sh stop $folder"
  echo "postgres://postgres@127.0.0.1:$coordinator/postgres"
}

plain() {
  require_citus
  folder="${1:-$(mktemp -d "${TMPDIR:-/tmp}/copycat-plain-XXXXXX")}"
  mkdir -p "$folder"
  if [ "$(id -u)" = 0 ]; then chown "$user" "$folder"; fi
  start_node plain "$(free_port)" ""
  say "PostgreSQL in $folder; end it with: test/citus/cluster.sh stop $folder"
  echo "postgres://postgres@127.0.0.1:$(<"$folder/plain.port")/postgres"
}

stop() {
  folder="${1:?Name the folder that start has made.}"
  local name
  for name in coordinator worker1 worker2 plain; do
    [ -f "$folder/$name/postmaster.pid" ] || continue
    as_user "$bin/pg_ctl" stop -m immediate -w -D "$folder/$name" >/dev/null || true
  done
  rm -rf "$folder"
}

case "${1:-}" in
  start) start "${2:-}" ;;
  plain) plain "${2:-}" ;;
  stop) stop "${2:-}" ;;
  *) fail "Usage: test/citus/cluster.sh start [FOLDER] | plain [FOLDER] | stop FOLDER" ;;
esac
