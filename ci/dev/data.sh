# shellcheck shell=bash
# The folder with everything that ./dev up keeps. A marker in it says that it is ours: what has none is never touched.

data_marker=.plenary-data

claim_data() {
  if [ -e "$data/$data_marker" ]; then return; fi
  if [ -d "$data" ] && [ -n "$(ls -A "$data")" ]; then
    fail "$data is there already, and ./dev up did not make it." "Set PLENARY_DATA to a folder that is empty or not there yet."
  fi
  mkdir -p "$data" || fail "Cannot make $data." "Set PLENARY_DATA to a folder that you may write to."
  say "Made by ./dev up in $root; ./dev reset removes this folder." >"$data/$data_marker"
}

# reset_data [--yes]
reset_data() {
  local answer=''
  case "${1:-}" in '' | --yes) ;; *) fail "reset takes --yes or nothing, not '$1'." ;; esac
  if [ ! -d "$data" ]; then
    say "There is nothing to remove: $data is not there."
    return
  fi
  [ -f "$data/$data_marker" ] ||
    fail "$data was not made by ./dev up: it has no $data_marker." "Nothing was removed."
  if data_in_use; then fail "Plenary is running on $data." "Stop it with Ctrl-C first. Nothing was removed."; fi
  if [ "${1:-}" != --yes ]; then
    [ -t 0 ] || fail "Nobody is here to confirm." "Say ./dev reset --yes. Nothing was removed."
    read -r -p "Remove $data with all events, tickets, recordings and accounts in it? [y/N] " answer
    case "$answer" in y | Y | yes) ;; *) say "Nothing was removed."; return ;; esac
  fi
  rm -rf -- "$data"
  say "$data is removed. ./dev up starts anew."
}

# data_in_use: whether a PostgreSQL of this folder is alive.
data_in_use() {
  local file pid
  while IFS= read -r file; do
    pid="$(head -n 1 "$file")"
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ]; then return 0; fi
  done < <(find "$data" -name postmaster.pid -type f 2>/dev/null)
  return 1
}
