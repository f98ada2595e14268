# shellcheck shell=bash
# What the scripts of tools/ share: where they are, a clean environment,
# progress lines.  Sourced, never run.

set -u -o pipefail

CHS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$CHS_DIR" || exit 1

# The server runs as another user when we are root; what is made for it must
# be readable.  Private folders get their own mode.
umask 022

# Nothing of the user's own PostgreSQL settings may reach a private cluster,
# and the make that called us hands its options on explicitly.
PG_CONFIG=${PG_CONFIG:-pg_config}
for name in $(compgen -e); do
	case $name in
		PG_CONFIG) ;;
		PG* | PSQLRC | PSQL_HISTORY) unset "$name" ;;
		MAKEFLAGS | MFLAGS | MAKELEVEL | MAKEOVERRIDES | DESTDIR) unset "$name" ;;
		LANGUAGE | LC_*) unset "$name" ;;
	esac
done
export LANG=C LC_ALL=C
if locale -a 2>/dev/null | grep -qix 'c\.utf-\?8'; then
	export LC_ALL=C.UTF-8
fi

# Messages of our own: bold when a person reads them.
if [ -z "${NO_COLOR:-}" ] && { [ "${CHS_COLOR:-}" = 1 ] || [ -t 1 ]; }; then
	COLOR=1
	bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' yellow=$'\e[33m' plain=$'\e[0m'
else
	COLOR=0
	bold='' green='' red='' yellow='' plain=''
fi
export COLOR bold green red yellow plain

say()
{
	printf '%s\n' "$*"
}

fail()
{
	printf '%s\n' "${red}chs: $1${plain}" >&2
	shift
	if [ $# -gt 0 ]; then
		printf '     %s\n' "$@" >&2
	fi
	exit 1
}

# PATIENCE=n: time limits n times as long
patience=${PATIENCE:-1}
[[ $patience =~ ^[1-9][0-9]?$ ]] || fail "PATIENCE is a whole number from 1 to 99, not $patience"

# wanted NAME: does TESTS name it, or nothing?
wanted()
{
	[ -z "${TESTS:-}" ] || [[ " $TESTS " == *" $1 "* ]]
}

# now, in milliseconds
milliseconds()
{
	local us=${EPOCHREALTIME/[.,]/}
	echo $((us / 1000))
}

# seconds since $1 (milliseconds), with one decimal
seconds_since()
{
	local ms=$(($(milliseconds) - $1))
	printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# step LABEL COMMAND ARGS...: one progress line; the output goes to a log and
# is shown only when the command fails, which ends the script.
step()
{
	local label=$1 log started status
	shift
	mkdir -p build || fail "cannot write to $CHS_DIR/build" "Remove it as its owner: rm -rf build"
	log=build/$(basename "$0" .sh).log
	: 2>/dev/null >"$log" || fail "cannot write to $CHS_DIR/$log" "It belongs to another user; remove it as that user: make clean"
	started=$(milliseconds)
	printf '%-44s' "$label ..."
	"$@" >"$log" 2>&1 </dev/null
	status=$?
	if [ $status -ne 0 ]; then
		say "${red}failed${plain}"
		tail -n 60 "$log" >&2
		fail "$label failed"
	fi
	say "$(seconds_since "$started")"
}

# what run_make adds: make coverage builds in a folder of its own
make_options=()

# our own make, with the knobs of the one that called
# (two scripts that build at the same time wait for each other)
run_make()
{
	local -a wait=()
	! command -v flock >/dev/null 2>&1 || wait=(flock build/make.lock)
	"${wait[@]}" "${CHS_MAKE:-make}" "${make_options[@]}" PG_CONFIG="$PG_CONFIG" WERROR="${WERROR:-1}" \
		-j"$(nproc 2>/dev/null || echo 1)" "$@"
}
