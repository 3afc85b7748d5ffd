#!/usr/bin/env bash
# The containers, for real: builds the image, runs the stack of docker/compose.yaml over example data, then those of several
# servers and of Citus, and checks what docs/containers.md and docs/scaling.md promise. `npm run test:docker`, or some of it:
# `npm run test:docker -- stack|servers|citus ...`. Ends with 0, with 1 where a check failed, with 77 where there is no
# engine to run it on. Needs bash, curl, tar; root and debootstrap where no image can be pulled.
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/docker/checks.sh
. test/docker/bases.sh
. test/docker/stack.sh
. test/docker/operation.sh
. test/docker/servers.sh
. test/docker/citus.sh

parts="${*:-stack servers citus}"
# The files of several servers and of Citus are for v2.
is_v2() { case "$($compose_command version --short)" in 1.*) echo "Not tested: $1 needs compose v2." && return 1 ;; esac; }
has_part() { case " $parts " in *" $1 "*) ;; *) return 1 ;; esac }

docker info >/dev/null 2>&1 || not_run "no Docker engine answers (docker info); start one, or name it in DOCKER_HOST."
if docker compose version >/dev/null 2>&1; then compose_command="docker compose"
elif command -v docker-compose >/dev/null; then compose_command=docker-compose
else not_run "there is neither docker compose nor docker-compose."
fi
# Either may be asked for where a machine has both.
compose_command="${COPYCAT_COMPOSE:-$compose_command}"

version=$(sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
image="copycat:$version"
project="copycat-test-$$"
compose_files=""
work=$(mktemp -d)
log="${COPYCAT_DOCKER_LOG:-$work/log}"
data="$work/data"
tiled_address="127.0.0.1:${COPYCAT_TILED_PORT:-18000}"
serve_address="127.0.0.1:${COPYCAT_SERVE_PORT:-18787}"
mkdir -p "$log"
is_done=no

cleanup() {
  take_down
  if [ "$is_done" = yes ] && [ "$failed" = 0 ]; then rm -rf "$work"; else echo "Logs stay in $log." >&2; fi
}
trap cleanup EXIT

# Everything of the stack that is up, its volumes as well.
take_down() { compose --profile jobs --profile service down --volumes --remove-orphans >>"$log/down.log" 2>&1 || true; }

say "engine"
echo "$(docker version --format 'Docker {{ .Server.Version }}, {{ .Server.Os }}/{{ .Server.Arch }}'), $($compose_command version --short | sed 's/^/compose /')"
prepare_bases "$node_image" "$postgres_image" "$tiled_image"
if has_part citus; then prepare_bases "$citus_image"; fi

make_settings
stage_image
if has_part stack; then
  stage_up
  stage_load
  stage_tiled
  stage_secrets
  stage_stop
  stage_backup
  stage_restart
  stage_roles
  stage_service
  take_down
fi
if has_part servers && is_v2 servers; then
  project="copycat-test-$$-servers"
  compose_files="-f compose.yaml -f compose.servers.yaml"
  stage_servers_up
  stage_servers_load
  stage_servers_tiled
  stage_servers_serve
  stage_servers_stop
  take_down
fi
if has_part citus && is_v2 citus; then
  project="copycat-test-$$-citus"
  compose_files="-f compose.yaml -f compose.citus.yaml"
  stage_citus_up
  stage_citus_load
  stage_citus_tiled
  stage_citus_catalogs
  stage_citus_stop
  take_down
fi

is_done=yes
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
