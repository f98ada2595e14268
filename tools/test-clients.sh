#!/usr/bin/env bash
# make test-clients: programs that people use chs from, run for real against the
# samples.  Brings what is missing, starts a private cluster on 127.0.0.1 with
# the samples, runs test/clients/NAME.sh one after the other (those that are
# executable; TESTS="name ..." chooses) and stops everything.
#
# A test is a script that prints a line "ok - LABEL" or "not ok - LABEL" for each
# check and ends with status 0.  It has failed if it ends otherwise, if a line
# says so, or if it checked nothing.  It ends with status 77 after a line
# "skip: WHY" where something cannot be had.  Lines at its head:
#
#	# needs: COMMAND : PACKAGE ...	if COMMAND fails, these packages of Debian
#									are installed; if it fails still, the test
#									is skipped.  Any number of such lines; NN in
#									a package's name is the server's version
#	# npm: FOLDER					what FOLDER/package.json names is installed
#									in $CHS_NPM, a folder below build/
#	# server: NAME = VALUE			a line for postgresql.conf, when all that the
#									test needs is there
#
# It runs in the folder of the sources and finds
#
#	PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE, CHS_URL		the database, whose
#					owner the role demo is (CHS_URL: postgresql://...)
#	CHS_ADMIN		how libpq connects to it as a superuser, by socket
#	CHS_WORK		an empty folder below build/ for what it writes, TMPDIR, too
#	CHS_NPM			see above
#	CHS_PYTHON		the python3 of the system, which has Debian's packages (in "needs", too)
#	PATH			psql and its kin of the cluster come first
#
# KEEP=1 keeps the loaded cluster for the next run, until make clean.
#
# What it leaves running is ended, what it leaves in the database is met by the
# tests that follow.  test/lib/clients.sh has checks for tests in shell.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/sample.sh"
. "$(dirname "$0")/npm.sh"

export PG_CONFIG
if [ -z "${CHS_PYTHON:-}" ]; then
	CHS_PYTHON=python3
	[ ! -x /usr/bin/python3 ] || CHS_PYTHON=/usr/bin/python3
	export CHS_PYTHON
fi
end()
{
	if [ -n "${KEEP:-}" ]; then
		[ -z "$room" ] || stop_room
	else
		[ -z "$room" ] || remove_room
		rm -f build/clients.room build/clients.pgpass
	fi
	rm -f build/clients.pid
}

need build
hold clients
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

passed=0 failed=0 skipped=0
verdict()
{
	local name=$1 colour=$2 word=$3 detail=$4
	printf '%-44s%s%-8s%s%s\n' "client  $name" "$colour" "$word" "$plain" "$detail"
}

pass()
{
	passed=$((passed + 1))
	verdict "$1" "$green" ok "$2"
}

flunk()
{
	failed=$((failed + 1))
	verdict "$1" "$red" FAILED "$2"
}

skip()
{
	skipped=$((skipped + 1))
	verdict "$1" "$yellow" skipped " $2"
}

# --- what the tests need ----------------------------------------------------------

# header NAME WORD: what the lines "# WORD: ..." of the test say
header()
{
	sed -n "s/^# $2:[ 	]*//p" "test/clients/$1.sh"
}

