# shellcheck shell=bash
# Words on the screen: what happens now, how far it is, and what to do when it fails.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m' clear=$'\r\e[K'
else
  bold='' dim='' red='' plain='' clear=''
fi

say() { printf '%s\n' "$*"; }

# fail TITLE [LINE…]: why it stops, and what to do about it.
fail() {
  printf '\n%s%s%s\n' "$red" "$1" "$plain" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

# duration SECONDS: "4 s" or "3 min 20 s".
duration() {
  if [ "$1" -lt 60 ]; then printf '%d s' "$1"; else printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); fi
}

# quietly TITLE COMMAND…: runs the command with its output in a file, shows the time that passes and its last line, and
# shows the end of the output when it fails.
quietly() {
  local title="$1" log pid started=$SECONDS
  shift
  log="$(mktemp "${TMPDIR:-/tmp}/plenary.XXXXXX")"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  # A background command of a script does not see Ctrl-C, so it is passed on.
  trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
  show_progress "$title" "$pid" "$log"
  local status=0
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" -eq 0 ]; then
    printf '%s✓ %s %s(%s)%s\n' "$clear" "$title" "$dim" "$(duration $((SECONDS - started)))" "$plain"
    rm -f "$log"
    return
  fi
  printf '%s' "$clear"
  tail -n 30 "$log" >&2
  fail "$title: failed after $(duration $((SECONDS - started)))." "The whole output is in $log"
}

# show_progress TITLE PID LOG: until the process ends; each second on a terminal, else each twenty seconds.
show_progress() {
  local title="$1" pid="$2" log="$3" started=$SECONDS last width
  width=$(($(tput cols 2>/dev/null || echo 80) - ${#title} - 20))
  [ "$width" -gt 10 ] || width=10
  [ -n "$clear" ] || say "… $title"
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    if [ -n "$clear" ]; then
      last="$(tail -n 1 "$log" | tr -dc '[:print:]')"
      printf '%s… %s %s%s %s%s' "$clear" "$title" "$dim" "$(duration $((SECONDS - started)))" "${last:0:width}" "$plain"
    elif [ $(((SECONDS - started) % 20)) -eq 0 ] && [ "$SECONDS" -ne "$started" ]; then
      say "… $title: $(duration $((SECONDS - started)))"
    fi
  done
}
