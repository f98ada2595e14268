# shellcheck shell=bash
# Packages of npm below build/, and the pages of examples/dashboard made with
# them.  Sourced after common.sh.

# node_is_new: Observable Framework needs Node 20
node_is_new()
{
	local version
	version=$(node --version 2>/dev/null) && version=${version#v} && [ "${version%%.*}" -ge 20 ] && command -v npm >/dev/null 2>&1
}

# npm_packages FOLDER: what FOLDER/package.json names, into build/npm/NAME
npm_packages()
{
	local place
	place=build/npm/$(basename "$1")
	if [ -f "$place/complete" ] && cmp -s "$1/package.json" "$place/package.json"; then
		return
	fi
	say "npm installs what $1/package.json names, in $place"
	rm -rf "$place"
	mkdir -p "$place" && cp "$1/package.json" "$place" || return 1
	[ ! -f "$1/package-lock.json" ] || cp "$1/package-lock.json" "$place" || return 1
	(cd "$place" && npm_config_cache=$CHS_DIR/build/npm/cache npm install --no-audit --no-fund --ignore-scripts \
		--no-update-notifier </dev/null >npm.log 2>&1) || { tail -n 5 "$place/npm.log"; return 1; }
	touch "$place/complete"
}

# Libraries that the framework offers and these pages do not use.  It would ask
# the registry for their newest versions; a name in its cache answers that.
FRAMEWORK_OFFERS="@observablehq/plot @observablehq/sample-datasets apache-arrow arquero d3 d3-dsv echarts htl leaflet
	lodash mapbox-gl parquet-wasm react react-dom topojson-client"

# build_dashboard FOLDER [COMMAND ...]: the pages in FOLDER/dist, from the database
# that PGHOST and its like name; COMMAND runs the build
build_dashboard()
{
	local folder=$1 library
	shift
	rm -rf "$folder"
	mkdir -p "$folder" && cp -r examples/dashboard/{package.json,observablehq.config.js,database.js,src} "$folder" || return 1
	ln -s "$CHS_DIR/build/npm/dashboard/node_modules" "$folder/node_modules" || return 1
	for library in $FRAMEWORK_OFFERS; do
		mkdir -p "$folder/src/.observablehq/cache/_npm/$library@0.0.0" || return 1
	done
	(cd "$folder" && OBSERVABLE_TELEMETRY_DISABLE=true "$@" node node_modules/@observablehq/framework/dist/bin/observable.js build)
}
