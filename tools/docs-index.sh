#!/usr/bin/env bash
# make docs-index: writes docs/functions.md from the comments in the database.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"

need build
hold docs
trap '[ -z "$room" ] || remove_room; rm -f build/docs.pid build/docs.room' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

new_cluster docs
export PATH=$bindir:$PATH PGDATABASE=postgres
[ -z "$library_path" ] || export LD_LIBRARY_PATH=$library_path

psql -X -q -c 'CREATE EXTENSION chs' || fail "chs cannot be created"
perl tools/docs-index.pl >build/functions.md || fail "docs/functions.md is as it was"
mv build/functions.md docs/functions.md
say "docs/functions.md: $(grep -c '^| `' docs/functions.md) lines"
