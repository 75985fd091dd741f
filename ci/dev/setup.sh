# shellcheck shell=bash
# Installs what is missing. What the system has and is good enough is used as it is; what it lacks comes from Debian's or
# Ubuntu's packages, and where those are too old, into our own folder of tools. No service is started or enabled, and
# no file of others is changed.

node_min=20.19.0
rustup_version=1.28.2
cargo_deny_version=0.20.2
# What a first build leaves in the cache, with some room to spare.
disk_min_gib=12

have() { command -v "$1" >/dev/null 2>&1; }

# at_least HAVE WANT: whether version HAVE is WANT or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# setup up|test: 'up' needs less than 'test'.
setup() {
  case "$1" in up | test) ;; *) fail "setup is for 'up' or for 'test', not for '$1'." ;; esac
  mkdir -p "$tools/bin" || fail "Cannot write to $tools." "Set PLENARY_CACHE to a folder that you may write to."
  enough_disk
  ensure_packages
  ensure_postgresql
  ensure_redis
  ensure_node
  ensure_rust
  if [ "$1" = test ]; then
    web_modules
    ensure_clients
    ensure_chromium
    ensure_firefox
    ensure_cargo_deny
  fi
}

enough_disk() {
  local free
  [ ! -d "$CARGO_TARGET_DIR/debug" ] || return 0
  free=$(($(df --output=avail -k "$cache" | tail -n 1) / 1024 / 1024))
  [ "$free" -ge "$disk_min_gib" ] || fail "Only $free GiB are free where $cache is; a first build needs $disk_min_gib." \
    "Free some space, or set PLENARY_CACHE to a folder on a larger disk."
}

# --- Debian's and Ubuntu's packages

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# apt_install WHY PACKAGE…
apt_install() {
  local why="$1"
  shift
  have apt-get || fail "Missing: $why." "This system has no apt-get. Install what these packages hold, then try again:" "$*"
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || fail "Missing: $why." "Installing it needs root, and there is no sudo. As root, run:" "apt-get install $*"
    say "Missing: $why. sudo may ask for your password to install: $*"
    sudo -v || fail "sudo was refused." "As root, run: apt-get install $*"
  fi
  if [ -z "${apt_updated:-}" ]; then
    quietly "Reading the lists of packages" as_root apt-get update --quiet
    apt_updated=yes
  fi
  quietly "Installing $why" \
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$@"
}

