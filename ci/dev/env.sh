# shellcheck shell=bash
# Where things are kept. Nothing that is downloaded or built for development lies in the clone, except web/node_modules
# and web/dist, which Node's way of finding modules ties to the folder.

cache="${PLENARY_CACHE:-${XDG_CACHE_HOME:-${HOME:?set HOME or PLENARY_CACHE}/.cache}/plenary}"
data="${PLENARY_DATA:-$root/data}"
tools="$cache/tools"
# These speak to this script. To a process of Plenary, a PLENARY_ variable that is no setting of its own is a mistake.
export -n PLENARY_CACHE PLENARY_DATA PLENARY_BREAKING_AGAINST PLENARY_REQUIRE_ADVISORIES

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
export npm_config_cache="${npm_config_cache:-$cache/npm}"

# use_tools: what setup.sh put into our own folder comes first. Each of these is there only because the system had none
# that is good enough.
use_tools() {
  PATH="$tools/bin:$PATH"
  if [ -x "$tools/node/bin/node" ]; then PATH="$tools/node/bin:$PATH"; fi
  if [ -x "$tools/rust/cargo/bin/cargo" ]; then
    export RUSTUP_HOME="$tools/rust/rustup" CARGO_HOME="$tools/rust/cargo"
    PATH="$CARGO_HOME/bin:$PATH"
  fi
  export PATH
}
use_tools
