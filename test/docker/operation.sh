# What an operator lives through with the stack: secrets, stops and crashes, backups, upgrades. Sourced by run.sh.

watch_runs() { docker logs "$watch" 2>&1 | grep '"event":"batch"' >/dev/null; }

# What is there while a job runs: who it is, and what the machine can see of it. Passwords are looked for by file, since
# the search would be found itself.
stage_secrets() {
  say "secrets and users"
  watch="$project-watch"
  compose run -d --name "$watch" copycat watch datasets/vdp.yaml >>"$log/up.log" 2>&1
  check "a watch runs" wait_for 60 watch_runs
  equals "processes of root" 0 "$(all_processes | awk '$1 == 0' | wc -l)"
  equals "processes of others, at least" 8 "$(all_processes | awk '$1 > 0' | head -8 | wc -l)"
  local name file
  for name in postgres catalog tiled; do
    file="$work/secrets/${name}_password"
    # shellcheck disable=SC2046 # one word each
    equals "lines of docker inspect that show the password of $name" 0 "$(lines_with "$file" docker inspect $(containers))"
    equals "lines of ps that show it" 0 "$(lines_with "$file" ps -eo args)"
    equals "variables of the watch that show it" 0 "$(lines_with "$file" docker exec "$watch" sh -c "cat /proc/[0-9]*/environ | tr '\\0' '\\n'")"
    equals "log lines that show it" 0 "$(lines_with "$file" all_logs)"
    equals "layers of the image that show it" 0 "$(lines_with "$file" docker history --no-trunc "$image")"
  done
  equals "lines of Tiled's configuration that show it, so that the search is known to find" 1 \
    "$(lines_with <(node_encode "$work/secrets/tiled_password") docker exec "$watch" cat /var/lib/copycat/tiled.yml)"
}

# Text as it stands in a URL.
node_encode() { docker run --rm -i --entrypoint node "$image" -p "encodeURIComponent(require('fs').readFileSync(0, 'utf8'))" <"$1"; }

all_processes() {
  local id
  for id in $(docker ps -q --filter "label=com.docker.compose.project=$project"); do
    docker top "$id" -eo uid,pid,args | tail -n +2
  done
}

all_logs() {
  local id
  for id in $(containers); do docker logs "$id" 2>&1; done
}

ingest_reads() { docker logs "$many" 2>&1 | grep '^read ' >/dev/null; }

