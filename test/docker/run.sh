#!/usr/bin/env bash
# The containers, for real: builds the image, runs the stack of docker/compose.yaml over example data, and checks what
# docs/containers.md promises. `npm run test:docker`. Ends with 0, with 1 where a check failed, with 77 where there is no
# engine to run it on. Needs bash, curl, tar; root and debootstrap where no image can be pulled.
set -euo pipefail
cd "$(dirname "$0")/../.."
. test/docker/checks.sh
. test/docker/bases.sh
. test/docker/stack.sh
. test/docker/operation.sh

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
work=$(mktemp -d)
log="${COPYCAT_DOCKER_LOG:-$work/log}"
data="$work/data"
tiled_address="127.0.0.1:${COPYCAT_TILED_PORT:-18000}"
serve_address="127.0.0.1:${COPYCAT_SERVE_PORT:-18787}"
mkdir -p "$log"
is_done=no

cleanup() {
  compose --profile jobs --profile service down --volumes --remove-orphans >>"$log/down.log" 2>&1 || true
  if [ "$is_done" = yes ] && [ "$failed" = 0 ]; then rm -rf "$work"; else echo "Logs stay in $log." >&2; fi
}
trap cleanup EXIT

say "engine"
echo "$(docker version --format 'Docker {{ .Server.Version }}, {{ .Server.Os }}/{{ .Server.Arch }}'), $($compose_command version --short | sed 's/^/compose /')"
prepare_bases

make_settings
stage_image
stage_up
stage_load
stage_tiled
stage_secrets
stage_stop
stage_backup
stage_restart
stage_roles
stage_service

is_done=yes
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
