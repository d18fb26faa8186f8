import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { withWarehouse } from '../../src/cli/session.ts';
import { readConfig } from '../../src/config/read.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { Fault, InjectedCall } from '../../standin/dataapi/faults.ts';
import { CLUSTER, type Standin } from '../../standin/standin.ts';
import { captured, inProcess } from '../support/in-process.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { clusterSections } from '../support/redshift-config.ts';
import { sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY, SONG } from '../support/trials.ts';
import { uniqueName } from '../support/unique.ts';
import { tapPostgres, type Wire } from '../support/wire.ts';

/** A secret for each place that one can come from; letters and digits only, so that no quoting hides one. */
const MARKS = {
  password: 'markPassword7f3a1c',
  starloadPassword: 'markStarload7f3a2c',
  pgPassword: 'markPgpass7f3a3c',
  fileKey: 'markFileKey7f3a4c',
  fileSecret: 'markFileSecret7f3a5c',
  fileToken: 'markFileToken7f3a6c',
  envKey: 'markEnvKey7f3a7c',
  envSecret: 'markEnvSecret7f3a8c',
  envToken: 'markEnvToken7f3a9c',
  foreign: 'markForeign7f3b1c',
} as const;

const EVERY_MARK = Object.values(MARKS);

/** Every mark a text holds, in the forms that a secret may take. */
function marksIn(text: string): readonly string[] {
  return EVERY_MARK.filter((mark) => formsOf(mark).some((form) => text.includes(form)));
}

/** In base64 a text has three forms, by what stands before it. */
function formsOf(mark: string): readonly string[] {
  const base64 = [0, 1, 2].map((before) => {
    const coded = Buffer.from(' '.repeat(before) + mark).toString('base64');
    return coded.slice(before === 0 ? 0 : 4, -4);
  });
  return [mark, Buffer.from(mark).toString('hex'), ...base64];
}

const FOREIGN = `[OTHER]\nMY_PASSWORD=${MARKS.foreign}\napi_token = ${MARKS.foreign}\n`;
const KEYS_IN_FILE = `[AWS]\nKEY=${MARKS.fileKey}\nSECRET=${MARKS.fileSecret}\nSESSION_TOKEN=${MARKS.fileToken}\n`;
const KEYS_IN_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: MARKS.envKey,
  AWS_SECRET_ACCESS_KEY: MARKS.envSecret,
  AWS_SESSION_TOKEN: MARKS.envToken,
};
const NO_KEYS_IN_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
};

let root: string;
let standin: Standin;
let fault: (call: InjectedCall) => Fault | undefined = () => undefined;
let wire: Wire;
let admin: pg.Client;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'starload-secrets-'));
  standin = await sharedStandin({ dataApi: { faults: (call) => fault(call) } });
  const target = await postgresTarget();
  wire = await tapPostgres(target);
  admin = new pg.Client({ ...target, host: target.host });
  await admin.connect();
  for (const [role, password] of Object.entries(roles())) {
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    await admin.query(`CREATE SCHEMA ${role} AUTHORIZATION ${role}`);
  }
});
afterAll(async () => {
  for (const role of Object.keys(roles())) {
    await admin.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  }
  await admin.end();
  await stopSharedStandin();
  await wire.close();
  rmSync(root, { recursive: true, force: true });
});

const USERS = { file: uniqueName('secret_file'), starload: uniqueName('secret_starload'), pg: uniqueName('secret_pg') };

const roles = () => ({
  [USERS.file]: MARKS.password,
  [USERS.starload]: MARKS.starloadPassword,
  [USERS.pg]: MARKS.pgPassword,
});

/** A folder with data, what a run printed and left, and what the servers were told. */
class Bench {
  readonly folder: string;
  readonly config: string;
  readonly seen: string[] = [];
  readonly #env: NodeJS.ProcessEnv;

  constructor(name: string, config: string, env: NodeJS.ProcessEnv) {
    this.folder = join(root, name);
    this.config = join(this.folder, 'dwh.cfg');
    const spool = join(this.folder, 'tmp');
    this.#env = { ...env, TMPDIR: spool };
    for (const folder of ['log_data', 'song_data', 'tmp']) {
      mkdirSync(join(this.folder, folder), { recursive: true });
    }
    writeFileSync(join(this.folder, 'log_data', 'a.json'), linesOf([PLAY]));
    writeFileSync(join(this.folder, 'song_data', 'a.json'), linesOf([SONG]));
    writeFileSync(this.config, config);
  }

