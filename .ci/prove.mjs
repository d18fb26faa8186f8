// Plants one mistake at a time in a copy of this checkout. The check for it must then fail and give the reason. This
// proves that the checks that .ci/run has just passed are able to fail.
//   node .ci/prove.mjs [words in the title of a case …]
// PYTHON is a Python with the packages of .ci/python-packages; without it the cases that need one are skipped.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

enterCopy(fileURLToPath(new URL('../', import.meta.url)));
const LIMIT_MILLISECONDS = 300_000;
const { PYTHON } = process.env;

const FAILING_TEST = `import { expect, test } from '@jest/globals';
test('a planted test', () => expect(1).toBe(2));
`;
/** Fails, and freezes the server that the run stops at its end. */
const FREEZING_TEST = `import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { sharedPostgres } from '../../standin/engine/postgres.ts';
test('a planted test', async () => {
  const client = new pg.Client({ ...(await sharedPostgres()) });
  await client.connect();
  client.on('error', () => undefined);
  const { rows } = await client.query("SELECT split_part(pg_read_file('postmaster.pid'), E'\\\\n', 1) AS pid");
  process.kill(Number(rows[0].pid), 'SIGSTOP');
  expect(1).toBe(2);
});
`;
/** A command line that does nothing and reports success. */
const IDLE_MAIN = '#!/usr/bin/env node\nprocess.exitCode = 0;\n';
const TYPE_ERROR = 'export const planted: string = 1;\n';

const change = (from, to) => (text) => {
  if (!text.includes(from)) throw new Error(`cannot plant a mistake: there is no "${from}"`);
  return text.replace(from, () => to);
};

/**
 * For each command of .ci/run: the mistake to plant (a file's whole text, or how its text changes), the command that must
 * fail, and the message it must print.
 */
