#!/usr/bin/env bash
# Runs once, when the database is made: the role that copycat and Tiled log in as owns the catalog and nothing else.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
-- Read by the server's own client from the file: neither argv nor the log ever has it.
\set password `cat /run/secrets/catalog_password`
set log_statement = 'none';
set log_min_error_statement = 'panic';
create role catalog login password :'password';
create database catalog owner catalog encoding 'UTF8' template template0;
-- Loads beside readers keep the closure trigger out with it, faster than by ALTER TABLE.
grant set on parameter session_replication_role to catalog;
\connect catalog
create extension btree_gin;
-- The image of Citus has no pgvector; embeddings are real[] there.
select 'create extension vector' where exists (select from pg_available_extensions where name = 'vector')
\gexec
SQL