# missing NAME: the packages whose commands fail
missing()
{
	local line packages
	while IFS= read -r line; do
		packages=${line##* : }
		bash -c "${line% : *}" >/dev/null 2>&1 </dev/null || echo "${packages//-NN-/-$(server_major)-}"
	done < <(header "$1" needs)
}

tests=()
for file in test/clients/*.sh; do
	name=$(basename "$file" .sh)
	[ ! -x "$file" ] || { [ -n "${TESTS:-}" ] && [[ " $TESTS " != *" $name "* ]]; } || tests+=("$name")
done
[ ${#tests[@]} -gt 0 ] || fail "there is no test ${TESTS:-in test/clients}"

bring_packages()
{
	local name package
	local -a wanted=() packages=()

	read -r -d '' -a wanted < <(for name in "${tests[@]}"; do missing "$name"; done | tr ' ' '\n' | sort -u)
	[ ${#wanted[@]} -gt 0 ] || return 0
	say "This machine lacks: ${wanted[*]}"
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		say "Tests that need them are skipped. Root brings them on Debian:"
		say "    apt-get update && apt-get install -y --no-install-recommends ${wanted[*]}"
		return
	fi
	step "reading the lists of packages" apt-get update -qq
	# apt-get refuses all if it does not know one
	for package in "${wanted[@]}"; do
		if [ -n "$(apt-cache madison "$package" 2>/dev/null)" ]; then
			packages+=("$package")
		fi
	done
	[ ${#packages[@]} -eq 0 ] || step "installing ${#packages[@]} packages" apt_install "${packages[@]}"
	hash -r
}

# --- running one -------------------------------------------------------------------

run_test()
{
	local name=$1 log=build/clients/$1.log started status checks failures folder

	started=$(milliseconds)
	work=$CHS_DIR/build/clients/$name
	mkdir -p "$work" || fail "cannot write to $work"
	folder=$(header "$name" npm)
	# the test's own environment: common.sh keeps PG* from everything else
	PGHOST=127.0.0.1 PGPORT=$port PGUSER=demo PGPASSWORD=$password PGDATABASE=demo PSQLRC=/dev/null \
		CHS_URL=$(url postgresql) CHS_ADMIN="host=$room/run port=$port user=postgres dbname=demo" \
		CHS_WORK=$work TMPDIR=$work CHS_NPM=${folder:+$CHS_DIR/build/npm/$(basename "$folder")} \
		PATH=$bindir:$PATH LD_LIBRARY_PATH=${library_path:-${LD_LIBRARY_PATH:-}} \
		timeout -k 10 "$((15 * patience))m" "test/clients/$name.sh" >"$log" 2>&1 </dev/null
	status=$?
	checks=$(grep -c '^ok ' "$log")
	failures=$(grep -c '^not ok' "$log")
	end_what_it_left
	if [ $status -eq 77 ]; then
		skip "$name" "$(sed -n 's/^skip: *//p' "$log" | tail -n 1)"
	elif [ $status -ne 0 ] || [ "$failures" -gt 0 ] || [ "$checks" -eq 0 ]; then
		flunk "$name" "$failures of $((checks + failures)) checks failed, status $status, $(seconds_since "$started")"
		grep -v '^ok ' "$log" | tail -n 80
		say "(all of it: $log)"
	else
		pass "$name" "$checks checks, $(seconds_since "$started")"
	fi
}

# processes of the room that do not run a program of its tree
end_what_it_left()
{
	local pid
	for pid in $(room_pids); do
		[[ $(readlink "/proc/$pid/exe" 2>/dev/null) == "$room"/* ]] || kill -TERM "$pid" 2>/dev/null
	done
}

bring_packages
ready=() conf=''
rm -rf build/clients
mkdir -p build/clients
for name in "${tests[@]}"; do
	lacks=$(missing "$name" | tr '\n' ' ')
	if [ -n "$lacks" ]; then
		skip "$name" "needs ${lacks% }"
	elif folder=$(header "$name" npm) && [ -n "$folder" ] && ! npm_packages "$folder"; then
		skip "$name" "npm cannot install what $folder/package.json names"
	else
		ready+=("$name")
		conf+=$(header "$name" server)$'\n'
	fi
done

if [ ${#ready[@]} -gt 0 ]; then
	if [ -n "${KEEP:-}" ] && find_samples clients; then
		step "building and installing chs" install_extension
	else
		new_sample_cluster clients "include_if_exists = 'clients.conf'"
	fi
	step "stopping the cluster" stop_room
	as_server sh -c 'cat >data/clients.conf' <<<"$conf" || fail "cannot write to the cluster"
	serve clients 5600 5699
	for name in "${ready[@]}"; do
		run_test "$name"
	done
fi

[ $skipped -eq 0 ] || say "$skipped skipped"
say "$passed passed, $failed failed"
[ $failed -eq 0 ]
