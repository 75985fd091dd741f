#!/bin/sh
# Runs a command in a network of its own: loopback, and one address beside it that nothing outside can reach. Firefox takes
# no media from 127.0.0.1, so for it the node needs an address that looks like a LAN's.
# Usage: island.sh COMMAND… Needs Linux' user namespaces, and ip (iproute2); with no command it only says whether it can.
set -eu
address=10.77.0.1
if [ "${1:-}" != --inside ]; then
  exec unshare --user --map-root-user --net "$0" --inside "$@"
fi
shift
ip link set lo up
ip link add lan0 type veth peer name lan1
ip address add "$address/24" dev lan0
ip link set lan0 up
ip link set lan1 up
# Without a way out Firefox does not look for an address at all.
ip route add default dev lan0
[ $# -gt 0 ] || exit 0
ISLAND_ADDRESS="$address" exec "$@"
