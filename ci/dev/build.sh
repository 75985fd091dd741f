# shellcheck shell=bash
# Building for ./dev up: the web app when its inputs changed, and the plenary binary, where cargo knows.

# web_inputs: one line that changes whenever something changes that the built web app depends on.
web_inputs() {
  {
    node --version
    find web -type d \( -name node_modules -o -name dist -o -name e2e \) -prune -o -type f -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -d' ' -f1
}

web_stamp() { printf '%s/web/%s.inputs' "$cache" "$(printf '%s' "$root" | sha256sum | cut -c1-16)"; }

web_is_built() { [ -f web/dist/index.html ] && [ "$(cat "$(web_stamp)" 2>/dev/null)" = "$(web_inputs)" ]; }

build_web() {
  if web_is_built; then return; fi
  web_modules
  quietly "Building the web app" npm --prefix web run build
  remember_web
}

remember_web() {
  mkdir -p "$cache/web"
  web_inputs >"$(web_stamp)"
}

# Cargo shows its own progress.
build_plenary() {
  [ -x "$CARGO_TARGET_DIR/debug/plenary" ] || say "Building Plenary. The first time, this takes several minutes."
  cargo build --locked --package plenary --bin plenary ||
    fail "Plenary does not build." "The compiler's words are above. On a fresh clone of the main branch this is a bug."
}

start_plenary() {
  exec "$CARGO_TARGET_DIR/debug/plenary" up --data "$data" --web "$root/web/dist" "$@"
}
