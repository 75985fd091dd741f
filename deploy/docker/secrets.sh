#!/bin/sh
# Makes the secrets that compose.yaml mounts, each once, from the kernel's randomness. None has a default anywhere.
#
# The folder is closed to others; the files in it can be read by all, because a container's user is not the host's.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets

secret() {
  [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"
  chmod 444 "secrets/$1"
}
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

secret postgres_password "$(random)"
secret postgres_url "postgres://plenary:$(cat secrets/postgres_password)@postgres:5432/plenary"
secret redis_password "$(random)"
secret redis_url "redis://:$(cat secrets/redis_password)@redis:6379"
secret s3_access_key plenary
secret s3_secret_key "$(random)"
