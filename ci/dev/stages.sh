# shellcheck shell=bash
# The stages of ./dev test, in the order in which CI runs them; ci/Jenkinsfile names the same ones, which tidy checks.
# Each is a function that fails when anything in it does. What cannot be looked at is said through not_checked.

stages=(fmt clippy deny tidy buf rust clients web journeys images)

stage_fmt() {
  cargo fmt --all --check
}

stage_clippy() {
  cargo clippy --locked --workspace --all-targets -- -D warnings
}

stage_deny() {
  cargo deny --workspace check --hide-inclusion-graph -D unnecessary-skip -D unmatched-skip bans licenses sources
  check_advisories
}

# The advisories come from a public database. Where it cannot be reached, that is neither a failure of this tree nor a
# pass: it is said here and again at the end. PLENARY_REQUIRE_ADVISORIES=1 makes it a failure, for a release.
check_advisories() {
  if timeout 120 cargo deny --workspace fetch db; then
    cargo deny --workspace check --disable-fetch advisories
  elif [ -n "${PLENARY_REQUIRE_ADVISORIES:-}" ]; then
    say "The advisory database cannot be reached, and PLENARY_REQUIRE_ADVISORIES is set."
    return 1
  else
    not_checked "advisories: the advisory database cannot be reached from here"
  fi
}

stage_tidy() {
  ci/dev/check.sh
  web_modules
  cargo xtask tidy
}

stage_buf() {
  web_modules
  web/node_modules/.bin/buf lint proto
  buf_breaking
}

# Compares with the contracts that landed last: PLENARY_BREAKING_AGAINST (CI: the last build that passed), or the main
# branch, or, when this is the main branch's newest commit, the one before.
buf_breaking() {
  local against
  against="${PLENARY_BREAKING_AGAINST:-$(landed_commit)}"
  if [ -z "$against" ] || ! git cat-file -e "$against:proto/buf.yaml" 2>/dev/null; then
    not_checked "breaking changes of proto/: git has no earlier contracts here to compare with"
    return
  fi
  say "Comparing proto/ with ${against:0:12}"
  rm -rf "$scratch/landed"
  mkdir -p "$scratch/landed"
  git archive "$against" proto | tar -x -C "$scratch/landed"
  web/node_modules/.bin/buf breaking proto --against "$scratch/landed/proto"
}

landed_commit() {
  local main
  main="$(git rev-parse --verify --quiet origin/main || git rev-parse --verify --quiet main || true)"
  if [ -n "$main" ] && [ "$main" = "$(git rev-parse HEAD)" ]; then
    git rev-parse --verify --quiet HEAD^ || true
  else
    printf '%s' "$main"
  fi
}

# One PostgreSQL and one Redis for all tests; each test takes a database of its own.
stage_rust() {
  cargo build --locked --workspace
  cargo xtask with-stores -- cargo test --locked --workspace --no-fail-fast
}

# LiveKit's own clients, as others have published them, and clients of the library under its Go SDK, against an SFU node that stands alone.
stage_clients() {
  local python go=""
  if clients_go_good; then go="$(clients_go)/clients"; else not_checked "clients of pion: there is no Go $clients_go_min or newer"; fi
  python="$(clients_python)/bin/python"
  if [ ! -x "$python" ]; then
    not_checked "LiveKit's Python SDK: it needs Python $clients_python_min or newer"
    python=""
  fi
  cargo build --locked --package sfu-node --bin sfu-node
  # Node finds packages from where a script lies.
  mkdir -p "$scratch/clients"
  cp "$clients_asked"/node/*.mjs "$scratch/clients/"
  ln -sfn "$(clients_node)/node_modules" "$scratch/clients/node_modules"
  node "$clients_asked/run.mjs" "$CARGO_TARGET_DIR/debug/sfu-node" "$scratch/clients" "$python" "$go"
}

stage_web() {
  web_modules
  npm --prefix web run lint
  npm --prefix web run typecheck
  npm --prefix web test -- --reporter=default --reporter=json --outputFile.json="$scratch/vitest.json"
  npm --prefix web run build
  remember_web
}

stage_journeys() {
  build_web
  cargo build --locked --workspace --bins
  local without=()
  if ! have firefox-esr; then
    not_checked "LiveKit's web client in Firefox: there is no package firefox-esr here"
    without=(--without firefox)
  elif ! web/e2e/media/island.sh; then
    not_checked "LiveKit's web client in Firefox: this system lets nobody make a network of their own"
    without=(--without firefox)
  fi
  CHROMIUM="$(command -v chromium || command -v google-chrome)" node web/e2e/run.mjs "${without[@]}"
}

stage_images() {
  deploy/docker/check.sh "$cache/images"
}
