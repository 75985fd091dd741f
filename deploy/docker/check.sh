#!/usr/bin/env bash
# Checks the images without a Docker engine, as far as that goes; README.md here says how far. ./dev test runs it.
#   deploy/docker/check.sh [folder to build in]
set -euo pipefail
work="$(realpath -m "${1:-${XDG_CACHE_HOME:-$HOME/.cache}/plenary/images}")"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$work/target}"
# The images have Rust from their base; here the same toolchain is named.
RUSTUP_TOOLCHAIN="$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
export RUSTUP_TOOLCHAIN

node --test --test-reporter=dot deploy/docker/check/*.test.mjs
node deploy/docker/check/main.mjs "$work"
