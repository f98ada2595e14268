#!/usr/bin/env bash
# make test-packages: makes the packages of the last commit and installs each
# where a user would, in Debian systems in folders (see root.sh): from PGXN's
# archive, as a Debian package on a system that has PostgreSQL and nothing
# else, and by the lines of the Dockerfile, without docker: a copy of that
# system stands for the image.  rpmspec only reads the spec.
#
# Without -O2 and bitcode, because it is the way into the server that is tested.
#
# CHS_ROOTS=FOLDER keeps the systems there for the next run.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/root.sh"

suite=bookworm version=15	# as in debian/control
extversion=$(sed -n "s/^default_version = '\(.*\)'/\1/p" chs.control)
archive=chs-$extversion.zip

mkdir -p build || exit 1
apart test-packages

bare=$scratch/bare		# PostgreSQL and nothing else
tools=$scratch/tools	# what packagers work with, too

passed=0 failed=0
# check LABEL COMMAND ARGS...: as step, but goes on after a failure
check()
{
	local label=$1 started
	shift
	started=$(milliseconds)
	printf '%-52s' "$label"
	if "$@" >build/test-packages.log 2>&1 </dev/null; then
		passed=$((passed + 1))
		say "${green}ok${plain}      $(seconds_since "$started")"
	else
		failed=$((failed + 1))
		say "${red}FAILED${plain}  $(seconds_since "$started")"
		tail -n 60 build/test-packages.log
	fi
}

# ask ROOT COMMAND ARGS...: the command creates chs in a new cluster of the
# root, then chs answers: of four answers two are promoters, one is a detractor
ask()
{
	local root=$1
	shift
	# shellcheck disable=SC2016	# the variables are the inner shell's
	as_user "$root" pg_virtualenv -v $version sh -ec '"$@"
		answer=$(psql -X -A -t -d postgres -c "SELECT nps(answer) FROM unnest(ARRAY[10,9,8,3]) AS answer")
		echo "nps: $answer" && test "$answer" = 25' sh "$@"
}

has_no_chs()
{
	! find "$1/usr" -name 'chs.so' -o -name 'chs.control' -o -name 'chs--*.sql' -o -name 'chs_lite*' | grep .
}

# --- the archive ----------------------------------------------------------------

unpack_archive()
{
	cp "build/$archive" "$tools/home/chs/" &&
		as_user "$tools" unzip -q "$archive" &&
		as_user "$tools" python3 -c "
import json, os
os.chdir('chs-$extversion')
meta = json.load(open('META.json'))
assert meta['resources'].keys() == {'homepage', 'bugtracker', 'repository'}
assert all(os.path.getsize(part['docfile']) for part in meta['provides'].values())
"
}

pgxn()
{
	in_root "$tools" env COPT=-O0 MAKEFLAGS="-j$(nproc)" pgxn install "/home/chs/$archive" &&
		ask "$tools" pgxn load -d postgres "/home/chs/$archive" &&
		in_root "$tools" pgxn uninstall "/home/chs/$archive" && has_no_chs "$tools"
}

# --- Docker ---------------------------------------------------------------------

# what `docker build` does with the lines of the Dockerfile
dockerfile()
{
	local word line stage=0 root=''
	perl -0pe 's/^#.*\n//mg; s/\\\n\s*/ /g' packaging/Dockerfile >build/dockerfile
	while read -r word line; do
		case $word in
			'' | ARG) ;;
			FROM) stage=$((stage + 1)) root=$scratch/stage$stage && copy_root $suite-server stage$stage ;;
			RUN) in_root "$root" env COPT=-O0 PG_MAJOR=$version sh -c "$line" ;;
			COPY)
				case $line in
					'. '*) mkdir -p "$root${line#. }" && cp -a "$tools/home/chs/chs-$extversion/." "$root${line#. }" ;;
					'--from=build /chs/ /') cp -a "$scratch/stage1/chs/." "$root/" ;;
					*) false ;;
				esac
				;;
			*) false ;;
		esac || { echo "failed: $word $line"; return 1; }
	done <build/dockerfile
	# what the image executes in the database of a new cluster
	ask "$root" psql -X -d postgres -f /docker-entrypoint-initdb.d/chs.sql
}

# --- Debian ---------------------------------------------------------------------

deb=postgresql-$version-chs_${extversion}_$(dpkg --print-architecture).deb

debian_package()
{
	as_user "$tools" sh -c "cd chs-$extversion && DEB_BUILD_OPTIONS=noopt dpkg-buildpackage -us -uc -b" &&
		cp "$tools/home/chs/$deb" "$bare/root/"
}

debian_test()
{
	in_root "$tools" dpkg -i "/home/chs/$deb" &&
		as_user "$tools" sh -c "cd chs-$extversion && debian/tests/installcheck"
}

bare_system()
{
	in_root "$bare" dpkg -i "/root/$deb" && ask "$bare" psql -X -d postgres -c 'CREATE EXTENSION chs' &&
		in_root "$bare" dpkg -r "postgresql-$version-chs" && has_no_chs "$bare"
}

# --- what must only be well-formed ----------------------------------------------

spec()
{
	in_root "$tools" rpmspec -P "/home/chs/chs-$extversion/packaging/chs.spec" >build/spec &&
		grep -x "Version: *$extversion" build/spec && ! grep '%{' build/spec
}

workflows()
{
	as_user "$tools" python3 -c "
import glob, yaml
files = glob.glob('chs-$extversion/.github/workflows/*.yml')
assert len(files) == 2
for file in files:
    for job in yaml.safe_load(open(file))['jobs'].values():
        assert job['runs-on'] and all('run' in step or 'uses' in step for step in job['steps'])
"
}

started=$(milliseconds)
make_root $suite
step "PostgreSQL $version in a copy of it" grow_root $suite $suite-server postgresql-$version postgresql-common
step "the tools of packagers in a copy of that" grow_root $suite-server $suite-tools build-essential \
	debhelper postgresql-all postgresql-server-dev-all pgxnclient unzip rpm python3-yaml
step "a copy to install into" copy_root $suite-server bare
step "a copy to build in" copy_root $suite-tools tools
without_bitcode "$tools" $version

check "make dist" "${CHS_MAKE:-make}" -s dist
check "the archive has its parts" unpack_archive
check "pgxn install, pgxn load, pgxn uninstall" pgxn
check "the lines of the Dockerfile" dockerfile
check "dpkg-buildpackage" debian_package
check "dpkg -i, debian/tests" debian_test
check "dpkg -i on a bare system, CREATE EXTENSION" bare_system
check "rpmspec -P" spec
check "the workflows parse" workflows

say "It took $(seconds_since "$started")."
say "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
