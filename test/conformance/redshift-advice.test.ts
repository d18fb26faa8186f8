import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CLUSTER, REGION, ROLE, type Standin } from '../../standin/standin.ts';
import { AWS_TRIALS, type AwsWorld, statementFails, statementsWork } from '../support/advice-aws.ts';
import { withFakePostgres } from '../support/fake-postgres.ts';
import { inProcess } from '../support/in-process.ts';
import { clusterSections } from '../support/redshift-config.ts';
import { sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY, SONG } from '../support/trials.ts';

const CONFIG = `${clusterSections()}[S3]
LOG_DATA=s3://sources/log_data
SONG_DATA=s3://sources/song_data
WORK_PREFIX=s3://bundles/starload/
`;

let standin: Standin;
let folder: string;
let world: AwsWorld;
let files = 0;

beforeAll(async () => {
  const roles = [ROLE];
  standin = await sharedStandin({ dataApi: { faults: (call) => world?.fault(call) }, engine: { roles } });
  folder = mkdtempSync(join(tmpdir(), 'starload-advice-'));
  standin.s3.createBucket('sources', REGION);
  standin.s3.createBucket('bundles', REGION);
  standin.s3.put('sources', 'log_data/a.json', linesOf([PLAY]));
  standin.s3.put('sources', 'song_data/a.json', linesOf([SONG]));
  world = {
    standin,
    roles,
    env: {},
    fault: () => undefined,
    configure: (from = '', to = '') => writeFileSync(join(folder, 'dwh.cfg'), CONFIG.replace(from, to)),
    upload: () => {
      files += 1;
      standin.s3.put('sources', `log_data/${files}.json`, linesOf([PLAY]));
    },
  };
  world.configure();
  await succeeds(['create-tables']);
  await succeeds(['etl']);
});
beforeEach(() => {
  world.configure();
  world.env = {};
  world.fault = () => undefined;
  standin.s3.faults = () => undefined;
  standin.sts.answer = {};
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stopSharedStandin();
});

/** Keys come from the environment alone. */
const NO_OTHER_KEYS = {
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_COLOR: '1',
};

const run = (args: readonly string[]) =>
  inProcess([...args, '--config', join(folder, 'dwh.cfg')], {
    env: { ...standin.environment, ...NO_OTHER_KEYS, ...world.env },
  });

async function succeeds(args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(args);
  expect({ args, code, told: code === 0 ? '' : stdout + stderr }).toEqual({ args, code: 0, told: '' });
}

async function fails(args: readonly string[], code: number, advice: string): Promise<void> {
  const failure = await run(args);
  const told = failure.stdout + failure.stderr;
  expect({ args, code: failure.code, told }).toEqual({ args, code, told: expect.stringContaining(`next: ${advice}`) });
}

describe('following the advice on AWS leads on', () => {
  test.each(AWS_TRIALS)(
    '$advice',
    async ({ advice, says = advice, spoil, fails: args, code = 1, follow, leads = args }) => {
      await spoil(world);
      await fails(args, code, says);
      follow?.(world);
      await succeeds(leads);
    },
  );

  test('a HOST that turns out to be Redshift', () =>
    withFakePostgres(
      (sql) =>
        sql.includes('version()')
          ? { row: { version: 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0.80123' } }
          : { refusal: 'unrecognized configuration parameter' },
      async (port) => {
        world.configure(/HOST=.*/, `HOST=127.0.0.1\nDB_PORT=${port}`);
        await fails(['status'], 1, 'Delete HOST in dwh.cfg, and write CLUSTER_IDENTIFIER');
        world.configure(/HOST=.*/, `CLUSTER_IDENTIFIER=${CLUSTER}\nREGION=${REGION}`);
        await succeeds(['status']);
      },
    ));

  test('an endpoint that is not that of the Data API', async () => {
    const other = createServer((_, response) => response.end('{}'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    try {
      world.env = { AWS_ENDPOINT_URL_REDSHIFT_DATA: `http://127.0.0.1:${(other.address() as AddressInfo).port}` };
      await fails(['status'], 1, 'Is the endpoint the Redshift Data API?');
      world.env = {};
      await succeeds(['status']);
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });
});

describe('following the advice of certify leads on', () => {
  const out = () => join(folder, 'out.json');
  const certify = (...options: readonly string[]) => ['certify', '--yes', '--out', out(), ...options];

  test('each mistake has its own, and with none left it certifies', async () => {
    world.configure(/HOST=.*/, `HOST=dwh.123456789012.${REGION}.redshift-serverless.amazonaws.com`);
    await fails(certify(), 2, 'Add --rpus N');
    await fails(certify('--rpus', '512'), 2, "Lower the workgroup's base capacity");
    const paid = ['--rpus', '8'];
    await fails(certify(...paid, '--remove', 'mine'), 2, 'Leave out --remove');
    await fails(certify(...paid, '--minutes', '0'), 2, 'Write minutes, above 0 and up to 60');
    await fails(certify(...paid, '--price', 'cheap'), 2, 'Write a number, such as 8');
    await fails(certify(...paid, '--price', '0'), 2, 'Write a number above 0, such as 8');
    await fails(['certify', '--out', out(), ...paid], 1, 'Add --yes to do it.');
    for (const place of [join(folder, 'none', 'out.json'), folder]) {
      await fails([...certify(...paid), '--out', place], 2, 'Name a file in a folder that you may write to: --out');
    }
    await fails(certify(...paid, '--minutes', '0.0001'), 1, 'Nothing remains of it. Is the warehouse busy?');
    statementFails(/CREATE SCHEMA/, 'ERROR: permission denied for database dev')(world);
    await fails(certify(...paid), 1, 'Let the database user create schemas');
    statementsWork(world);
    world.configure(/\[CLUSTER\][\s\S]*?(?=\[S3\])/, '');
    await fails(certify(...paid), 2, 'Name a cluster or workgroup in dwh.cfg: HOST');
    world.configure(/HOST=.*/, `WORKGROUP=dwh\nREGION=${REGION}`);
    await succeeds(certify(...paid, '--minutes', '20', '--price', '0.375'));
  }, 120_000);
});
