# shellcheck shell=bash
# Finds out what building and testing needs and this machine lacks, and brings
# it on Debian and its relatives.  Sourced after common.sh.
#
#	need build		compiler, server, its headers
#	need test		the same, and what the Perl tests need
#
# As root the packages are installed; an ordinary user is told the command.
# A PostgreSQL that exists is never changed: no cluster is created or started
# by the packages, nothing is removed or upgraded on purpose.

oldest_server=15

# the server that PG_CONFIG names lacks ...; prints nothing when all is there
server_lacks()
{
	command -v "$PG_CONFIG" >/dev/null 2>&1 || { echo pg_config; return; }
	local pgxs
	pgxs=$("$PG_CONFIG" --pgxs 2>/dev/null)
	if [ ! -f "$pgxs" ] || [ ! -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ]; then
		echo headers
	elif [ ! -x "$("$PG_CONFIG" --bindir)/postgres" ] || [ ! -x "$("$PG_CONFIG" --bindir)/initdb" ]; then
		echo server
	elif [ ! -x "$("$PG_CONFIG" --bindir)/psql" ]; then
		echo client
	fi
}

server_major()
{
	"$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
}

# the version to install: that of the headers, else of a server that is there,
# else the distribution's own
wanted_major()
{
	local major
	case $(server_lacks) in
		server | client)
			server_major
			return
			;;
	esac
	major=$(find /usr/lib/postgresql/*/bin/postgres 2>/dev/null |
		sed 's|^/usr/lib/postgresql/\([0-9]*\)/.*|\1|' | sort -n | tail -n 1)
	if [ -n "$major" ] && [ "$major" -ge $oldest_server ]; then
		echo "$major"
		return
	fi
	apt-cache depends postgresql 2>/dev/null |
		sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | sort -n | tail -n 1
}

# prints the names of the packages this machine lacks
missing_packages()
{
	local purpose=$1 lacks major
	command -v "${CC:-gcc}" >/dev/null 2>&1 || echo gcc libc6-dev
	command -v "${CHS_MAKE:-make}" >/dev/null 2>&1 || echo make
	if [ "$purpose" = test ]; then
		if ! command -v prove >/dev/null 2>&1 || ! perl -MTest::More -e1 2>/dev/null; then
			echo perl
		fi
		perl -MIPC::Run -e1 2>/dev/null || echo libipc-run-perl
	fi
	lacks=$(server_lacks)
	if [ -n "$lacks" ] && [ "$PG_CONFIG" = pg_config ]; then
		major=$(wanted_major)
		case $lacks in
			server) echo "postgresql-${major:-NN}" ;;
			client) echo "postgresql-client-${major:-NN}" ;;
			*) echo "postgresql-${major:-NN} postgresql-server-dev-${major:-NN}" ;;
		esac
	fi
}

apt_install()
{
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-upgrade --no-remove \
		--no-install-recommends "$@" </dev/null
}

# The package of a server creates and starts a cluster unless this file, which
# postgresql-common reads, says no.  It is there only while we install.
no_cluster_file=/etc/postgresql-common/createcluster.d/chs-no-cluster.conf

install_server_packages()
{
	apt_install postgresql-common || return 1
	mkdir -p "${no_cluster_file%/*}" || return 1
	trap 'rm -f "$no_cluster_file"; exit 130' INT TERM HUP
	echo "create_main_cluster = false" >"$no_cluster_file" || return 1
	apt_install "$@"
	local status=$?
	rm -f "$no_cluster_file"
	trap - INT TERM HUP
	return $status
}

# packages_for COMMAND:PACKAGE ...: installs the packages whose commands fail
packages_for()
{
	local pair
	local -a packages=()
	for pair in "$@"; do
		sh -c "${pair%:*}" >/dev/null 2>&1 || packages+=("${pair##*:}")
	done
	[ ${#packages[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null 2>&1 ||
		fail "this machine lacks: ${packages[*]}" "(names of Debian's packages). Install them and call again."
	[ "$(id -u)" -eq 0 ] ||
		fail "this machine lacks packages that only root can install. Run:" \
			"sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}" "and call make again."
	step "reading the lists of packages" apt-get update -qq
	step "installing ${packages[*]}" apt_install "${packages[@]}"
}

need()
{
	local purpose=$1 lacks
	local -a packages
	read -r -d '' -a packages < <(missing_packages "$purpose")

	if [ ${#packages[@]} -gt 0 ]; then
		command -v apt-get >/dev/null 2>&1 ||
			fail "this machine lacks: ${packages[*]}" \
				"(names of Debian's packages). Install them with your system's tools and call again."
		if [ "$(id -u)" -ne 0 ]; then
			# one visit of root is enough: name what the tests need, too
			read -r -d '' -a packages < <(missing_packages test)
			# NN: the lists of packages are not there to look into
			[[ "${packages[*]}" != *-NN* ]] ||
				packages=(postgresql postgresql-server-dev-all "${packages[@]/*-NN/}")
			fail "this machine lacks packages that only root can install. Run:" \
				"sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}" \
				"and call make again."
		fi
		step "reading the lists of packages" apt-get update -qq
		read -r -d '' -a packages < <(missing_packages "$purpose")
		[[ "${packages[*]}" != *-NN* ]] ||
			fail "no package of a PostgreSQL server is to be had here" \
				"chs needs PostgreSQL $oldest_server or later; name one by PG_CONFIG=/path/to/pg_config."
		say "This machine lacks: ${packages[*]}"
		if [[ "${packages[*]}" == *postgresql* ]]; then
			step "installing them (no cluster is created)" install_server_packages "${packages[@]}"
		else
			step "installing them" apt_install "${packages[@]}"
		fi
		hash -r
	fi

	lacks=$(server_lacks)
	case $lacks in
		'') ;;
		pg_config) fail "there is no program $PG_CONFIG" ;;
		headers) fail "the PostgreSQL of $(command -v "$PG_CONFIG") has no server headers (PGXS)" \
			"Debian has them in postgresql-server-dev-$(server_major)." ;;
		*) fail "the PostgreSQL of $(command -v "$PG_CONFIG") has no $lacks programs in $("$PG_CONFIG" --bindir)" ;;
	esac
	[ "$(server_major)" -ge $oldest_server ] ||
		fail "$("$PG_CONFIG" --version) is too old" \
			"chs needs PostgreSQL $oldest_server or later; name one by PG_CONFIG=/path/to/pg_config."
	if [ "$purpose" = test ] && [ ! -f "$(dirname "$("$PG_CONFIG" --pgxs)")/../test/perl/PostgreSQL/Test/Cluster.pm" ]; then
		fail "the PostgreSQL of $(command -v "$PG_CONFIG") lacks PostgreSQL::Test::Cluster" \
			"It must have been configured with --enable-tap-tests."
	fi
}
