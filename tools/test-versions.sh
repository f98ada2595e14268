#!/usr/bin/env bash
# make test-versions: builds chs and runs the whole suite on other versions of
# PostgreSQL, each in a newer Debian in a folder (see root.sh), as an ordinary
# user there.  Then what chs stored on the machine's own PostgreSQL moves to
# the newer one, by dump and restore and by pg_upgrade.
#
# VERSIONS="17 18" are those that Debian has beside the machine's own.
# CHS_ROOTS=FOLDER keeps the systems there for the next run; TESTS as in make test.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/root.sh"

# which Debian has which PostgreSQL
suite_of()
{
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
		*) fail "Debian has no PostgreSQL $1" "VERSIONS are some of 15, 17 and 18." ;;
	esac
}

mkdir -p build || exit 1
apart test-versions

need build
own=$(server_major)
passed=0 failed=0

install_server()
{
	install_packages "$1" gcc libc6-dev make perl libipc-run-perl "postgresql-$2" "postgresql-server-dev-$2" &&
		in_root "$1" sh -c "! test -e /etc/postgresql/$2/main" &&
		without_bitcode "$1" "$2"
}

# move_own_server ROOT: the machine's own server, with chs, to /opt/old of the
# root, and the libraries that the newer system has in other versions only
move_own_server()
{
	local root=$1 old=$1/opt/old folder library known
	rm -rf "$old"
	for folder in --bindir --pkglibdir --sharedir; do
		folder=$("$PG_CONFIG" "$folder")
		mkdir -p "$old$folder" && cp -RL "$folder/." "$old$folder/" || return 1
	done
	rm -f "$old$("$PG_CONFIG" --pkglibdir)/llvmjit.so"	# needs a compiler of its own
	known=$(in_root "$root" ldconfig -p)
	ldd "$("$PG_CONFIG" --bindir)"/* 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
		while read -r library; do
			[[ $known == *"${library##*/} "* ]] || cp -L "$library" "$root/usr/local/lib/" || return 1
		done
	in_root "$root" ldconfig
	run_make install DESTDIR="$old" && in_root "$root" "/opt/old$("$PG_CONFIG" --bindir)/postgres" --version
}

# run ROOT [VARIABLE=VALUE ...]: make test there; adds to passed and failed
run()
{
	local root=$1 log=build/test-versions.out status sum
	shift
	as_user "$root" env ${COLOR:+CHS_COLOR=$COLOR} WERROR="${WERROR:-1}" PATIENCE="$patience" "$@" make -s -C chs test 2>&1 | tee "$log"
	status=$?
	sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
	if [[ $sum =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
	fi
	if [ $status -ne 0 ] && [[ ! $sum =~ [1-9][0-9]*\ failed$ ]]; then
		failed=$((failed + 1))
	fi
}

for version in ${VERSIONS:-17 18}; do
	suite=$(suite_of "$version") || exit 1
	root=$place/$suite
	started=$(milliseconds)
	say "${bold}PostgreSQL $version, Debian $suite${plain}"
	make_root "$suite"
	step "installing PostgreSQL $version there" install_server "$root" "$version"
	step "copying the sources" copy_to "$root"
	run "$root" TESTS="${TESTS:-}"
	if [ "$own" -lt "$version" ] && [ -z "${TESTS:-}" ]; then
		say "${bold}From PostgreSQL $own to $version${plain}"
		step "moving the machine's PostgreSQL $own there" move_own_server "$root"
		run "$root" CHS_OLD_SERVER="/opt/old$(dirname "$("$PG_CONFIG" --bindir)")"
	fi
	say "PostgreSQL $version took $(seconds_since "$started")."
done

say "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
