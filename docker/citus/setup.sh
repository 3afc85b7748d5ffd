#!/usr/bin/env bash
# Makes a cluster of the nodes, once all of them answer: the extension everywhere, the workers under the coordinator, and the
# schema that a catalog is made in. Runs at every `up`: what is there already stays, and a worker that is new is added.
set -euo pipefail

: "${COORDINATOR:?}" "${WORKERS:?}" "${CATALOG_SCHEMA:?}"
PGPASSFILE=$(mktemp)
export PGPASSFILE PGUSER=postgres PGDATABASE=catalog
# Colons and backslashes stand for something in this file.
printf '*:*:*:postgres:%s\n' "$(sed 's/[\\:]/\\&/g' /run/secrets/postgres_password)" >"$PGPASSFILE"

run() { psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --tuples-only --no-align --output /dev/null --host "$@"; }

for node in $COORDINATOR $WORKERS; do
  run "$node" -c "set client_min_messages = warning" -c "create extension if not exists citus"
done
run "$COORDINATOR" -v name="$COORDINATOR" <<<"select citus_set_coordinator_host(:'name', 5432);"
for worker in $WORKERS; do
  run "$COORDINATOR" -v name="$worker" <<<"select citus_add_node(:'name', 5432);"
done

# Anything but public is a distributed schema, whose tables lie on a worker; copycat and Tiled find them by the search_path. Made
# here, since with its owner the role becomes known to the cluster, which takes a superuser.
run "$COORDINATOR" -v schema="$CATALOG_SCHEMA" <<'SQL'
set client_min_messages = warning;
set citus.enable_schema_based_sharding = on;
create schema if not exists :"schema" authorization catalog;
alter database catalog set search_path = :"schema", public;
SQL
psql --no-psqlrc --host "$COORDINATOR" -Atc "select format('%s %s', nodename, case when shouldhaveshards then 'takes schemas' else 'coordinates' end)
  from pg_dist_node where isactive order by nodeid"
