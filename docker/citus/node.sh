#!/usr/bin/env bash
# A node of the cluster begins with this, and goes on with the image's own entrypoint: nodes log in to each other, with the
# password of whoever asks, so each has the passwords of all roles where libpq looks for them. Written at each start, in
# the container and not on the volume, so a new password comes with a new container.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  install -o postgres -g postgres -m 600 /dev/null "$PGPASSFILE"
  for line in postgres:postgres_password catalog:catalog_password copycat_tiled:tiled_password; do
    # Colons and backslashes stand for something in this file.
    password=$(sed 's/[\\:]/\\&/g' "/run/secrets/${line#*:}")
    printf '*:*:*:%s:%s\n' "${line%%:*}" "$password" >>"$PGPASSFILE"
  done
fi
exec docker-entrypoint.sh "$@"
