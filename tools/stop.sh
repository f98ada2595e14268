#!/usr/bin/env bash
# make stop: stops the private clusters of this folder, whoever left them
# running.  With --remove also their data goes (make clean).
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/cluster.sh"

for file in build/*.room; do
	kind=$(basename "$file" .room)
	if find_room "$kind"; then
		if [ -n "$(room_pids)" ]; then
			say "stopping the $kind cluster"
		fi
		stop_room
		if [ "${1:-}" = --remove ]; then
			remove_room
			rm -f "build/$kind.room" "build/$kind.pid" "build/$kind.pgpass"
		fi
	fi
done
