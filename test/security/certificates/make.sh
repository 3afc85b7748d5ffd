#!/usr/bin/env bash
# Makes the certificates of the tests anew: two authorities, a server's for the name localhost alone, a client's for the role
# copycat_client. They are worth nothing outside the tests.
set -euo pipefail
cd "$(dirname "$0")"
days=36500
authority() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -x509 -new -key "$1.key" -days $days -subj "/CN=copycat test $1" -out "$1.crt"
}
signed() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$2" |
    openssl x509 -req -CA authority.crt -CAkey authority.key -CAcreateserial -days $days \
      -extfile <(printf '%s' "$3") -out "$1.crt"
}
authority authority
authority other
signed server localhost "subjectAltName=DNS:localhost"
signed client copycat_client "extendedKeyUsage=clientAuth"
rm -f authority.key other.key authority.srl