ensure_packages() {
  local packages=() why=()
  if ! have cc; then packages+=(gcc libc6-dev); why+=("a C compiler"); fi
  if ! have curl; then packages+=(curl); why+=("curl"); fi
  if [ ! -s /etc/ssl/certs/ca-certificates.crt ]; then packages+=(ca-certificates); why+=("certificates"); fi
  [ ${#packages[@]} -eq 0 ] || apt_install "$(printf '%s, ' "${why[@]}" | sed 's/, $//')" "${packages[@]}"
}

# --- PostgreSQL and Redis: their programs only; ./dev up starts its own, with its own data

postgresql_there() {
  have postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

# Debian's package starts a server of its own when it is installed for the first time. Its own switch against that is
# a line in createcluster.conf, which is put there for the time of the installation and taken out again.
ensure_postgresql() {
  if postgresql_there; then return; fi
  apt_install "PostgreSQL's common files" postgresql-common
  local conf=/etc/postgresql-common/createcluster.conf kept
  kept="$(mktemp)"
  cp "$conf" "$kept"
  # The file is put back even when the installation fails, which ends the script.
  # shellcheck disable=SC2064
  trap "as_root cp '$kept' '$conf'; rm -f '$kept'" EXIT
  printf '\ncreate_main_cluster = false\n' | as_root tee -a "$conf" >/dev/null
  apt_install "PostgreSQL, without starting a server" postgresql
  as_root cp "$kept" "$conf"
  rm -f "$kept"
  trap - EXIT
}

# Debian keeps Redis' program in redis-tools under the name of a checker, which it is too; the package redis-server only
# adds the name and a service that starts at once. The name is enough.
ensure_redis() {
  if have redis-server; then return; fi
  have redis-check-rdb || apt_install "Redis, without its service" redis-tools
  ln -sf "$(command -v redis-check-rdb)" "$tools/bin/redis-server"
  redis-server --version >/dev/null 2>&1 ||
    fail "redis-tools of this system does not hold Redis' server." "Install the package redis-server, then try again."
}

# --- Node.js, Rust and what comes through them

node_good() { have node && have npm && at_least "$(node --version | tr -d v)" "$node_min"; }

ensure_node() {
  if node_good; then return; fi
  local found="none"
  if have node; then found="$(node --version)"; fi
  say "Node.js $node_min or newer is needed, here is $found: it goes into $tools/node."
  python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || apt_install "Python, which brings Node.js" python3-venv
  rm -rf "$tools/node"
  python3 -m venv "$tools/node" || fail "python3 -m venv failed." "Install Node.js $node_min or newer yourself."
  quietly "Installing Node.js" "$tools/node/bin/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes --only-binary :all: --requirement ci/dev/node-requirements.txt
  use_tools
  hash -r
  node_good || fail "Node.js in $tools/node does not run." "Install Node.js $node_min or newer yourself."
}

# The toolchain that rust-toolchain.toml names, through the rustup that is here, or else through our own.
ensure_rust() {
  local channel
  channel="$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
  if ! have rustup && have cargo-clippy && have rustfmt && at_least "$(rustc --version | cut -d' ' -f2)" "$channel"; then
    return
  fi
  have rustup || install_rustup
  if rustup run "$channel" cargo-clippy --version >/dev/null 2>&1 &&
    rustup run "$channel" rustfmt --version >/dev/null 2>&1; then return; fi
  quietly "Installing Rust $channel" \
    rustup toolchain install "$channel" --profile minimal --component clippy,rustfmt --no-self-update
}

install_rustup() {
  local machine sum
  machine="$(uname -m)"
  case "$machine" in
    x86_64) sum=20a06e644b0d9bd2fbdbfd52d42540bdde820ea7df86e92e533c073da0cdd43c ;;
    aarch64) sum=e3853c5a252fca15252d07cb23a1bdd9377a8c6f3efa01531109281ae47f841c ;;
    *) fail "There is no Rust here, and no known installer for $machine." "Install rustup yourself." ;;
  esac
  export RUSTUP_HOME="$tools/rust/rustup" CARGO_HOME="$tools/rust/cargo"
  quietly "Fetching rustup" curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 \
    --output "$tools/rustup-init" \
    "https://static.rust-lang.org/rustup/archive/$rustup_version/$machine-unknown-linux-gnu/rustup-init"
  printf '%s  %s\n' "$sum" "$tools/rustup-init" | sha256sum --check --status ||
    fail "The rustup installer is not the one that was expected." "Try again, or install rustup yourself."
  chmod +x "$tools/rustup-init"
  quietly "Installing rustup into $tools/rust" \
    "$tools/rustup-init" -y --quiet --no-modify-path --profile minimal --default-toolchain none
  rm -f "$tools/rustup-init"
  use_tools
  hash -r
}

ensure_cargo_deny() {
  if have cargo-deny; then return; fi
  quietly "Building cargo-deny, once" env -u CARGO_TARGET_DIR \
    cargo install cargo-deny --version "$cargo_deny_version" --locked --root "$tools"
}

# The web app's packages, exactly those of the lock file. Left alone when they are already these.
web_modules() {
  if node ci/dev/web-modules-current.mjs 2>/dev/null; then return; fi
  quietly "Installing the web app's packages" npm --prefix web ci --no-audit --no-fund
}

# --- A browser for the journeys: Debian's, or where the package is a stub that wants snapd (Ubuntu), the one that the
# library which drives it brings, with the packages that it knows to be needed.

ensure_chromium() {
  if have chromium || have google-chrome; then return; fi
  if apt-cache policy chromium-sandbox 2>/dev/null | grep -q "Candidate: [0-9]"; then
    apt_install "Chromium" chromium fonts-liberation
    return
  fi
  local playwright=(node web/node_modules/playwright-core/cli.js)
  export PLAYWRIGHT_BROWSERS_PATH="$cache/browsers"
  [ "$(id -u)" -eq 0 ] || sudo -v || fail "sudo was refused." "Install Chromium yourself, under the name chromium."
  quietly "Installing the libraries that Chromium needs" "${playwright[@]}" install-deps chromium
  quietly "Fetching Chromium" "${playwright[@]}" install chromium
  ln -sf "$(find "$PLAYWRIGHT_BROWSERS_PATH" -type f -name chrome | head -n 1)" "$tools/bin/chromium"
}

# Debian's Firefox, for the one journey that takes place in it. Where there is no such package, that journey is not
# checked, and it is said. It runs in a network of its own, which ip makes.
ensure_firefox() {
  have ip || apt_install "iproute2, for a test's own network" iproute2
  if have firefox-esr; then return; fi
  if apt-cache policy firefox-esr 2>/dev/null | grep -q "Candidate: [0-9]"; then
    apt_install "Firefox ESR" firefox-esr
  fi
}
