#!/usr/bin/env bash
# node-postgres: the calls of drivers/calls.txt, the types and the program of
# docs/clients.md.
# needs: node --version && npm --version : nodejs npm
# npm: test/clients/drivers
. test/lib/clients.sh

export NODE_PATH=$CHS_NPM/node_modules
make_kept
# east of Greenwich, to show what a day becomes
export TZ=Europe/Warsaw
node test/clients/drivers/calls.js || exit 1
is 'the program of docs/clients.md' "$(page_code node-postgres | node - 2>&1)" "$(page_result node-postgres)"

day()
{
	TZ=$1 node -e "const { Client } = require('pg'); const client = new Client(); client.connect()
		.then(() => client.query('SELECT \$1::date::text AS day', [$2])).then((r) => console.log(r.rows[0].day)).then(() => client.end())"
}
is 'a day as a string' "$(day America/New_York "'2026-06-30'")" 2026-06-30
is 'a Date of midnight in UTC, west of Greenwich' "$(day America/New_York "new Date('2026-06-30')")" 2026-06-29
