#!/bin/bash
# Whether the operations port of this process says that it can work. Bash speaks enough HTTP for that; the image holds no
# curl.
exec 3<>"/dev/tcp/127.0.0.1/${PLENARY_TELEMETRY_LISTEN##*:}" || exit 1
printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
IFS= read -r -t 2 status <&3
[[ $status = 'HTTP/1.'?' 200 '* ]]
