// Runs the calls of calls.txt with node-postgres.  See calls.py, which does the
// same in Python and explains the checks.
'use strict';
const fs = require('fs');
const { Client } = require('pg');

const DRIVER = 'node_postgres';

function readCalls() {
  const calls = [];
  for (const block of fs.readFileSync('test/clients/drivers/calls.txt', 'utf8').replace(/^#.*\n/gm, '\n').split(/\n\n+/)) {
    const call = { sql: '', types: [], values: [], casts: new Set(), silent: false };
    for (const line of block.split('\n')) {
      let match;
      if ((match = line.match(/^\$(\d+) (\S+) (.*)$/))) {
        call.types.push(match[2]);
        call.values.push(match[3] === 'NULL' ? null : match[3]);
      } else if ((match = line.match(/^(casts|silent) (\S+) (.*)$/))) {
        if (match[2] === DRIVER) {
          call.casts = new Set(match[3].split(' ').map((cast) => Number(cast.slice(1))));
          call.silent = match[1] === 'silent';
        }
      } else call.sql += line + '\n';
    }
    call.sql = call.sql.trim();
    if (call.sql) calls.push(call);
  }
  return calls;
}

// the statement, each $n replaced; its rows as one JSON text
function text(call, replace) {
  const sql = call.sql.replace(/\$(\d+)/g, (_, n) => replace(Number(n)));
  return `SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM (${sql}) AS t`;
}

// what a program in JavaScript has in its hand for a value of this type
function jsValue(type, value) {
  if (value === null) return null;
  if (type.endsWith('[]')) return value.slice(1, -1).split(',').map((item) => jsValue(type.slice(0, -2), item));
  if (['int', 'bigint', 'float8', 'numeric'].includes(type)) return Number(value);
  if (type === 'boolean') return value === 'true';
  if (type === 'timestamptz') return new Date(value.replace('+00', 'Z'));
  if (type === 'jsonb' || type === 'healthmodel') return JSON.parse(value);
  return value; // days too: 'YYYY-MM-DD'
}

async function main() {
  const client = new Client();
  await client.connect();

  // the answer, or the error in one line
  async function ask(sql, values) {
    try {
      return (await client.query({ text: sql, values, rowMode: 'array' })).rows[0][0];
    } catch (error) {
      return 'ERROR: ' + error.message;
    }
  }
  function literal(call) {
    return ask(text(call, (n) => {
      const value = call.values[n - 1];
      return `CAST(${value === null ? 'NULL' : "'" + value.replace(/'/g, "''") + "'"} AS ${call.types[n - 1]})`;
    }));
  }
  function bound(call, casts) {
    return ask(text(call, (n) => '$' + n + (casts.has(n) ? '::' + call.types[n - 1] : '')),
      call.types.map((type, i) => jsValue(type, call.values[i])));
  }
  function check(passed, label, ...details) {
    console.log(`${passed ? 'ok' : 'not ok'} - ${label}`);
    if (!passed) for (const detail of details) console.log('  ', detail.slice(0, 600));
  }

  async function test(call, number) {
    const label = `${number}: ${call.sql.split('\n')[0].slice(0, 90)}`;
    const want = await literal(call);
    let have = await bound(call, call.casts);
    check(have === want && !want.startsWith('ERROR'), label, 'have: ' + have, 'want: ' + want);
    for (const one of call.casts) {
      have = await bound(call, new Set([...call.casts].filter((n) => n !== one)));
      check(have !== want, `${label}, without a cast of $${one}`, 'needs no such cast');
    }
    if (call.casts.size) {
      have = await bound(call, new Set());
      check(have.startsWith('ERROR') !== call.silent, label + ', without casts', 'have: ' + have);
    }
  }

  async function explore(call, number) {
    const want = await literal(call);
    const count = call.types.length;
    console.log(`${number}: ${call.sql.split('\n')[0].slice(0, 150)}`);
    if (want.startsWith('ERROR')) return console.log('   literal:', want);
    const plain = await bound(call, new Set());
    const found = [];
    for (let mask = 0; mask < 1 << count; mask++) {
      const casts = new Set([...Array(count).keys()].filter((i) => mask & (1 << i)).map((i) => i + 1));
      if (found.length && found[0].size <= casts.size) continue;
      if ((await bound(call, casts)) === want) found.unshift(casts);
    }
    if (!found.length) console.log('   no casts help:', await bound(call, new Set([...Array(count).keys()].map((i) => i + 1))), want.slice(0, 200));
    else if (found[0].size) console.log('  ', [...found[0]].map((n) => `$${n} ${call.types[n - 1]}`).join(' '), '|', plain.slice(0, 200));
  }

  // the types that arrive, as docs/clients.md says
  async function testTypesOfPage() {
    const section = fs.readFileSync('docs/clients.md', 'utf8').split('\n## What arrives\n')[1].split('\n## ')[0];
    for (const line of section.split('\n').filter((row) => row.startsWith('|')).slice(2)) {
      const cells = line.split('|').slice(1, -1).map((cell) => cell.trim());
      const expression = cells[0].slice(1, -1);
      const value = (await client.query({ text: `SELECT ${expression} FROM clients.kept`, rowMode: 'array' })).rows[0][0];
      const have = '`' + (value === null ? 'null' : value.constructor.name) + '`';
      check(have === cells[4], 'docs/clients.md, type of ' + expression, 'have: ' + have, 'page: ' + cells[4]);
    }
  }

  let number = 0;
  for (const call of readCalls()) await (process.argv[2] === 'explore' ? explore : test)(call, ++number);
  if (process.argv[2] !== 'explore') await testTypesOfPage();
  await client.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
