# Several servers under one Tiled, as docs/scaling.md tells to run them. Sourced by run.sh.

# sql_at SERVICE SQL
sql_at() { compose exec -T "$1" psql --no-psqlrc -U postgres -At -d catalog -c "$2" 2>/dev/null | tr -d '\r'; }
ended_with() { docker inspect --format '{{ .State.ExitCode }}' "$(container_of "$1")"; }
http_code() { curl --silent --max-time 30 --output /dev/null --write-out '%{http_code}' -H "Authorization: Apikey $key" "http://$tiled_address/api/v1/$1"; }

# array_of PATH: its values by Tiled, without the commas between rows.
array_of() { tiled "array/full/$1?format=application/json" | field 'flat(9).join()'; }

stage_servers_up() {
  say "several servers: up"
  typed up -d >>"$log/up.log" 2>&1 || { tail -20 "$log/up.log"; exit 1; }
  local service
  for service in db db2 db3; do equals "health of $service" healthy "$(health_of "$service")"; done
  for service in migrate roles roles2 roles3 tiled-config; do equals "$service ended with" 0 "$(ended_with "$service")"; done
}

stage_servers_load() {
  say "several servers: load"
  check "ingest of three datasets" typed run --rm ingest datasets/vdp.yaml datasets/edrixs.yaml datasets/manifest.yaml
  local top="select string_agg(key, ',' order by key) from nodes where parent = 0"
  equals "datasets of db" VDP "$(sql_at db "$top")"
  equals "of db2" EDRIXS "$(sql_at db2 "$top")"
  equals "of db3, by name where a pattern of db2 fits as well" EDRIXS_TABLES "$(sql_at db3 "$top")"
  equals "servers of targets list" db1,db2,db3 "$(typed run --rm copycat targets list 2>>"$log/jobs.log" | awk '/postgres:/ { print $1 }' | paste -sd,)"
  equals "entities over all" 50 "$(job --no-deps copycat search --count)"
  equals "the first of all by Ja_meV" db1 "$(typed run --rm copycat search --sort -Ja_meV --limit 1 2>>"$log/jobs.log" | awk '{ print $1 }')"
  equals "sound catalogs of verify" 3 "$(typed run --rm copycat verify 2>>"$log/jobs.log" | grep -c 'The catalog is sound')"
}

stage_servers_tiled() {
  say "several servers: Tiled"
  check "it answers" wait_for 60 curl --silent --fail "http://$tiled_address/api/v1/"
  key=$(tiled_key)
  equals "trees" db1,db2,db3 "$(tiled search/ | field 'data.map(({ id }) => id).sort().join()')"
  compare_arrays db1 db VDP/H_0001/mh_powder_30T
  compare_arrays db2 db2 EDRIXS/edrixs_3/rixs_spectrum
  compare_arrays db3 db3 EDRIXS_TABLES/rixs_3/rixs
}

# compare_arrays TREE SERVICE PATH
compare_arrays() {
  local ours theirs
  equals "datasets of $1" "${3%%/*}" "$(tiled "search/$1" | field 'data.map(({ id }) => id).join()')"
  # Arrays are read at one server, which is named.
  ours=$(job --no-deps -e COPYCAT_TARGETS= -e "DATABASE_URL=postgres://catalog@$2:5432/catalog" copycat read "$3" --json | field 'data.flat(9).join()')
  theirs=$(array_of "$1/$3")
  check "an array of $1, as copycat reads it: ${theirs:0:30}..." test -n "$ours" -a "$ours" = "$theirs"
}

# push DATASET: what the service answers to a node of it
push() {
  curl --silent --max-time 30 -H "Authorization: Bearer $push_key" -H 'Content-Type: application/x-ndjson' \
    --data-binary "{\"path\":\"/$1\"}" "http://$serve_address/v1/ingest"
}

stage_servers_serve() {
  say "several servers: pushed records"
  push_key=$(job copycat serve keys add test --scope write --json | field key)
  compose --profile service up -d serve >>"$log/up.log" 2>&1
  healthy() { [ "$(health_of serve)" = healthy ]; }
  check "the service is healthy" wait_for 60 healthy
  equals "a node that is pushed to db" 1 "$(push PUSHED | field nodes.inserted)"
  equals "one to db2" 1 "$(push EDRIXS_PUSHED | field nodes.inserted)"
  equals "what db2 has of them" EDRIXS_PUSHED "$(sql_at db2 "select key from nodes where parent = 0 and key like '%PUSHED'")"
}

stage_servers_stop() {
  say "several servers: one is away"
  typed stop db2 >>"$log/down.log" 2>&1
  local found
  # Without --no-deps compose would start it again.
  found=$(typed run --rm --no-deps copycat search --count --json 2>"$work/away") || equals "search ends with" 1 "$?"
  equals "what it misses" db2 "$(field 'missing.join()' <<<"$found")"
  equals "entities of the others" 30 "$(field count <<<"$found")"
  check "it says so" grep 'db2 is missing in this answer' "$work/away"
  equals "verify ends with" 1 "$(code job --no-deps copycat verify)"
  equals "an ingest for all ends with" 1 "$(code job --no-deps ingest datasets/vdp.yaml datasets/edrixs.yaml)"
  equals "one for a server that is there ends with" 0 "$(code job --no-deps ingest datasets/vdp.yaml)"
  local body
  body=$(push EDRIXS_PUSHED)
  equals "a node that is pushed to db2" "503 The target db2 does not answer" "$(field status <<<"$body") $(field 'detail.slice(0, 30)' <<<"$body")"
  equals "one to db" completed "$(push PUSHED | field status)"
  check "Tiled reads an array of db1" array_of db1/VDP/H_0001/mh_powder_30T
  equals "its answer for db3" 200 "$(http_code search/db3)"
  equals "for db2" 500 "$(http_code search/db2)"
  equals "for the list of trees" 500 "$(http_code search/)"
  typed up -d >>"$log/up.log" 2>&1
  check "verify once it is back" job --no-deps copycat verify
  equals "Tiled's answer for db2" 200 "$(http_code search/db2)"
  equals "a node that is pushed to db2 then" completed "$(push EDRIXS_PUSHED | field status)"
  compose --profile service rm --stop --force serve >>"$log/down.log" 2>&1
  typed down >>"$log/down.log" 2>&1
  equals "containers left after down" 0 "$(containers | wc -l)"
  check "the commands are those of docs/scaling.md" all_typed
}
