# shellcheck shell=bash
# The folder with everything that ./dev up keeps. `plenary` marks it when it makes it, and holds a lock on it while it
# runs: what has no mark is never touched (services/plenary/src/data.rs).

data_marker=.plenary-data

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
    read -r -p "Remove $data with all events, tickets, pictures and accounts in it? [y/N] " answer
    case "$answer" in y | Y | yes) ;; *) say "Nothing was removed."; return ;; esac
  fi
  rm -rf -- "$data"
  say "$data is removed. ./dev up starts anew."
}

data_in_use() { [ -e "$data/lock" ] && ! flock --nonblock "$data/lock" true; }