  /** Runs a command, which must end with one of these codes. Looks into all files whenever it prints something. */
  async run(args: readonly string[], codes: readonly number[] = [0], config = this.config): Promise<void> {
    const [command = '', ...rest] = args;
    const line = [command, '--config', config, '--debug', ...rest];
    const { code, stdout, stderr } = await inProcess(line, { env: this.#env, onText: () => this.look() });
    this.seen.push(stdout, stderr);
    expect({ args, code, stderr: codes.includes(code ?? -1) ? '' : stderr }).toMatchObject({ stderr: '' });
    this.look();
  }

  /** The same on a configuration that differs. */
  async runOn(change: (config: string) => string, args: readonly string[], codes: readonly number[]): Promise<void> {
    const other = join(this.folder, 'other.cfg');
    writeFileSync(other, change(readFileSync(this.config, 'utf8')));
    await this.run(args, codes, other);
  }

  /** Takes in the spool, the journal, everything that lies about but for the configuration and, until the end, the warehouse. */
  look(passedOver = /\.(cfg|duckdb)$/): void {
    for (const path of readdirSync(this.folder, { recursive: true }) as string[]) {
      const file = join(this.folder, path);
      if (!passedOver.test(path) && statSync(file, { throwIfNoEntry: false })?.isFile()) {
        this.seen.push(readFileSync(file, 'latin1'));
      }
    }
  }

  /** The error that an action ends with, down to its last cause. */
  async failure(change: (config: string) => string): Promise<void> {
    const other = join(this.folder, 'other.cfg');
    writeFileSync(other, change(readFileSync(this.config, 'utf8')));
    const thrownBy = () =>
      withWarehouse({ config: other, readOnly: false }, (context) => etl(context)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    const { value: error, ...texts } = await captured(thrownBy, { env: this.#env });
    expect(error).toBeDefined();
    this.seen.push(texts.stdout, texts.stderr, inspect(error, WHOLE));
  }

  expectNothing(statements: string): void {
    this.look(/\.cfg$/);
    expect(marksIn(this.seen.join('\n'))).toEqual([]);
    expect(marksIn(statements)).toEqual([]);
  }
}

/** Every command as it succeeds, and as it fails. */
async function runAll(bench: Bench): Promise<void> {
  await bench.run(['status'], [1]);
  await bench.run(['create-tables']);
  await bench.run(['check', '--deep', '--json']);
  await bench.run(['plan', '--json']);
  await bench.run(['etl', '--dry-run', '--json']);
  await bench.run(['etl', '--dry-run']);
  await bench.run(['etl']);
  await bench.run(['status', '--json']);
  await bench.run(['query', 'SELECT * FROM load_ledger', '--json']);
  await bench.run(['rebuild', '--json']);
  await bench.run(['reconcile', '--recount', '--json']);
  await bench.run(['query', 'SELECT nothing FROM nowhere', '--json'], [1]);
  await bench.run(['query', "SELEC 'x"], [1]);
  await bench.run(['create-tables', '--json'], [1]);
  const bad = join(bench.folder, 'log_data', 'bad.json');
  for (const content of ['{"ts":', linesOf([{ ...PLAY, ts: 'never' as never }])]) {
    writeFileSync(bad, content);
    await bench.run(['etl', '--json'], [3]);
    await bench.run(['etl', '--quarantine', '--dry-run', '--json']);
  }
  rmSync(bad);
}

const LOCAL = '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n';

describe('no secret is printed, stored or sent', () => {
  test('on DuckDB', async () => {
    const bench = new Bench('duckdb', `${LOCAL}${KEYS_IN_FILE}${FOREIGN}`, {
      ...KEYS_IN_ENVIRONMENT,
      PGPASSWORD: MARKS.pgPassword,
      STARLOAD_DB_PASSWORD: MARKS.starloadPassword,
    });
    await runAll(bench);
    await bench.runOn((config) => `${config}[DUCKDB]\nPATH=log_data\n`, ['etl'], [1]);
    await bench.failure((config) => `${config}[DUCKDB]\nPATH=log_data\n`);
    bench.expectNothing('');
  });

  test.each([
    ['the file', USERS.file, `DB_PASSWORD=${MARKS.password}\n`, {}],
    [
      'STARLOAD_DB_PASSWORD',
      USERS.starload,
      `DB_PASSWORD=${MARKS.password}\n`,
      { STARLOAD_DB_PASSWORD: MARKS.starloadPassword, PGPASSWORD: MARKS.pgPassword },
    ],
    ['PGPASSWORD', USERS.pg, '', { PGPASSWORD: MARKS.pgPassword }],
  ])('on PostgreSQL, with the password from %s', async (source, user, password, env) => {
    const { database } = await postgresTarget();
    const cluster = `[CLUSTER]\nHOST=127.0.0.1\nDB_PORT=${wire.port}\nDB_NAME=${database}\nDB_USER=${user}\nDB_SCHEMA=${user}\n${password}`;
    const bench = new Bench(`postgres-${user}`, `${cluster}${LOCAL}${KEYS_IN_FILE}${FOREIGN}`, env);
    const failures: readonly ((config: string) => string)[] = [
      (config) => config.replace(`DB_PORT=${wire.port}`, 'DB_PORT=1'),
      (config) => config.replace(`DB_NAME=${database}`, 'DB_NAME=nowhere'),
      (config) => config.replace(`DB_USER=${user}`, 'DB_USER=nobody'),
      (config) => config.replace('HOST=127.0.0.1', 'HOST=nowhere.invalid'),
      (config) => config.replace('DB_SCHEMA=', 'DB_SCHEMA=x'),
      (config) => `${config}[CLUSTER]\nHOST=again\n`,
    ];
    if (source === 'the file') {
      await runAll(bench);
    } else {
      await bench.run(['create-tables']);
      await bench.run(['etl', '--json']);
    }
    for (const failing of failures) {
      await bench.runOn(failing, ['etl', '--json'], [1, 2]);
      await bench.runOn(failing, ['check'], [1, 2]);
      await bench.failure(failing);
    }
    expect(wire.said()).toContain('staging_events');
    bench.expectNothing(wire.said());
  });

  test.each([
    ['the file', KEYS_IN_FILE, NO_KEYS_IN_ENVIRONMENT],
    ['the environment', '', KEYS_IN_ENVIRONMENT],
  ])('on Redshift, with keys from %s', async (source, keys, env) => {
    const schema = `secret_${source.replaceAll(' ', '_')}`;
    const cluster = clusterSections(`DB_PASSWORD=${MARKS.password}`, `DB_SCHEMA=${schema}`);
    const text = `${cluster}${LOCAL}WORK_PREFIX=s3://work/${schema}/\n${keys}${FOREIGN}`;
    const bench = new Bench(schema, text, { ...standin.environment, ...env });
    const begun = { calls: standin.dataApi.calls.length, requests: standin.s3.requests.length };
    if (env === KEYS_IN_ENVIRONMENT) {
      await bench.run(['create-tables']);
      await bench.run(['check', '--deep']);
      await bench.run(['etl', '--json']);
    } else {
      await runAll(bench);
    }
    for (const failing of FAULTS) {
      writeFileSync(join(bench.folder, 'log_data', 'new.json'), linesOf([PLAY]));
      fault = ({ operation }) => (operation === 'BatchExecuteStatement' ? failing : undefined);
      await bench.run(['etl', '--json'], [1]);
      await bench.run(['check', '--deep'], [0, 1]);
      await bench.failure((config) => config);
      fault = () => undefined;
    }
    await bench.runOn((config) => config.replace(`${CLUSTER}.abc`, 'nowhere.abc'), ['etl', '--json'], [1]);
    await bench.runOn((config) => config.replace('s3://work/', 's3://nowhere/'), ['etl', '--json'], [1]);
    await bench.failure((config) => config.replace('s3://work/', 's3://nowhere/'));
    const objects = standin.s3.list('work').map((key) => `${key} ${standin.s3.get('work', key)?.toString('latin1')}`);
    const told = inspect([standin.dataApi.calls.slice(begun.calls), objects], WHOLE);
    const asked = standin.s3.requests.slice(begun.requests).map(({ headers, ...request }) => request);
    expect(told).toMatch(/COPY "\w+"\."staging_events"/);
    const headers = standin.s3.requests.slice(begun.requests).map((request) => request.headers);
    expect(marksIn(inspect(headers, WHOLE))).toEqual(env === KEYS_IN_ENVIRONMENT ? SENT.environment : SENT.file);
    // The id of a key is sent with every request, and so is a session's token: in headers, never in a URL.
    bench.expectNothing(told + inspect(asked, WHOLE));
  });

  test.each<[string, string]>([
    ['the user before a host', `[CLUSTER]\nHOST=user:${MARKS.password}@host.example\nDB_NAME=d\nDB_USER=u\n${LOCAL}`],
    [
      'the parameters of a host',
      `[CLUSTER]\nHOST=jdbc:redshift://h:5439/d?user=u&password=${MARKS.password}\n${LOCAL}`,
    ],
    ['the user of a URL', `[CLUSTER]\nHOST=postgresql://u:${MARKS.password}@h:5432/d\n${LOCAL}`],
    ['keys before a bucket', `[S3]\nLOG_DATA=s3://${MARKS.fileKey}:${MARKS.fileSecret}@bucket/x\nSONG_DATA=x\n`],
    ['a jsonpaths file', `${LOCAL}LOG_JSONPATH=s3://k:${MARKS.fileSecret}@bucket/x\n`],
    ['a work prefix', `${LOCAL}WORK_PREFIX=s3://k:${MARKS.fileSecret}@bucket/x\n`],
    [
      'a URL that is signed',
      `[S3]\nLOG_DATA=https://b.s3.amazonaws.com/x?X-Amz-Credential=${MARKS.fileKey}&X-Amz-Signature=${MARKS.fileSecret}&X-Amz-Security-Token=${MARKS.fileToken}\nSONG_DATA=x\n`,
    ],
    [
      'the path of a warehouse',
      `${LOCAL}[DUCKDB]\nPATH=md://u:${MARKS.foreign}@h?motherduck_token=${MARKS.password}\n`,
    ],
    ['a value that goes on', `${LOCAL}[CLUSTER]\nDB_PASSWORD=${MARKS.password}\n  ${MARKS.foreign}\n`],
    ['half a quote', `${LOCAL}[CLUSTER]\nHOST=h\nDB_PASSWORD="${MARKS.password}\n`],
    ['a line of its own', `${LOCAL}[CLUSTER]\n${MARKS.password}\n`],
    [
      'another key, once more',
      `${LOCAL}[CLUSTER]\nDB_PASSWORD=${MARKS.password}\nDB_PORT=${MARKS.password}\nHOST=h !${MARKS.password}\n`,
    ],
    [
      'two keys that disagree',
      `${LOCAL}[CLUSTER]\nHOST=h\n[DWH]\nDWH_PASSWORD=${MARKS.password}\n[DB]\nDB_PASSWORD=${MARKS.foreign}\n`,
    ],
    [
      'keys that are halved',
      `${LOCAL}[AWS]\nAWS_ACCESS_KEY_ID=${MARKS.fileKey}\n[X]\nAWS_SECRET_ACCESS_KEY=${MARKS.fileSecret} ${MARKS.foreign}\n`,
    ],
  ])('of a configuration that is wrong: %s', async (_, config) => {
    const bench = new Bench('wrong', config, { ...NO_KEYS_IN_ENVIRONMENT });
    for (const args of [['etl'], ['check', '--json'], ['status', '--json']]) {
      await bench.run(args, [2]);
    }
    const error = await readConfig(bench.config, {}).catch((thrown: unknown) => thrown);
    bench.seen.push(inspect(error, WHOLE));
    bench.expectNothing('');
  });
});

const WHOLE = { depth: Number.POSITIVE_INFINITY, maxStringLength: null, maxArrayLength: null };

/** What says that the keys were in use. */
const SENT = { file: [MARKS.fileKey, MARKS.fileToken], environment: [MARKS.envKey, MARKS.envToken] };

const FAULTS: readonly Fault[] = [
  { kind: 'expired-token' },
  {
    kind: 'error',
    when: 'before',
    type: 'UnrecognizedClientException',
    status: 400,
    message: 'The security token included in the request is invalid.',
  },
  { kind: 'error', when: 'after', type: 'ValidationException', status: 400, message: 'no' },
  { kind: 'fail', at: 5, error: 'ERROR: out of memory' },
  { kind: 'abort', at: 3 },
];

test('a mark is found in each of its forms', () => {
  for (const mark of EVERY_MARK) {
    for (const text of [
      `x${mark}x`,
      Buffer.from(`user:${mark}@`).toString('base64'),
      Buffer.from(mark).toString('hex'),
    ]) {
      expect(marksIn(text)).toEqual([mark]);
    }
  }
});
