# shellcheck shell=bash
# Runs stages, shows each one's time, and ends with `N passed, N failed` alone on a line.

logs="$root/test-output/logs"

run_tests() {
  local chosen=("$@") name
  [ ${#chosen[@]} -gt 0 ] || chosen=("${stages[@]}")
  for name in "${chosen[@]}"; do
    [[ " ${stages[*]} " = *" $name "* ]] || fail "There is no stage '$name'." "These are: ${stages[*]}"
  done
  setup test
  mkdir -p "$logs"
  scratch="$(mktemp -d "${TMPDIR:-/tmp}/plenary-test.XXXXXX")"
  trap 'rm -rf "$scratch"' EXIT
  : >"$scratch/not-checked"
  : >"$scratch/results"
  for name in "${chosen[@]}"; do run_stage "$name"; done
  summarize
}

# not_checked WHAT: for what a stage could not look at.
not_checked() {
  say "Not checked: $1"
  printf '%s\n' "$1" >>"$scratch/not-checked"
}

# run_stage NAME: appends "name passed failed seconds" to the results.
run_stage() {
  local name="$1" started=$SECONDS status passed failed heart
  printf '\n%s── %s%s\n' "$bold" "$name" "$plain"
  : >"$logs/$name.log"
  heartbeat "$name" &
  heart=$!
  set +e
  (set -e; "stage_$name") </dev/null 2>&1 | tee "$logs/$name.log"
  status=${PIPESTATUS[0]}
  set -e
  kill "$heart" 2>/dev/null || true
  wait "$heart" 2>/dev/null || true
  read -r passed failed < <(count "$name" "$status")
  printf '%s\n' "$name $passed $failed $((SECONDS - started))" >>"$scratch/results"
  if [ "$failed" -eq 0 ]; then
    printf '%s── %s: %d passed (%s)%s\n' "$bold" "$name" "$passed" "$(duration $((SECONDS - started)))" "$plain"
  else
    printf '%s── %s: FAILED (%s); its output is in test-output/logs/%s.log%s\n' \
      "$red" "$name" "$(duration $((SECONDS - started)))" "$name" "$plain"
  fi
}

# heartbeat NAME: says every half minute that a stage which prints nothing is still at it.
heartbeat() {
  local size=0 now started=$SECONDS
  while sleep 30; do
    now="$(stat -c %s "$logs/$1.log")"
    [ "$now" -ne "$size" ] || say "… $1: $(duration $((SECONDS - started)))"
    size=$now
  done
}

# count NAME STATUS: "passed failed". A stage of tests counts its tests, another counts as one. One that fails outside
# its tests (a build, a lint) adds one failure, so that no failure is ever counted as none.
count() {
  local name="$1" status="$2" passed=0 failed=0
  case "$name" in
    rust) read -r passed failed < <(count_cargo "$logs/rust.log") ;;
    web) read -r passed failed < <(count_vitest "$scratch/vitest.json") ;;
    clients | journeys) read -r passed failed < <(count_last_line "$logs/$name.log") ;;
    *) [ "$status" -ne 0 ] || passed=1 ;;
  esac
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  if [ "$status" -eq 0 ] && [ $((passed + failed)) -eq 0 ]; then failed=1; fi
  printf '%d %d\n' "$passed" "$failed"
}

count_cargo() {
  sed -n 's/^test result: [A-Za-z]*\. \([0-9]*\) passed; \([0-9]*\) failed;.*/\1 \2/p' "$1" |
    awk '{ passed += $1; failed += $2 } END { print passed + 0, failed + 0 }'
}

count_vitest() {
  node -e '
    const { numPassedTests, numFailedTests } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(numPassedTests, numFailedTests);
  ' "$1" 2>/dev/null || say "0 0"
}

# The clients and the journeys end with the same kind of line as this script.
count_last_line() {
  sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$1" | tail -n 1 | grep . || say "0 0"
}

# Where only the end of a long output is kept, it has to say what went wrong.
show_failures() {
  local name passed failed seconds
  while read -r name passed failed seconds; do
    [ "$failed" -gt 0 ] || continue
    printf '\n%s── the end of %s%s\n' "$red" "$name" "$plain"
    telling "$logs/$name.log" | tail -n 150 | cut -c 1-300
  done <"$scratch/results"
}

# telling LOG: what the failed Rust tests printed, and the log's last lines.
telling() {
  sed -n '/^failures:$/,/^test result: /p' "$1"
  tail -n 70 "$1"
}

summarize() {
  local name passed failed seconds all_passed=0 all_failed=0 result
  printf '\n%sstage        result      passed  failed  time%s\n' "$bold" "$plain"
  while read -r name passed failed seconds; do
    result=ok
    [ "$failed" -eq 0 ] || result=FAILED
    printf '%-12s %-10s %7d %7d  %s\n' "$name" "$result" "$passed" "$failed" "$(duration "$seconds")"
    all_passed=$((all_passed + passed))
    all_failed=$((all_failed + failed))
  done <"$scratch/results"
  if [ -s "$scratch/not-checked" ]; then
    printf '\nNot checked:\n'
    sed 's/^/  /' "$scratch/not-checked"
  fi
  show_failures
  printf '\n%d passed, %d failed\n' "$all_passed" "$all_failed"
  [ "$all_failed" -eq 0 ]
}
