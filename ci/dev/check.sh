#!/usr/bin/env bash
# Checks the parts of ./dev that decide something: versions, counts, what reset refuses. The tidy stage runs it.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"
. ci/dev/say.sh
. ci/dev/env.sh
. ci/dev/setup.sh
. ci/dev/clients.sh
. ci/dev/stages.sh
. ci/dev/test.sh

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
checks=0

# same WHAT GOT WANTED
same() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'."
}

yes_or_no() { if "$@" >/dev/null 2>&1; then printf yes; else printf no; fi; }

same "an equal version is enough" "$(yes_or_no at_least 20.19.0 20.19.0)" yes
same "a newer version is enough" "$(yes_or_no at_least 22.2.0 20.19.0)" yes
same "an older version is not" "$(yes_or_no at_least 18.20.4 20.19.0)" no
same "versions are numbers, not text" "$(yes_or_no at_least 1.100.0 1.95.0)" yes
same "seconds" "$(duration 59)" "59 s"
same "minutes" "$(duration 200)" "3 min 20 s"

logs="$scratch"
cat >"$logs/rust.log" <<'LOG'
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.06s
test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.06s
LOG
same "cargo's tests are summed" "$(count rust 101)" "15 2"
printf '{"numPassedTests": 7, "numFailedTests": 0}' >"$scratch/vitest.json"
same "vitest's tests are read" "$(count web 0)" "7 0"
same "a failure outside the tests counts" "$(count web 1)" "7 1"
rm "$scratch/vitest.json"
same "no tests at all are a failure" "$(count web 0)" "0 1"
printf 'words\n4 passed, 1 failed\n' >"$logs/journeys.log"
same "the journeys' last line is read" "$(count journeys 1)" "4 1"
printf '10 passed, 0 failed\n26 passed, 0 failed\n' >"$logs/clients.log"
same "the clients' last line is read" "$(count clients 0)" "26 0"
same "a check that passes is one" "$(count fmt 0)" "1 0"
same "a check that fails is one" "$(count fmt 1)" "0 1"

export PLENARY_DATA="$scratch/data"
mkdir "$PLENARY_DATA"
touch "$PLENARY_DATA/somebodys"
same "reset refuses a folder without the mark" "$(yes_or_no ./dev reset --yes)" no
touch "$PLENARY_DATA/.plenary-data" "$PLENARY_DATA/lock"
same "reset refuses without a confirmation" "$(yes_or_no ./dev reset </dev/null)" no
exec 9>"$PLENARY_DATA/lock"
flock 9
same "reset refuses while Plenary runs" "$(yes_or_no ./dev reset --yes)" no
exec 9>&-
same "nothing was removed by a refusal" "$(ls "$PLENARY_DATA")" "$(printf 'lock\nsomebodys')"
same "reset removes what is ours" "$(yes_or_no ./dev reset --yes)" yes
same "all of it" "$(yes_or_no test -e "$PLENARY_DATA")" no

say "./dev: $checks checks"
