#!/usr/bin/env bash
# The role that Tiled logs in as, which may read and write the nodes and nothing else. It gets its rights from
# `copycat roles`, run by the owner of the catalog, who may not make roles: so those of that script are made here. They have
# no password, and cannot log in, but Tiled's. May be run again: for a new password, or where the database is older.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
-- Read by the server's own client from the file: neither argv nor the log ever has it.
\set password `cat /run/secrets/tiled_password`
set log_statement = 'none';
set log_min_error_statement = 'panic';
select format('create role %I login', name) from unnest(array['copycat_writer', 'copycat_reader', 'copycat_tiled']) as name
where not exists (select from pg_roles where rolname = name)
\gexec
alter role copycat_tiled password :'password';
SQL
