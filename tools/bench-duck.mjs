// DuckDB for the benchmarks: reads statements from standard input, each ended by
// a line "@@ end", and answers with a line "Time: MS PROCESSOR-MS" and the rows
// as psql -A -t prints them, and such a line.
//
//	node tools/bench-duck.mjs FOLDER
//
// FOLDER/node_modules has @duckdb/node-api.
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import readline from 'node:readline';

const end = '@@ end';
const require = createRequire(path.resolve(process.argv[2], 'package.json'));
const { DuckDBInstance } = require('@duckdb/node-api');
const connection = await (await DuckDBInstance.create(':memory:')).connect();

function text(value) {
	if (value === null)
		return '';
	if (typeof value === 'boolean')
		return value ? 't' : 'f';
	return String(value);
}

async function answer(sql) {
	const processor = process.cpuUsage();
	const clock = performance.now();
	const result = await connection.runAndReadAll(sql);
	const wall = performance.now() - clock;
	const { user, system } = process.cpuUsage(processor);
	const rows = result.getRowsJson().map((row) => row.map(text).join('|') + '\n');

	return `Time: ${wall.toFixed(3)} ${((user + system) / 1000).toFixed(3)}\n${rows.join('')}`;
}

let sql = '';
for await (const line of readline.createInterface({ input: process.stdin })) {
	if (line !== end) {
		sql += line + '\n';
		continue;
	}
	try {
		process.stdout.write((await answer(sql)) + end + '\n');
	} catch (error) {
		console.error(`${error.message}\n${sql}`);
		process.exit(1);
	}
	sql = '';
}
process.exit(0);
