# A Citus cluster in the place of the one PostgreSQL, as docs/scaling.md tells to run it. Sourced by run.sh.

stage_citus_up() {
  say "Citus: up"
  typed up -d >>"$log/up.log" 2>&1 || { tail -20 "$log/up.log"; exit 1; }
  echo "$(sql 'select citus_version()'), $(sql 'select version()')"
  local service
  for service in db worker1 worker2; do equals "health of $service" healthy "$(health_of "$service")"; done
  for service in citus-setup migrate roles tiled-config; do equals "$service ended with" 0 "$(ended_with "$service")"; done
  equals "nodes that take schemas" worker1,worker2 "$(sql "select string_agg(nodename, ',' order by nodename) from pg_dist_node where isactive and shouldhaveshards")"
  equals "schema of the nodes" tiled "$(sql 'select nspname from pg_class c join pg_namespace n on n.oid = relnamespace where c.oid = to_regclass($$nodes$$)')"
  equals "its tables are of" catalog "$(sql "select string_agg(distinct tableowner, ',') from pg_tables where schemaname = 'tiled'")"
  equals "tables of public" 0 "$(sql "select count(*) from pg_tables where schemaname = 'public'")"
  equals "the catalog's role is a superuser" f "$(sql "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = 'catalog'")"
  check "citus-setup again" typed run --rm citus-setup
  equals "copycat reaches a worker: ends with" 1 "$(code job --no-deps --entrypoint node copycat -e "require('dns').lookup('worker1', (error) => process.exit(error ? 1 : 0))")"
}

stage_citus_load() {
  say "Citus: load"
  check "ingest" typed run --rm ingest datasets/vdp.yaml
  equals "the same again inserts" 0 "$(job --no-deps ingest datasets/vdp.yaml --json | field nodes.inserted)"
  check "verify --files" typed run --rm copycat verify --files
  equals "entities" 10 "$(job --no-deps copycat search VDP --count)"
  check "the catalog lies on one worker: $(worker_of tiled)" test -n "$(worker_of tiled)"
}

# The node with the tables of a schema.
worker_of() {
  sql "select string_agg(distinct nodename, ',') from citus_shards s join pg_class c on c.oid = s.table_name where c.relnamespace = '$1'::regnamespace"
}

stage_citus_tiled() {
  say "Citus: a stock Tiled, as copycat_tiled"
  check "it answers" wait_for 60 curl --silent --fail "http://$tiled_address/api/v1/"
  key=$(tiled_key)
  equals "the tree" VDP "$(tiled search/ | field 'data.map(({ id }) => id).join()')"
  local condition='filter%5Bcomparison%5D%5Bcondition%5D' ours theirs
  theirs=$(tiled "search/VDP?$condition%5Boperator%5D=gt&$condition%5Bkey%5D=Ja_meV&$condition%5Bvalue%5D=0.3" | field data.length)
  equals "entities with Ja_meV > 0.3, as copycat counts them" "$(job --no-deps copycat search VDP --where 'Ja_meV > 0.3' --count)" "$theirs"
  ours=$(job --no-deps copycat read VDP/H_0001/mh_powder_30T --json | field 'data.flat(9).join()')
  theirs=$(array_of VDP/H_0001/mh_powder_30T)
  check "an array, as copycat reads it: ${theirs:0:30}..." test -n "$ours" -a "$ours" = "$theirs"
  equals "an entry that a client of Tiled writes" noted "$(write_entry | field id)"
  equals "its way to the root in the closure" 3 "$(sql "select count(*) from nodes_closure c join nodes n on n.id = c.descendant where n.key = 'noted'")"
  check "verify" job --no-deps copycat verify
  check "the files of an ingest after it" job --no-deps ingest datasets/vdp.yaml --reread
  equals "its role drops a table" "ERROR:  42501" "$(as_tiled 'drop table nodes cascade')"
}

write_entry() {
  curl --silent --fail --max-time 20 -H "Authorization: Apikey $key" -H 'Content-Type: application/json' \
    --data '{"id": "noted", "structure_family": "container", "metadata": {"by": "tiled"}, "data_sources": [], "specs": []}' \
    "http://$tiled_address/api/v1/metadata/VDP"
}

# Another schema is another catalog, and it comes to another worker.
stage_citus_catalogs() {
  say "Citus: a second catalog"
  CATALOG_SCHEMA=beamline_2 compose up -d >>"$log/up.log" 2>&1
  check "ingest into it" job --no-deps ingest datasets/edrixs.yaml
  equals "its datasets" EDRIXS "$(sql "select string_agg(key, ',') from beamline_2.nodes where parent = 0")"
  equals "those of the first" VDP "$(sql "select string_agg(key, ',') from tiled.nodes where parent = 0")"
  equals "workers with a catalog" worker1,worker2 "$(printf '%s\n' "$(worker_of tiled)" "$(worker_of beamline_2)" | sort | paste -sd,)"
  equals "entities of the first and what Tiled wrote, by its search_path" 11 "$(typed run --rm --no-deps -e DATABASE_URL=postgres://catalog@db:5432/catalog?options=-csearch_path%3Dtiled copycat search VDP --count 2>>"$log/jobs.log")"
  check "verify" job --no-deps copycat verify
  compose up -d >>"$log/up.log" 2>&1
  equals "up again without the word: entities of VDP" 11 "$(job --no-deps copycat search VDP --count)"
}

stage_citus_stop() {
  say "Citus: a worker is away"
  local away
  away=$(worker_of tiled)
  compose stop "$away" >>"$log/down.log" 2>&1
  equals "a search of the catalog on $away ends with" 1 "$(code job --no-deps copycat search VDP --count)"
  equals "entities of the other catalog" 20 "$(job --no-deps -e "DATABASE_URL=postgres://catalog@db:5432/catalog?options=-csearch_path%3Dbeamline_2" copycat search EDRIXS --count)"
  typed up -d >>"$log/up.log" 2>&1
  check "verify once it is back" job --no-deps copycat verify
  equals "lines of docker inspect that show the superuser's password" 0 "$(lines_with "$work/secrets/postgres_password" docker inspect $(containers))"
  equals "log lines that show it" 0 "$(lines_with "$work/secrets/postgres_password" all_logs)"
  typed down >>"$log/down.log" 2>&1
  equals "containers left after down" 0 "$(containers | wc -l)"
  check "the commands are those of docs/scaling.md" all_typed
}