stage_stop() {
  say "stops and crashes"
  local before=$SECONDS
  docker stop --time 20 "$watch" >/dev/null
  check "docker stop ends the watch in $((SECONDS - before)) s, before it is killed" [ $((SECONDS - before)) -lt 15 ]
  equals "its exit code" 0 "$(docker inspect --format '{{ .State.ExitCode }}' "$watch")"
  docker rm "$watch" >/dev/null

  local many="$project-many" yaml
  yaml=$(docker run --rm --user 0 -v "$data:/out" "$image" example /out/datasets/many --entities 1500 --json 2>/dev/null | field yaml)
  yaml=${yaml#/out/}
  sed -i 's/^label: .*/label: MANY/; s/^key: .*/key: MANY/' "$data/$yaml"
  chmod -R a+rX "$data"
  compose run -d --name "$many" ingest "$yaml" >>"$log/up.log" 2>&1
  check "an ingest reads" wait_for 60 ingest_reads
  docker kill "$many" >/dev/null 2>&1 || true
  equals "an ingest that was killed ends with" 137 "$(docker inspect --format '{{ .State.ExitCode }}' "$many")"
  docker rm "$many" >/dev/null
  equals "nodes of it in the catalog" 0 "$(sql "select count(*) from nodes where key = 'MANY'")"
  check "verify after it" job copycat verify
  check "the same ingest again: $yaml" job ingest "$yaml"
  docker kill "$(container_of db)" >/dev/null
  compose up -d >>"$log/up.log" 2>&1
  check "verify after the database was killed and started" job copycat verify
}

nodes() { sql "select count(*), sum(hashtext(key || metadata::text)::bigint) from nodes" "${1:-catalog}"; }

# The lines of docs/containers.md, Backups.
stage_backup() {
  say "backup and restore"
  compose exec -T db pg_dump -U postgres --format custom catalog >"$work/catalog.dump" 2>>"$log/jobs.log"
  echo "dump: $(wc -c <"$work/catalog.dump") bytes, $(sql "select pg_size_pretty(pg_database_size('catalog'))") in the database"
  compose exec -T db createdb -U postgres --owner catalog restored >>"$log/jobs.log" 2>&1
  check "pg_restore" restore
  equals "count of nodes and sum of their hashes in the restored database" "$(nodes)" "$(nodes restored)"
  check "verify of the restored database" job -e DATABASE_URL=postgres://catalog@db:5432/restored copycat verify
  equals "embeddings in it" "$(sql 'select count(embedding) from memory.memory_entries')" "$(sql 'select count(embedding) from memory.memory_entries' restored)"
  check "the restored database takes the place of the other" swap
  check "copycat goes on with it" job ingest datasets/vdp.yaml
}

# The restored database in the place of the other, as after a loss.
swap() {
  compose stop tiled >>"$log/down.log" 2>&1
  compose exec -T db psql -U postgres -c 'alter database catalog rename to catalog_old' \
    -c 'alter database restored rename to catalog' 2>&1
  compose up -d >>"$log/up.log" 2>&1
}

restore() { compose exec -T db pg_restore -U postgres --exit-on-error -d restored <"$work/catalog.dump"; }

stage_restart() {
  say "down and up again"
  local before
  before=$(nodes)
  compose down >>"$log/down.log" 2>&1
  equals "containers left" 0 "$(containers | wc -l)"
  compose up -d >>"$log/up.log" 2>&1
  equals "nodes and their hashes" "$before" "$(nodes)"
  check "verify" job copycat verify
  check "Tiled answers" wait_for 60 curl --silent --fail "http://$tiled_address/api/v1/"
  check "Tiled's key is as it was" test -n "$key" -a "$key" = "$(tiled_key)"
  equals "entities of VDP over HTTP" 10 "$(tiled 'search/VDP?page%5Blimit%5D=100' | field data.length)"
}

stage_roles() {
  say "narrower roles"
  job copycat roles --owner catalog >"$work/roles.sql"
  check "copycat roles --owner catalog" make_roles
  check "the owner loads as before" job ingest datasets/vdp.yaml
  check "a reader verifies" as_reader copycat verify
  equals "a reader that ingests is refused with" 1 "$(code as_reader ingest datasets/vdp.yaml)"
}

# The reader gets the password that is in the file already; it goes through standard input.
make_roles() {
  printf "alter role copycat_reader password '%s';\n" "$(<"$work/secrets/catalog_password")" >>"$work/roles.sql"
  compose exec -T db psql -U postgres -d catalog -v ON_ERROR_STOP=1 --quiet <"$work/roles.sql"
}

as_reader() { job -e DATABASE_URL=postgres://copycat_reader@db:5432/catalog "$@"; }

stage_service() {
  say "service"
  # Without the command, commander prints the help of the whole program.
  if ! docker run --rm "$image" serve --help 2>&1 | grep '^Usage: copycat serve' >/dev/null; then
    echo "Not tested: copycat $version has no serve."
    return
  fi
  local key
  key=$(job copycat serve keys add test --scope write --json | field key)
  compose --profile service up -d serve >>"$log/up.log" 2>&1
  healthy() { [ "$(health_of serve)" = healthy ]; }
  check "its health check" wait_for 60 healthy
  check "it is ready" curl --silent --fail "http://$serve_address/readyz"
  local node='{"path": "/pushed", "structure_family": "container", "metadata": {"by": "http"}}'
  equals "nodes pushed over HTTP" 1 "$(curl --silent --fail -H "Authorization: Bearer $key" \
    -H 'Content-Type: application/x-ndjson' --data-binary "$node" "http://$serve_address/v1/ingest" | field nodes.inserted)"
  equals "without a key" 401 "$(curl --silent --output /dev/null --write-out '%{http_code}' --data-binary "$node" \
    -H 'Content-Type: application/x-ndjson' "http://$serve_address/v1/ingest")"
  equals "processes of root" 0 "$(all_processes | awk '$1 == 0' | wc -l)"
  compose --profile service stop serve >>"$log/down.log" 2>&1
  equals "stopped, it ends with" 0 "$(docker inspect --format '{{ .State.ExitCode }}' "$(container_of serve)")"
  check "verify" job copycat verify
}
