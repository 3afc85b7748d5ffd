# What the stages of run.sh check with. Sourced by it.

passed=0
failed=0

say() { printf '\n== %s\n' "$*"; }

# The engine is absent or cannot do this: told, and no success. 77 is what test harnesses take for "not run".
not_run() {
  echo "Not run: $*" >&2
  exit 77
}

# check NAME COMMAND...: the command must succeed; its output is shown when it does not.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    printf 'ok    %s\n' "$name"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s\n%s\n' "$name" "$output"
  fi
}

# equals NAME EXPECTED ACTUAL. Nothing expected is a mistake: a command that failed says nothing, too.
equals() {
  check "$1: $3" test -n "$2" -a "$2" = "$3"
}

# lines_with FILE COMMAND...: how many lines of the output hold the text in FILE, which is never an argument itself. "nothing
# to look at" where there is no output.
lines_with() {
  local file=$1 output
  shift
  output=$("$@" 2>&1) || true
  if [ -n "$output" ]; then grep -cFf "$file" <<<"$output" || true; else echo "nothing to look at"; fi
}

# code COMMAND...: prints the exit code of a command whose output does not matter.
code() {
  local result=0
  "$@" >/dev/null 2>&1 || result=$?
  echo "$result"
}

# compose ARGS...: v2 where there is one, else docker-compose 1.29. compose_files: further files, as -f FILE -f FILE.
compose() {
  # shellcheck disable=SC2086 # several words
  (cd docker && $compose_command --project-name "$project" --env-file "$work/env" $compose_files "$@")
}

# typed ARGS...: a command that docs/scaling.md tells to type, as it is there. `all_typed` compares.
typed() {
  printf '%s\n' "docker compose $compose_files $*" >>"$work/typed"
  compose "$@" </dev/null
}

# What the page tells to type with these files is what was run, and nothing else; comments and quotes do not count.
all_typed() {
  diff <(sed -n "s/^\(docker compose $compose_files .*\)/\1/p" docs/scaling.md | sed "s/ *#.*//; s/'//g" | sort -u) \
    <(grep -F -- "$compose_files" "$work/typed" | sort -u)
}

# A job of the stack; what it prints, without what compose says of itself.
job() { compose run --rm -T "$@" 2>>"$log/jobs.log"; }

containers() { docker ps -aq --filter "label=com.docker.compose.project=$project"; }
container_of() { docker ps -aq --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" | head -1; }
health_of() { docker inspect --format '{{ .State.Health.Status }}' "$(container_of "$1")"; }

# wait_for SECONDS COMMAND...
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.5
  done
}

# field PATH: of the JSON on standard input; the containers have Node, the host need not.
field() { docker run --rm -i --entrypoint node "$image" -p "JSON.parse(require('fs').readFileSync(0, 'utf8')).$1"; }

tiled_key() { compose exec -T tiled sed -n 's/.*single_user_api_key: "\(.*\)"/\1/p' /var/lib/copycat/tiled.yml 2>/dev/null | tr -d '\r'; }
tiled() { curl --silent --fail --max-time 20 -H "Authorization: Apikey $key" "http://$tiled_address/api/v1/$1"; }
sql() { compose exec -T db psql --no-psqlrc -U postgres -At -d "${2:-catalog}" -c "$1" 2>/dev/null | tr -d '\r'; }
