#!/usr/bin/env bash
# What compose.yaml relies on in the official image's entrypoint: a data folder of the user postgres, the superuser's
# password from a file, POSTGRES_DB, scripts in /docker-entrypoint-initdb.d run once over a socket, then the server.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
    export POSTGRES_PASSWORD
    unset POSTGRES_PASSWORD_FILE
  fi
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  install -d -o postgres -g postgres -m 3775 /var/run/postgresql
  # Where libpq looks for certificates; the official image changes it with the user as well.
  export HOME=/var/lib/postgresql
  exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?is needed to make a database}"
  initdb --username="${POSTGRES_USER:-postgres}" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    --auth-local=trust --auth-host=trust ${POSTGRES_INITDB_ARGS:-}
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  export PGUSER="${POSTGRES_USER:-postgres}" PGDATABASE="${POSTGRES_DB:-postgres}"
  pg_ctl -w start -o "-c listen_addresses=''"
  [ "$PGDATABASE" = postgres ] || psql -d postgres -c "create database \"$PGDATABASE\""
  for script in /docker-entrypoint-initdb.d/*; do
    case "$script" in
      *.sh) if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
      *.sql) psql -v ON_ERROR_STOP=1 -f "$script" ;;
    esac
  done
  pg_ctl -w -m fast stop
  unset PGUSER PGDATABASE
fi
unset POSTGRES_PASSWORD
exec "$@"
