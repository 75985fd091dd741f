#!/usr/bin/env bash
# Runs targets under libFuzzer, one after the other, on a copy of their corpora.
# Usage: sfu/fuzz/long/run.sh INPUTS TARGET…    (all but the signalling ones: with no TARGET; FEATURES=signalling for those)
# Works with the stable compiler: coverage comes from LLVM's own pass. What is found lies in $FINDINGS (default: target/fuzz).
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
inputs="${1:?how many inputs}"; shift
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(ls "$here/../corpus" | grep -v -e '^signal$' -e '^data_packet$')
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/../../../target/fuzz}"
findings="${FINDINGS:-$CARGO_TARGET_DIR/findings}"
# The workspace's own versions of everything.
cp "$here/../../../Cargo.lock" "$here/Cargo.lock"
flags='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares'
host="$(rustc -vV | sed -n 's/^host: //p')"
# With an explicit target, build scripts and macros are built without the flags.
RUSTFLAGS="$flags" cargo build --release --target "$host" --manifest-path "$here/Cargo.toml" ${FEATURES:+--features "$FEATURES"}
for target in "${targets[@]}"; do
  work="$findings/$target"; mkdir -p "$work/corpus"
  echo "== $target"
  FUZZ_TARGET="$target" "$CARGO_TARGET_DIR/$host/release/sfu-fuzz-long" "$work/corpus" "$here/../corpus/$target" \
    -runs="$inputs" -max_len=4096 -timeout=5 -rss_limit_mb=1024 -artifact_prefix="$work/" -print_final_stats=1 \
    -verbosity=0 2>&1 | grep -E 'stat::number_of_executed_units|stat::average_exec|ERROR|panicked|SUMMARY|Test unit' || true
done
