import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import type { Fault, InjectedCall } from '../../standin/dataapi/faults.ts';
import { CLUSTER, DATABASE, REGION, ROLE, type Standin } from '../../standin/standin.ts';
import { MAIN, starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';
import { sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';
import { until } from '../support/until.ts';

let fault: (call: InjectedCall) => Fault | undefined = () => undefined;
let standin: Standin;
let buckets = 0;

beforeAll(async () => {
  standin = await sharedStandin({ dataApi: { faults: (call) => fault(call) } });
});
afterAll(stopSharedStandin);

/** A folder with a classic dwh.cfg, a bucket of its own with a sample, and tables. */
async function withProject(
  action: (folder: string, bucket: string) => Promise<void>,
  { work = true } = {},
): Promise<void> {
  await withFolder(async (folder) => {
    buckets += 1;
    const bucket = `sample-${buckets}`;
    standin.s3.createBucket(bucket, REGION);
    await generateData({ songs: 12, events: 300, seed: 3, out: folder });
    for (const path of await filesBelow(folder)) {
      standin.s3.put(bucket, path, readFileSync(join(folder, path)));
    }
    writeFileSync(join(folder, 'dwh.cfg'), configText(bucket, work));
    await run(folder, ['create-tables']);
    await action(folder, bucket);
    fault = () => undefined;
  });
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const { readdir } = await import('node:fs/promises');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function configText(bucket: string, work: boolean): string {
  return `[CLUSTER]
HOST='${CLUSTER}.abc.${REGION}.redshift.amazonaws.com'
DB_NAME='${DATABASE}'
DB_USER='awsuser'
DB_PASSWORD='Passw0rd-never-shown'
DB_PORT=5439
DB_SCHEMA=${bucket.replace('-', '_')}

[IAM_ROLE]
ARN='${ROLE}'

[S3]
LOG_DATA='s3://${bucket}/log_data'
SONG_DATA='s3://${bucket}/song_data'
${work ? `WORK_PREFIX=s3://work/${bucket}/\n` : ''}`;
}

async function run(cwd: string, args: readonly string[], code = 0) {
  const outcome = await inProcess([...args.slice(0, 1), '--config', join(cwd, 'dwh.cfg'), ...args.slice(1)], {
    env: { ...standin.environment, NO_COLOR: '1' },
  });
  expect({ args, code: outcome.code, stderr: outcome.code === code ? '' : outcome.stderr }).toEqual({
    args,
    code,
    stderr: '',
  });
  expect(outcome.stdout + outcome.stderr).not.toContain('Passw0rd');
  return outcome;
}

async function json(cwd: string, args: readonly string[], code = 0) {
  return JSON.parse((await run(cwd, [...args, '--json'], code)).stdout);
}

const isLoad = ({ operation, body }: { operation: string; body: Readonly<Record<string, unknown>> }) =>
  operation === 'BatchExecuteStatement' && /^starload-\d{8}T/.test(String(body['StatementName']));

describe('the command line on Redshift', () => {
  test(
    'does the whole job from a classic dwh.cfg',
    () =>
      withProject(async (folder, bucket) => {
        expect(await json(folder, ['etl'])).toMatchObject({
          status: 'loaded',
          rows: { staging_events: 300, staging_songs: 12 },
        });
        expect((await run(folder, ['etl'])).stdout).toMatch(/^nothing new/);
        standin.s3.put(bucket, 'log_data/late.json', linesOf([PLAY]));
        standin.s3.put(bucket, 'log_data2/neighbour.json', 'not data');
        expect((await json(folder, ['plan'])).tables[0].files).toMatchObject([
          { uri: `s3://${bucket}/log_data/late.json`, reason: 'new' },
        ]);
        expect((await json(folder, ['etl', '--dry-run'])).statements.join('\n')).toMatch(
          /COPY "\w+"\."staging_events"/,
        );
        expect((await json(folder, ['etl'])).rows).toMatchObject({ staging_events: 301 });
        expect((await json(folder, ['status'])).runs).toHaveLength(2);
        expect(await json(folder, ['reconcile', '--recount'])).toMatchObject({
          status: 'agreed',
          tables: [
            { table: 'staging_events', records: 301 },
            { table: 'staging_songs', records: 12 },
          ],
        });
        const plays = await json(folder, ['query', 'SELECT COUNT(*) AS n FROM songplays']);
        expect(await json(folder, ['rebuild'])).toMatchObject({ rows: { songplays: plays[0].n } });
        expect(
          await json(folder, [
            'query',
            "SELECT CAST(9223372036854775807 AS BIGINT) AS big, SYSDATE > TIMESTAMP '2020-01-01 00:00:00' AS now",
          ]),
        ).toEqual([{ big: '9223372036854775807', now: true }]);
        await run(folder, ['query', 'DELETE FROM songplays'], 1);
        expect(standin.s3.list('work').filter((key) => key.startsWith(bucket))).toEqual([]);
      }),
    120_000,
  );

  test(
    'names the file, line and column of a bad record, and loads nothing',
    () =>
      withProject(async (folder, bucket) => {
        standin.s3.put(
          bucket,
          'log_data/bad.json',
          `${linesOf([PLAY])}\n{"ts":"yesterday","page":"Home","sessionId":1,"itemInSession":1}`,
        );
        const { stderr } = await run(folder, ['etl'], 3);
        expect(stderr).toContain(`s3://${bucket}/log_data/bad.json, line 2, column "ts": Invalid digit`);
        expect((await json(folder, ['status'])).runs).toEqual([]);
        expect(standin.s3.list('work').filter((key) => key.startsWith(bucket))).not.toEqual([]);
      }),
    120_000,
  );

  test(
    'without a work prefix loads whole folders anew, and only when something in them has changed',
    () =>
      withProject(
        async (folder, bucket) => {
          for (const [policy, done] of Object.entries({ keep: 'kept', refuse: 'refused' })) {
            const refused = await run(folder, ['etl', '--unknown-keys', policy], 2);
            expect(refused.stderr).toContain(`unknown keys cannot be ${done} without a work prefix`);
          }
          const loaded = await run(folder, ['etl', '--json']);
          expect(JSON.parse(loaded.stdout)).toMatchObject({
            status: 'loaded',
            tables: [{ keys: null }, { keys: null }],
            rows: { staging_events: 300, staging_songs: 12 },
            unknown_keys: null,
            vanished_keys: null,
          });
          expect(loaded.stderr).toContain(
            'note: keys that no column takes are not counted: Redshift reads whole folders',
          );
          const star = await json(folder, ['query', 'SELECT * FROM songplays ORDER BY songplay_id']);
          expect(await json(folder, ['etl'])).toMatchObject({ status: 'up_to_date' });
          standin.s3.put(bucket, 'log_data/late.json', linesOf([PLAY]));
          expect(await json(folder, ['reconcile'], 3)).toMatchObject({
            status: 'differed',
            disagreements: [{ rule: 'changed', count: 1, examples: [`s3://${bucket}/log_data/`] }],
          });
          expect((await json(folder, ['etl'])).rows).toMatchObject({ staging_events: 301, songplays: star.length + 1 });
          expect(await json(folder, ['reconcile', '--recount'])).toMatchObject({
            status: 'agreed',
            notes: [expect.stringContaining('the keys of 2 files or folders were not compared')],
            tables: [{ files: 1, records: 301 }, { records: 12 }],
          });
          standin.s3.put(bucket, 'log_data/.hidden.json', 'not data');
          const next = 'next: Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]';
          const { stderr } = await run(folder, ['etl'], 1);
          expect(stderr).toMatch(/COPY would load .*hidden.*as data/);
          expect(stderr).toContain(next);
          expect((await run(folder, ['etl', '--max-errors', '1'], 2)).stderr).toContain(next);
          appendFileSync(join(folder, 'dwh.cfg'), `WORK_PREFIX=s3://work/${bucket}/\n`);
          expect(await json(folder, ['etl', '--max-errors', '1'])).toMatchObject({ status: 'loaded' });
          expect(await json(folder, ['reconcile', '--recount'])).toMatchObject({
            status: 'agreed',
            tables: [{ records: 301 }, { records: 12 }],
          });
        },
        { work: false },
      ),
    120_000,
  );

  test(
    'says that an undo leaves no files out once the work prefix is gone',
    () =>
      withProject(async (folder) => {
        const { run_id: id } = await json(folder, ['etl']);
        const config = join(folder, 'dwh.cfg');
        writeFileSync(config, readFileSync(config, 'utf8').replace(/WORK_PREFIX.*/, ''));
        const { stderr } = await run(folder, ['undo', id, '--yes']);
        expect(stderr).toContain('etl loads whole folders, and these files with them');
        expect(stderr).not.toContain('does not load these files again');
        expect(await json(folder, ['etl'])).toMatchObject({ status: 'loaded', rows: { staging_events: 300 } });
      }),
    120_000,
  );

  test(
    'says what to do about a cluster that is not there, and about missing tables',
    () =>
      withProject(async (folder) => {
        const config = join(folder, 'other.cfg');
        writeFileSync(config, readFileSync(join(folder, 'dwh.cfg'), 'utf8').replace(`${CLUSTER}.abc`, 'nowhere.abc'));
        expect((await run(folder, ['status', '--config', config], 1)).stderr).toContain(
          'Is the name of the cluster or workgroup right',
        );
        writeFileSync(config, readFileSync(join(folder, 'dwh.cfg'), 'utf8').replace('DB_SCHEMA=', 'DB_SCHEMA=x'));
        expect((await run(folder, ['etl', '--config', config], 1)).stderr).toContain('npm run create-tables');
      }),
    120_000,
  );
});

describe('a process that is killed', () => {
  test.each([
    ['while its statement runs', 12],
    ['before its statement is started', 'start'],
    ['at the first statement', 1],
    ['before the commit', 'commit'] as const,
  ] as const)(
    '%s is followed by one that waits for the statement and does not submit it again',
    (_, at) =>
      withProject(async (folder) => {
        const submitted = () => standin.dataApi.calls.filter(isLoad).length;
        const before = submitted();
        fault = (call) => (isLoad(call) ? { kind: 'slow', at, milliseconds: 2500 } : undefined);
        const child = spawn(process.execPath, [MAIN, 'etl'], {
          cwd: folder,
          env: { ...process.env, ...standin.environment },
          stdio: 'ignore',
        });
        await until(() => submitted() > before && isAt(at));
        await kill(child);
        const { stderr, stdout } = await run(folder, ['etl']);
        expect(stderr).toContain('which an earlier process submitted');
        expect(stdout).toMatch(/^nothing new/);
        expect(submitted()).toBe(before + 1);
        expect((await json(folder, ['status'])).rows).toMatchObject({ staging_events: 300, staging_songs: 12 });
      }),
    120_000,
  );

  test(
    'before it submits anything leaves the warehouse as it was, and the next one loads',
    () =>
      withProject(async (folder) => {
        for (const calls of [0, 1, 2]) {
          const asked = standin.dataApi.calls.length;
          const child = spawn(process.execPath, [MAIN, 'etl'], {
            cwd: folder,
            env: { ...process.env, ...standin.environment },
            stdio: 'ignore',
          });
          await until(() => standin.dataApi.calls.length >= asked + calls);
          await kill(child);
        }
        await run(folder, ['etl']);
        expect((await json(folder, ['status'])).rows).toMatchObject({ staging_events: 300, staging_songs: 12 });
      }),
    120_000,
  );
});

test(
  'a signal cancels the statement that runs and leaves everything as it was',
  () =>
    withProject(async (folder) => {
      fault = (call) => (isLoad(call) ? { kind: 'stuck', at: 9 } : undefined);
      let stopped = false;
      const { code, stderr } = await starload(['etl'], {
        cwd: folder,
        env: standin.environment,
        onStderr: (story, signal) => {
          if (!stopped && story.includes('staging_songs: read')) {
            stopped = true;
            void until(() => isAt(9)).then(() => signal('SIGINT'));
          }
        },
      });
      expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('stopped by SIGINT') });
      fault = () => undefined;
      expect((await json(folder, ['status'])).rows).toMatchObject({ staging_events: 0, songplays: 0 });
      expect(await json(folder, ['etl'])).toMatchObject({ status: 'loaded' });
    }),
  120_000,
);

/** Whether the newest batch is at a statement, from 1, before its first or before its commit. */
function isAt(at: number | 'start' | 'commit'): boolean {
  const parts = standin.dataApi.statements.at(-1)?.parts ?? [];
  if (at === 'start') return parts.length > 0;
  if (at === 'commit') return parts.length > 0 && parts.every(({ status }) => status === 'FINISHED');
  return parts[at - 1]?.status === 'STARTED';
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    if (child.exitCode !== null || !child.kill('SIGKILL')) {
      resolve();
    }
  });
}
