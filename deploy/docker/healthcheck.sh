#!/bin/bash
# healthcheck [PORT PATH]: whether this process answers 200 there; without arguments, whether its operations port says
# that it can work. Bash speaks enough HTTP for that; the image holds no curl.
port="${1:-${PLENARY_TELEMETRY_LISTEN##*:}}"
path="${2:-/readyz}"
exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
IFS= read -r -t 2 status <&3
[[ $status = 'HTTP/1.'?' 200 '* ]]