const CASES = [
  {
    of: 'npm test',
    title: 'a failing test',
    times: 10,
    plant: { 'test/unit/planted.test.ts': FAILING_TEST },
    run: 'npm test -- test/unit/planted test/unit/jsonpaths',
    says: /Tests: +1 failed, [\s\S]*STARLOAD_SEED=\d+ npm test -- test\/unit\/planted\.test\.ts/,
  },
  {
    of: 'npm test',
    title: 'one failing file with --json',
    plant: { 'test/unit/planted.test.ts': FAILING_TEST },
    run: 'npm test -- --json test/unit/planted',
    says: /"numFailedTests":1,/,
  },
  {
    of: 'npm test',
    title: 'a failing test and a server that does not stop',
    plant: { 'test/unit/planted.test.ts': FREEZING_TEST },
    run: 'npm test -- test/unit/planted',
    says: /Tests: +1 failed, /,
  },
  {
    of: 'npm test',
    title: 'a file that does not compile',
    plant: { 'src/planted.ts': TYPE_ERROR },
    run: 'npm test -- test/unit/jsonpaths',
    says: /the sources do not compile/,
  },
  {
    of: 'npm run test:nightly',
    title: 'a failing test',
    plant: { 'test/unit/planted.test.ts': FAILING_TEST },
    run: 'npm run --silent test:nightly -- test/unit/planted',
    says: /STARLOAD_TESTS=nightly npm test -- test\/unit\/planted/,
  },
  {
    of: 'npm run lint',
    title: 'a forgotten debugger statement',
    plant: { 'src/planted.ts': 'debugger;\n' },
    run: 'npm run --silent lint',
    says: /noDebugger/,
  },
  {
    of: 'npm run types',
    title: 'a number that is a string',
    plant: { 'test/planted.ts': TYPE_ERROR },
    run: 'npm run --silent types',
    says: /test\/planted\.ts.*TS2322/,
  },
  {
    of: 'npm ci',
    title: 'a lock file that does not fit package.json',
    plant: { 'package.json': change('"yargs": "18', '"yargs": "17') },
    run: 'npm ci --no-progress',
    says: /in sync/,
  },
  {
    of: 'npm run build',
    title: 'sources that do not build',
    plant: { 'src/planted.ts': TYPE_ERROR },
    run: 'npm run --silent build',
    says: /src\/planted\.ts.*TS2322/,
  },
  {
    of: 'npm run torture',
    title: 'users with gender and level exchanged',
    plant: {
      'sql/models/sparkify/star/users.sql': change('gender, level\nFROM (', 'level AS gender, gender AS level\nFROM ('),
    },
    run: 'npm run --silent torture -- --engine duckdb --kills 2 --restores 0 --faults 0 --rounds 0 --seed 1',
    says: /users/,
  },
  {
    of: '.ci/on-postgres-15',
    title: 'a file that does not compile',
    plant: { 'src/planted.ts': TYPE_ERROR },
    run: '.ci/on-postgres-15 tests',
    says: /the sources do not compile|^skipped/m,
  },
  {
    of: '.ci/on-postgres-15',
    title: 'certificates that are not verified',
    plant: { 'dist/warehouse/postgres/client.js': change("mode === 'verify-full'", 'false') },
    run: '.ci/on-postgres-15 tls',
    says: /SSL_MODE=verify-full HOST=localhost: exit code|^skipped/m,
  },
  {
    of: '.ci/commands-on-standin',
    title: 'a command line that does nothing',
    plant: { 'dist/main.js': IDLE_MAIN },
    says: /^/,
  },
  {
    of: '.ci/check-sql.py',
    title: 'a statement that is none',
    plant: { 'test/golden/redshift-load.sql': (text) => `SELEC 1 FROM;\n\n${text}` },
    python: true,
    run: `"${PYTHON}" .ci/check-sql.py`,
    says: /SELEC 1/,
  },
  {
    of: '.ci/standin-boto3.py',
    title: 'a stand-in that answers a cancellation with a list of databases',
    plant: {
      'standin/dataapi/operations.ts': change(
        'HANDLERS[operation](service',
        "HANDLERS[operation === 'CancelStatement' ? ('ListDatabases' as O) : operation](service",
      ),
    },
    python: true,
    run: `.ci/with-standin "${PYTHON}" .ci/standin-boto3.py`,
    says: /CancelStatement operation/,
  },
  {
    of: '.ci/awswrangler-on-standin',
    title: 'a load that leaves out the plays',
    plant: { 'sql/models/sparkify/star/songplays.sql': (text) => `${text.trimEnd()} WHERE 1 = 0\n` },
    python: true,
    says: /Error/,
  },
  {
    of: 'cfnlint',
    title: 'a resource type that does not exist',
    plant: { 'infra/warehouse.yaml': (text) => text.replaceAll('AWS::S3::Bucket', 'AWS::S3::Buckett') },
    python: true,
    run: `"${PYTHON?.replace(/[^/]*$/, '')}cfn-lint" infra/*.yaml`,
    says: /Buckett/,
  },
  {
    of: '.ci/check-regions.py',
    title: 'a region that is not listed',
    plant: { 'src/provision/regions.ts': change("'us-west-2'", "'us-west-9'") },
    python: true,
    run: `"${PYTHON}" .ci/check-regions.py`,
    says: /lacks/,
  },
  ...['provision-on-moto', 'first-day'].map((script) => ({
    of: `.ci/${script}.mjs`,
    title: 'a command line that does nothing',
    plant: { 'dist/main.js': IDLE_MAIN },
    python: true,
    run: `.ci/with-moto "${PYTHON}" node .ci/${script}.mjs`,
    says: /Error/,
  })),
  {
    of: '.ci/s3-on-moto.mjs',
    title: 'a store that lists nothing',
    plant: {
      'dist/objects/s3/store.js': (text) => text.replace(/async \*list\([^)]*\) \{/, (head) => `${head} return;`),
    },
    python: true,
    run: `.ci/with-moto "${PYTHON}" node .ci/s3-on-moto.mjs`,
    says: /AssertionError/,
  },
  {
    of: 'npm run bench',
    title: 'a command line that takes a second to begin',
    plant: { 'dist/main.js': (text) => `${text}\nconst end = Date.now() + 1000;\nwhile (Date.now() < end);\n` },
    run: 'npm run --silent bench -- help',
    says: /ABOVE its limit/,
  },
];

