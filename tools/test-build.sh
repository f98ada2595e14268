#!/usr/bin/env bash
# Builds a copy of the sources in another folder, as packagers do, and tells
# whether everything comes out of it and nothing else changes; then renames a C
# file and looks for what is left of the old one.
#
#	bash tools/test-build.sh		(two minutes; .ci/run calls it)
. "$(dirname "$0")/common.sh"

place=$(mktemp -d "${TMPDIR:-/tmp}/chs-build.XXXXXX") || exit 1
trap 'rm -rf "$place"' EXIT
mkdir "$place/chs" "$place/chs/b"
cp -R chs.control META.json Makefile debian packaging src sql lite test expected tools "$place/chs"
find "$place/chs/src" -name '*.o' -delete -o -name '*.bc' -delete
rm -f "$place"/chs/sql/chs--*.sql "$place"/chs/lite/chs_lite*.sql
cd "$place/chs/b" || exit 1

# one object of an older build in the sources' folder must not be taken
touch ../src/chs.o ../chs.so

build()
{
	# without -O2 and bitcode: it is the rules that are tested
	make -s -j"$(nproc)" -f ../Makefile VPATH=.. PG_CONFIG="$PG_CONFIG" COPT=-O0 with_llvm=no "$@" >"$place/log" 2>&1 ||
		{ cat "$place/log"; fail "make $* failed in another folder"; }
}

list()
{
	(cd .. && find . -path ./b -prune -o -type f -print | sort)
}

before=$(list)
build
build install DESTDIR="$place/installed"
for file in chs.so chs.control 'chs--*.sql' chs_lite.control 'chs_lite--*.sql'; do
	[ -n "$(find "$place/installed" -name "$file" -size +0)" ] || fail "make install did not install $file"
done
[ "$(list)" = "$before" ] || fail "a build in another folder writes to that of the sources"
say "ok: make and make install in another folder"

mv ../src/shared/stats.c ../src/shared/stats_renamed.c
build
if [ -e src/shared/stats.o ] || [ ! -e src/shared/stats_renamed.o ]; then
	fail "a renamed C file leaves its old object behind"
fi
touch src/shared/forgotten.o
build clean
[ -z "$(find . -type f)" ] || { find . -type f; fail "make clean leaves files behind"; }
say "ok: no object is left of a renamed C file, nothing of a build by make clean"
