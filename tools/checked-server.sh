# shellcheck shell=bash disable=SC2034
# A PostgreSQL that finds mistakes: with assertions, which the packages of
# distributions lack, with freed memory overwritten, and ready for valgrind.
# It is built from Debian's source package of the server that PG_CONFIG names,
# of the minor release nearest to it whose source apt can bring.  Sourced after
# common.sh and need.sh.
#
#	CHECKED/apt			lists of source packages: apt's own are left alone
#	CHECKED/source		the source package
#	CHECKED/postgresql-15.18		unpacked
#	CHECKED/build		where it is built; its objects are linked to by make fuzz
#	CHECKED/server		installed, with its own pg_config
#
# CHECKED is build/checked, which make clean removes, or the folder that
# CHS_CHECKED names.  What is there is used again.

checked=${CHS_CHECKED:-$CHS_DIR/build/checked}
checked_source=''		# CHECKED/postgresql-VERSION

# apt's own sources, those of source packages in place of packages; its lists in a folder of ours
prepare_apt()
{
	local file name
	mkdir -p "$checked/apt/sources" "$checked/apt/lists/partial" "$checked/apt/cache/archives/partial" || return 1
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		name=$checked/apt/sources/$(basename "$file")
		sed -e 's/^Types:.*/Types: deb-src/' -e 's/^[[:space:]]*deb[[:space:]]/deb-src /' "$file" >"$name" || return 1
	done
	cat >"$checked/apt/apt.conf" <<-CONF
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$checked/apt/sources";
		Dir::State::lists "$checked/apt/lists";
		Dir::Cache "$checked/apt/cache";
		APT::Sandbox::User "";
	CONF
	APT_CONFIG=$checked/apt/apt.conf apt-get update -qq
}

# the versions of the source package, that of the machine's minor release first, then the nearest
source_versions()
{
	local minor
	minor=$("$PG_CONFIG" --version | sed 's/^PostgreSQL [0-9]*\.\([0-9]*\).*/\1/')
	APT_CONFIG=$checked/apt/apt.conf apt-cache showsrc --only-source "postgresql-$(server_major)" |
		sed -n 's/^Version: //p' |
		awk -v minor="$minor" '{ split($0, part, /[.-]/); d = part[2] - minor; print d < 0 ? -d : d, $0 }' |
		sort -n -s -k 1,1 | cut -d' ' -f2
}

fetch_source()
{
	local version
	prepare_apt && mkdir -p "$checked/source" || return 1
	for version in $(source_versions); do
		(
			cd "$checked/source" && rm -f ./* &&
				APT_CONFIG=$checked/apt/apt.conf apt-get source -q --download-only --only-source \
					"postgresql-$(server_major)=$version"
		) && tar -C "$checked" -xf "$checked/source"/*.orig.tar.* && return
	done
	return 1
}

# the newest source of this major version that is unpacked
find_source()
{
	local folder
	checked_source=''
	for folder in "$checked/postgresql-$(server_major)".*/; do
		[ ! -x "$folder/configure" ] || checked_source=${folder%/}
	done
	[ -n "$checked_source" ]
}

# -O1: with -O2 valgrind's stacks lack frames; a test of plans reads XML
configure_server()
(
	rm -rf "$checked/build" "$checked/server"
	mkdir -p "$checked/build" && cd "$checked/build" &&
		"$checked_source/configure" --prefix="$checked/server" --enable-cassert --enable-debug --enable-tap-tests \
			--with-libxml --without-readline --without-zlib --with-system-tzdata=/usr/share/zoneinfo \
			CC="${CC:-gcc}" CFLAGS='-O1 -ggdb -fno-omit-frame-pointer' CPPFLAGS=-DUSE_VALGRIND
)

make_server()
{
	"${CHS_MAKE:-make}" -s -C "$checked/build" -j"$(nproc 2>/dev/null || echo 1)" all &&
		"${CHS_MAKE:-make}" -s -C "$checked/build" install &&
		"${CHS_MAKE:-make}" -s -C "$checked/build/contrib/postgres_fdw" install
}

# need_checked_server: builds it unless it is there; PG_CONFIG is its own from
# then on, and chs for it is built in build/chs-checked
need_checked_server()
{
	mkdir -p build/chs-checked
	make_options=(-C build/chs-checked -f ../../Makefile VPATH=../..)
	if [ -x "$checked/server/bin/pg_config" ] && find_source &&
		[ "$("$checked/server/bin/pg_config" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')" = "$(server_major)" ]; then
		PG_CONFIG=$checked/server/bin/pg_config
		return
	fi
	command -v apt-get >/dev/null 2>&1 ||
		fail "$(basename "$0" .sh) needs Debian's apt" "It brings the source package of PostgreSQL."
	packages_for 'test -f /usr/include/valgrind/memcheck.h:valgrind' 'command -v bzip2:bzip2' 'command -v gcc:gcc' \
		'command -v dpkg-source:dpkg-dev' 'test -f /usr/include/libxml2/libxml/xmlversion.h:libxml2-dev'
	mkdir -p "$checked" || exit 1
	checked=$(cd "$checked" && pwd -P)
	find_source || step "bringing the source of PostgreSQL $(server_major)" fetch_source
	find_source || fail "no source of PostgreSQL $(server_major) is to be had here"
	step "configuring $(basename "$checked_source")" configure_server
	step "building it with assertions (minutes)" make_server
	PG_CONFIG=$checked/server/bin/pg_config
}