/** Works in a copy of the checkout, which is deleted at the end: a mistake must never remain in the checkout itself. */
function enterCopy(checkout) {
  const top = mkdtempSync(join(tmpdir(), 'starload-prove-'));
  process.on('exit', () => rmSync(top, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  // If this user is root, the server runs as another user, who must be able to enter the folder.
  chmodSync(top, 0o755);
  const copy = join(top, 'starload');
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: checkout, encoding: 'utf8' });
  for (const file of [...files.split('\n').filter((name) => existsSync(join(checkout, name)) && name !== ''), 'dist']) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(checkout, file), join(copy, file), { recursive: true });
  }
  // Copies the modules, because a link would hide types from the linter.
  execFileSync('cp', ['-a', join(checkout, 'node_modules'), copy]);
  if (existsSync(join(checkout, '../shared'))) symlinkSync(join(checkout, '../shared'), join(top, 'shared'));
  execFileSync('git', ['init', '-q'], { cwd: copy });
  process.chdir(copy);
}

/** Every script and every npm command of .ci/run must have a case. */
function uncovered() {
  const script = readFileSync('.ci/run', 'utf8')
    .replaceAll(/^ *#.*$/gm, '')
    .replaceAll('--silent ', '');
  const called = script.match(/\.ci\/[a-z0-9.-]+|npm (?:test|ci|run [a-z:-]+)|cfnlint(?= infra)/g) ?? [];
  const helpers = ['.ci/with-standin', '.ci/with-moto', '.ci/python-packages', '.ci/chromium', '.ci/prove.mjs'];
  return [...new Set(called)].filter((name) => !helpers.includes(name) && !CASES.some(({ of }) => of === name));
}

/** Plants the mistake, runs the check and restores the files. Returns what is wrong with the check, if anything. */
function attempt({ of, plant, run = of, says }) {
  const before = Object.keys(plant).map((path) => [path, existsSync(path) ? readFileSync(path, 'utf8') : undefined]);
  try {
    for (const [path, text] of before) {
      const planted = typeof plant[path] === 'string' ? plant[path] : plant[path](text);
      if (planted === text) throw new Error(`cannot plant a mistake in ${path}: it has changed`);
      writeFileSync(path, planted);
    }
    const { status, signal, stdout, stderr } = spawnSync('bash', ['-c', run], {
      encoding: 'utf8',
      timeout: LIMIT_MILLISECONDS,
    });
    const told = `${stdout}\n${stderr}`;
    if (signal !== null) return `it did not end within ${LIMIT_MILLISECONDS / 1000} s\n${told}`;
    if (status === 0 && !/^skipped/m.test(told)) return `exit code 0\n${told}`;
    return says.test(told) ? undefined : `exit code ${status}, but not a word of ${says}\n${told}`;
  } finally {
    for (const [path, text] of before) {
      if (text === undefined) rmSync(path, { force: true });
      else writeFileSync(path, text);
    }
  }
}

const wanted = process.argv.slice(2);
const missing = uncovered();
let failed = missing.length;
for (const name of missing) console.log(`not proven: ${name}, which .ci/run calls, has no case in .ci/prove.mjs`);
for (const one of CASES.filter(
  ({ of, title }) => wanted.length === 0 || wanted.some((word) => `${of}: ${title}`.includes(word)),
)) {
  if (one.python && PYTHON === undefined) {
    console.log(`skipped: ${one.of}: there is no Python with the packages it needs`);
    continue;
  }
  const times = one.times ?? 1;
  let wrong;
  for (let n = 0; n < times && wrong === undefined; n += 1) wrong = attempt(one);
  console.log(
    `${wrong === undefined ? 'ok' : 'NOT OK'}: ${one.of} fails on ${one.title}${times > 1 ? `, ${times} times out of ${times}` : ''}`,
  );
  if (wrong !== undefined) {
    failed += 1;
    console.log(wrong.slice(-3000));
  }
}
process.exitCode = failed === 0 ? 0 : 1;
