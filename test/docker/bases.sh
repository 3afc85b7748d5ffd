# The images that ours are built from and run beside: real ones where they can be had, else stand-ins made of Debian's
# packages under the same names. Sourced by run.sh.

bases="$PWD/test/docker/stand-ins"
node_image=$(sed -n 's/^ARG NODE_IMAGE=//p' docker/Dockerfile)
postgres_image=$(sed -n 's/.*POSTGRES_IMAGE:-\([^}]*\)}.*/\1/p' docker/compose.yaml)
citus_image=$(sed -n 's/.*CITUS_IMAGE:-\([^}]*\)}.*/\1/p' docker/compose.citus.yaml | head -1)
tiled_image=$(sed -n 's/.*TILED_IMAGE:-\([^}]*\)}.*/\1/p' docker/compose.yaml)

# prepare_bases IMAGE...: COPYCAT_DOCKER_BASES=real fails where one cannot be pulled; =stand-in does not try to pull.
prepare_bases() {
  local wish="${COPYCAT_DOCKER_BASES:-any}" image
  for image in "$@"; do
    if ! has_base "$image" "$wish"; then
      if [ "$wish" != stand-in ] && timeout 300 docker pull --quiet "$image" >/dev/null 2>&1; then :
      elif [ "$wish" != real ]; then make_stand_in "$image"
      else not_run "the image $image cannot be pulled, and COPYCAT_DOCKER_BASES=real forbids a stand-in."
      fi
    fi
    echo "base: $image ($(kind_of "$image"))"
  done
}

kind_of() {
  case "$(docker image inspect --format '{{ index .Config.Labels "copycat.stand-in" }}' "$1")" in
    "" | "<no value>") echo real ;;
    *) echo "stand-in made of Debian's packages" ;;
  esac
}

has_base() {
  docker image inspect "$1" >/dev/null 2>&1 || return 1
  case "$2:$(kind_of "$1")" in real:stand-in* | stand-in:real) return 1 ;; esac
}

make_stand_in() {
  [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null ||
    not_run "$1 cannot be pulled; a stand-in needs root and debootstrap (apt-get install debootstrap)."
  local context
  context=$(mktemp -d)
  cp "$bases"/* "$context"
  copy_machine "$context/machine"
  case "$1" in
    node:*) make_debian bookworm && build_stand_in node "$1" "$context" ;;
    citusdata/*) copy_citus "$context/machine/citus" && make_debian bookworm &&
      build_stand_in citus "$1" "$context" --build-arg "POSTGRES_VERSION=$(dpkg-query -W -f '${Version}' postgresql-15)" ;;
    pgvector/*) make_debian forky && build_stand_in postgres "$1" "$context" ;;
    *) make_debian bookworm && build_stand_in tiled "$1" "$context" --build-arg "TILED_VERSION=${1##*:}" ;;
  esac
  rm -rf "$context"
}

build_stand_in() {
  local kind=$1 image=$2 context=$3
  shift 3
  # The classic builder: it takes a base that was imported, and no registry is asked for it.
  DOCKER_BUILDKIT=0 docker build --network host --label copycat.stand-in=yes "$@" \
    -t "$image" -f "$context/$kind.Dockerfile" "$context" >"$log/stand-in-$kind.log" 2>&1 ||
    not_run "the stand-in for $image could not be built, see $log/stand-in-$kind.log."
}

make_debian() {
  local image="copycat-stand-in/debian:$1" root mirror="${COPYCAT_DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  docker image inspect "$image" >/dev/null 2>&1 && return
  root=$(mktemp -d)
  # All of Debian's newer releases are made by the script of sid.
  debootstrap --variant=minbase --include=ca-certificates "$1" "$root" "$mirror" \
    /usr/share/debootstrap/scripts/sid >"$log/debootstrap-$1.log" 2>&1 ||
    not_run "debootstrap could not make Debian $1, see $log/debootstrap-$1.log."
  tar -C "$root" -c . | docker import - "$image" >/dev/null
  rm -rf "$root"
}

# Citus is in none of Debian's packages; a machine where it was built has it.
copy_citus() {
  local lib=/usr/lib/postgresql/15/lib extension=/usr/share/postgresql/15/extension
  [ -f "$extension/citus.control" ] ||
    not_run "$citus_image cannot be pulled; a stand-in needs a Citus that was built into this machine's PostgreSQL 15 ($extension/citus.control)."
  mkdir -p "$1/lib" "$1/extension"
  cp -r "$lib"/citus* "$1/lib"
  cp "$extension"/citus* "$1/extension"
}

# What the machine reaches its registries by, so that a build inside a stand-in reaches them the same way.
copy_machine() {
  mkdir -p "$1"
  cp -L "$(command -v node)" "$1/node"
  cp -a "$(npm root --global)/npm" "$1/npm"
  cp -L /etc/ssl/certs/ca-certificates.crt "$1/"
  printf 'registry=%s\n' "$(npm config get registry 2>/dev/null)" >"$1/npmrc"
  printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$1/pip.conf"
}
