# shellcheck shell=bash
# LiveKit's own clients for the stage of that name: Python's in a virtual environment, Node's beside a copy of their lock
# file; and where there is a Go, clients of pion, which the Go SDK is made with. They lie in the cache, in folders that are
# named after what was asked for, and nothing goes into the clone.

clients_asked=sfu/node/tests/clients
# numpy, which the Python SDK needs, has no wheels for older ones.
clients_python_min=3.11
clients_go_min=1.26

# clients_folder NAME FILE…: where clients that these files ask for are kept.
clients_folder() {
  local name="$1"
  shift
  printf '%s/clients/%s-%s' "$cache" "$name" "$(cat "$@" | sha256sum | cut -c1-16)"
}

clients_python() { clients_folder python "$clients_asked/python/requirements.txt"; }
clients_go() { clients_folder go "$clients_asked"/go/*; }
clients_node() { clients_folder node "$clients_asked/node/package-lock.json"; }

clients_python_good() {
  at_least "$(python3 -c 'import platform; print(platform.python_version())')" "$clients_python_min"
}

# Whether there is a Go to build with: none is installed for this alone.
clients_go_good() {
  have go && at_least "$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//')" "$clients_go_min"
}

ensure_clients() {
  ensure_clients_python
  ensure_clients_node
  ensure_clients_go
}

ensure_clients_python() {
  local folder
  folder="$(clients_python)"
  if [ -e "$folder/.complete" ]; then return; fi
  have python3 || apt_install "Python, for LiveKit's Python SDK" python3-venv
  if ! clients_python_good; then
    say "LiveKit's Python SDK needs Python $clients_python_min or newer; here is $(python3 --version)."
    return
  fi
  python3 -c 'import venv, ensurepip' >/dev/null 2>&1 ||
    apt_install "Python's virtual environments, for LiveKit's Python SDK" python3-venv
  rm -rf "$folder"
  python3 -m venv "$folder" || fail "python3 -m venv failed." "Install your system's package python3-venv."
  quietly "Installing LiveKit's Python SDK" "$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes --only-binary :all: --requirement "$clients_asked/python/requirements.txt"
  touch "$folder/.complete"
}

# Modules and what is built of them stay in our own cache, not in the user's.
ensure_clients_go() {
  local folder
  clients_go_good || return 0
  folder="$(clients_go)"
  if [ -e "$folder/.complete" ]; then return; fi
  rm -rf "$folder"
  mkdir -p "$folder"
  quietly "Building clients of pion" env GOTOOLCHAIN=local GOPATH="$folder/modules" GOCACHE="$folder/build" GOFLAGS=-modcacherw \
    go -C "$clients_asked/go" build -trimpath -o "$folder/clients" .
  rm -rf "$folder/modules" "$folder/build"
  touch "$folder/.complete"
}

ensure_clients_node() {
  local folder
  folder="$(clients_node)"
  if [ -e "$folder/.complete" ]; then return; fi
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$clients_asked/node/package.json" "$clients_asked/node/package-lock.json" "$folder/"
  quietly "Installing LiveKit's Node SDKs" npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund
  touch "$folder/.complete"
}
