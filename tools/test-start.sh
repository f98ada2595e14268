#!/usr/bin/env bash
# Tests make start and make stop with the demo's cluster of this folder: where
# the server listens and whom it lets in (test/clients/psql.sh), what a second
# call does, a port that is taken, and that nothing is left running.
#
#	bash tools/test-start.sh		(seconds after make demo; .ci/run calls it)
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/sample.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/chs-start.XXXXXX") || exit 1
blocker=''
trap '[ -z "$blocker" ] || kill "$blocker"; bash tools/stop.sh; rm -rf "$work"' EXIT

start()
{
	bash tools/start.sh >"$work/$1" 2>&1 </dev/null || { cat "$work/$1"; fail "make start failed"; }
	find_samples demo || fail "make start leaves no cluster"
	read_access demo
	port=$(served_port) || fail "after make start no server listens on 127.0.0.1"
}

# the lines that say how to reach the server
access()
{
	sed -n '/^The sample companies/,$p' "$work/$1"
}

start first
[ "$(stat -c '%a %u' "$pgpass")" = "600 $(id -u)" ] || fail "$pgpass can be read by others"
access first | grep -qF "$(url postgresql)" || fail "make start does not print the connection string"
mkdir "$work/psql"
PGHOST=127.0.0.1 PGPORT=$port PGUSER=demo PGPASSWORD=$password PGDATABASE=demo PSQLRC=/dev/null CHS_URL=$(url postgresql) \
	CHS_ADMIN="host=$room/run port=$port user=postgres dbname=demo" PATH=$bindir:$PATH \
	LD_LIBRARY_PATH=${library_path:-${LD_LIBRARY_PATH:-}} bash test/clients/psql.sh >"$work/psql.log" 2>&1 </dev/null ||
	{ cat "$work/psql.log"; fail "test/clients/psql.sh failed"; }
! grep -q '^not ok' "$work/psql.log" || { cat "$work/psql.log"; fail "test/clients/psql.sh failed"; }
say "ok: $(grep -c '^ok ' "$work/psql.log") checks by psql: 127.0.0.1 only, no way in without the password"
eval "$(access first | sed -n 's/^  psql *//p') -X -A -t -c 'SELECT 6 * 7'" >"$work/line" 2>&1 || true
[ "$(cat "$work/line")" = 42 ] || { cat "$work/line"; fail "the line for psql that make start prints does not work"; }
say "ok: the line for psql works as it is printed"

server=$(head -n 1 "$room/run/data/postmaster.pid")
start second
[ "$(access first)" = "$(access second)" ] || fail "a second make start says something else"
[ "$(echo 'SELECT 6 * 7' | bash tools/psql.sh | grep -c '^ *42$')" = 1 ] || fail "make psql fails beside make start"
! bash tools/demo.sh >"$work/demo" 2>&1 </dev/null || fail "make demo takes the running server away"
[[ $(served_port) == "$port" && $(head -n 1 "$room/run/data/postmaster.pid") == "$server" ]] ||
	fail "the server did not survive a second make start, make psql and make demo"
say "ok: make start twice, make psql and make demo leave the server as it is"

bash tools/stop.sh >"$work/stop" || fail "make stop failed"
bash tools/stop.sh >"$work/stop2" || fail "a second make stop failed"
[ ! -s "$work/stop2" ] || fail "a second make stop has something to stop"
[[ -z $(room_pids) && -z $(served_port) ]] || fail "make stop leaves processes running"
! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || fail "something still listens on port $port"
say "ok: make stop leaves nothing running"

first_port=$port first_password=$password
# (by CHS_ROOM the scripts would know it as one of the cluster's processes)
# shellcheck disable=SC2016	# the variables are perl's
env -u CHS_ROOM perl -MIO::Socket::INET -e '
	my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 1, ReuseAddr => 1) or die $!;
	$| = 1; print "ready\n"; sleep 600' "$port" >"$work/blocker" &
blocker=$!
for ((tries = 0; tries < 100; tries++)); do
	[ ! -s "$work/blocker" ] || break
	sleep 0.1
done
start third
[[ $port != "$first_port" && $password == "$first_password" ]] ||
	fail "with port $first_port taken the server listens on $port"
say "ok: a port that is taken; the password stays"
