#!/usr/bin/env bash
# The files of examples/metabase are what Metabase imports: its own validator
# accepts them, and notices a mistake.
# needs: command -v npm : npm
# npm: examples/metabase
. test/lib/clients.sh
. tools/npm.sh

node_is_new || skip "Metabase's validator needs Node.js 20"
validate()
{
	node "$CHS_NPM/node_modules/@metabase/representations/dist/bin/cli.js" validate-schema --folder "$1"
}

files=$(find examples/metabase/collections -name '*.yaml' | wc -l)
is 'collection, dashboard and cards are valid' "$(validate examples/metabase 2>&1 | tail -n 1)" "$files passed, 0 failed"
cp -r examples/metabase "$CHS_WORK/copy"
sed -i 's/^display: .*/display: picture/' "$CHS_WORK/copy/collections/main/customer_success/mrr_movements.yaml"
fails 'an unknown display is not' display validate "$CHS_WORK/copy"
