import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Certification, certify, type Finding } from '../../src/certify/certify.ts';
import type { Probe } from '../../src/certify/probe.ts';
import { PROBES } from '../../src/certify/probes/all.ts';
import { deadSchemas, dropSchema, keepAlive, makeSchema, newSchema } from '../../src/certify/workspace.ts';
import { type RedshiftConfig, withCertification } from '../../src/cli/certification.ts';
import { verdictOn } from '../../src/cli/certify-verdict.ts';
import { readConfig } from '../../src/config/read.ts';
import { STOP_SIGNALS } from '../../src/errors.ts';
import type { Service } from '../../src/warehouse/service.ts';
import { optionsOf } from '../../standin/certified.ts';
import { sharedPostgres } from '../../standin/engine/postgres.ts';
import { CLUSTER, DATABASE, REGION, ROLE, type Standin, startStandin } from '../../standin/standin.ts';
import { openServiceAt } from '../support/certify-service.ts';
import { MAIN, starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { captured, inProcess } from '../support/in-process.ts';
import { clusterSections } from '../support/redshift-config.ts';
import { until } from '../support/until.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('certify', () => {
  let standin: Standin;

  beforeAll(async () => {
    standin = await startStandin({ engine: { postgres: await sharedPostgres() } });
    standin.s3.createBucket('work', REGION);
  });
  afterAll(() => standin.stop());

  function withProject(action: (folder: string) => Promise<void>, { work = true } = {}): Promise<void> {
    return withFolder(async (folder) => {
      const text = `${clusterSections()}[S3]
LOG_DATA=s3://nowhere/log_data
SONG_DATA=s3://nowhere/song_data
${work ? 'WORK_PREFIX=s3://work/starload/\n' : ''}`;
      writeFileSync(join(folder, 'dwh.cfg'), text);
      await action(folder);
    });
  }

  const run = (folder: string, args: readonly string[]) =>
    inProcess(['certify', '--config', join(folder, 'dwh.cfg'), '--out', join(folder, 'out.json'), ...args], {
      env: { ...standin.environment, NO_COLOR: '1' },
    });
  const schemas = async () =>
    (
      await standin.engine.inspect<{ name: string }>(
        DATABASE,
        "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE '%certify%' ORDER BY 1",
      )
    ).map(({ name }) => name);

  test(
    'asks everything, loads, and leaves only its document behind, which contains no names',
    () =>
      withProject(async (folder) => {
        const { code, stdout, stderr } = await run(folder, ['--yes', '--json']);
        expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
        expect(stderr).toMatch(/cost: none on a cluster, only load/);
        const text = readFileSync(join(folder, 'out.json'), 'utf8');
        const written = JSON.parse(text);
        expect(JSON.parse(stdout)).toMatchObject({ command: 'certify', status: 'certified', ...written });
        expect(Object.keys(written.answers)).toEqual(PROBES.map(({ name }) => name));
        expect(Object.values(written.answers)).not.toContain('other');
        expect(written).toMatchObject({
          format: 1,
          engine: { kind: 'cluster', region: REGION },
          statements: { refused: [] },
          load: { refuses: 'named', once: 'once', rebuild: 'same', reconcile: 'agreed' },
        });
        expect(written.statements.explained).toBeGreaterThan(35);
        for (const name of [CLUSTER, DATABASE, 'awsuser', ROLE, '123456789012', 's3://', 'starload_certify', folder]) {
          expect(text).not.toContain(`"${name}`);
          expect(text).not.toContain(name.length > 4 ? name : `"${name}`);
        }
        expect(optionsOf(written).dataApi?.uncertain).toMatchObject({ afterFailure: 'ABORTED' });
        expect(await schemas()).toEqual([]);
        expect(standin.s3.list('work')).toEqual([]);
      }),
    120_000,
  );

  test(
    'without a work prefix leaves out what must be copied, and says so',
    () =>
      withProject(
        async (folder) => {
          const { code, stdout, stderr } = await run(folder, ['--yes', '--json']);
          expect(code).toBe(0);
          expect(stderr).toContain('without WORK_PREFIX nothing can be copied');
          const { answers, load } = JSON.parse(stdout);
          expect(answers).toMatchObject({ same_token: 'refused', fraction: 'not_tried', lock_snapshot: 'after' });
          expect(load).toEqual({});
          expect(await schemas()).toEqual([]);
        },
        { work: false },
      ),
    120_000,
  );

  test('does nothing unless it is told to, and nothing on another engine', () =>
    withProject(async (folder) => {
      const calls = standin.dataApi.calls.length;
      expect(await run(folder, [])).toMatchObject({ code: 1, stderr: expect.stringContaining('Add --yes to do it') });
      writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nLOG_DATA=a\nSONG_DATA=b\n');
      expect(await run(folder, ['--yes'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('certify is for Amazon Redshift'),
      });
      expect(await run(folder, ['--yes', '--minutes', '0'])).toMatchObject({ code: 2 });
      expect(standin.dataApi.calls.length).toBe(calls);
    }));

  test.each(Object.entries(STOP_SIGNALS))('stopped by %s, drops its schema first', (signal, exitCode) =>
    withProject(async (folder) => {
      const before = standin.dataApi.calls.length;
      const loader = spawn(process.execPath, [MAIN, 'certify', '--config', join(folder, 'dwh.cfg'), '--yes'], {
        env: { ...process.env, ...standin.environment },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let told = '';
      loader.stderr.on('data', (data) => {
        told += data;
      });
      const ended = once(loader, 'exit');
      const isExplaining = ({ body }: { body: Readonly<Record<string, unknown>> }) =>
        String(body['Sqls']).includes('EXPLAIN');
      await until(() => standin.dataApi.calls.slice(before).some(isExplaining));
      loader.kill(signal as NodeJS.Signals);
      expect(await ended).toEqual([exitCode, null]);
      expect(told).toContain('nothing remains of it');
      expect(await schemas()).toEqual([]);
      expect(standin.s3.list('work')).toEqual([]);
    }),
  );

  /** What dwh.cfg of a project certifies with, in this process. */
  async function withMeans<T>(folder: string, action: (certification: Certification) => Promise<T>): Promise<T> {
    const { value } = await captured(
      async () => {
        const config = await readConfig(join(folder, 'dwh.cfg'), process.env);
        const options = { seconds: 900, onFinding: () => {} };
        return withCertification(config as RedshiftConfig, options, action);
      },
      { env: standin.environment },
    );
    return value;
  }

  const answering = (name: string, ask: Probe['ask']): Probe => ({
    name,
    question: name,
    answers: { yes: 'yes' },
    ask,
  });

  test(
    'out of time, cancels the running statement, reports the rest as not reached, and leaves nothing behind',
    () =>
      withProject(async (folder) => {
        const found: Finding[] = [];
        const clock = new AbortController();
        const document = await withMeans(folder, (certification) =>
          certify({
            ...certification,
            timeUp: clock.signal,
            onFinding: (finding) => found.push(finding),
            probes: [
              answering('first', async () => ({ answer: 'yes' })),
              answering('stuck', async (bench) => {
                const holder = await bench.service.openSession('BEGIN');
                await holder.run(`LOCK ${bench.schema}.load_run`);
                // It would wait for ever: only the end of the time ends it.
                const { status } = await bench.service.send([`LOCK ${bench.schema}.load_run`], {
                  onStarted: () => clock.abort(),
                });
                await holder.run('ROLLBACK');
                return { answer: status };
              }),
              answering('never', () => Promise.reject(new Error('it was asked'))),
            ],
          }),
        );
        expect(document.answers).toEqual({ first: 'yes', stuck: 'not_reached', never: 'not_reached' });
        expect(new Set(Object.values(document.load))).toEqual(new Set(['not_reached']));
        expect(document.statements.explained).toBeGreaterThan(35);
        expect(found.filter(({ kind }) => kind === 'answered' || kind === 'tried')).toHaveLength(7);
        expect(verdictOn(document, 'out.json')).toMatchObject({
          status: 'incomplete',
          problem: { exitCode: 1, message: 'time was up with 6 questions left' },
        });
        expect(await schemas()).toEqual([]);
        expect(standin.s3.list('work')).toEqual([]);
      }),
    120_000,
  );

  test('whose time is up in the trial load keeps what was found before', () =>
    withProject(async (folder) => {
      const clock = new AbortController();
      const document = await withMeans(folder, (certification) =>
        certify({
          ...certification,
          timeUp: clock.signal,
          probes: [],
          onFinding: ({ kind }) => kind === 'tried' && clock.abort(),
        }),
      );
      expect(document.load).toEqual({
        refuses: 'named',
        once: 'not_reached',
        rebuild: 'not_reached',
        reconcile: 'not_reached',
      });
      expect(await schemas()).toEqual([]);
    }));

  test('whose time is up before anything was found says so, and leaves nothing behind', () =>
    withProject(async (folder) => {
      const { code, stdout, stderr } = await run(folder, ['--yes', '--minutes', '0.0001']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('before it had any results');
      expect(await schemas()).toEqual([]);
    }));

  test('on Serverless says beforehand how long the dollars last, and refuses if they are not enough', () =>
    withProject(async (folder) => {
      const calls = standin.dataApi.calls.length;
      const config = readFileSync(join(folder, 'dwh.cfg'), 'utf8');
      writeFileSync(
        join(folder, 'dwh.cfg'),
        config.replace(/HOST=.*/, `HOST=dwh.123456789012.${REGION}.redshift-serverless.amazonaws.com`),
      );
      expect(await run(folder, [])).toMatchObject({ code: 2, stderr: expect.stringContaining('Add --rpus N') });
      expect(await run(folder, ['--rpus', '512'])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/costs \$3\.20 with 512 RPUs\nnext: Lower .* --max-dollars 3\.20/),
      });
      const { stderr } = await run(folder, ['--rpus', '128']);
      expect(stderr).toMatch(/stops after 55 seconds/);
      expect(stderr).toMatch(/cost: at most \$1\.00, at 128 RPUs/);
      expect(standin.dataApi.calls.length).toBe(calls);
    }));

  test(
    'when killed, has its schema and files removed by its clean-up process',
    () =>
      withProject(async (folder) => {
        const child = spawn(process.execPath, [MAIN, 'certify', '--yes', '--out', join(folder, 'out.json')], {
          cwd: folder,
          env: { ...process.env, ...standin.environment },
          stdio: 'ignore',
        });
        const ended = once(child, 'exit');
        await until(async () => (await schemas()).length > 0 && standin.s3.list('work').length > 0);
        child.kill('SIGKILL');
        await ended;
        await until(async () => (await schemas()).length === 0 && standin.s3.list('work').length === 0);
      }),
    120_000,
  );

  test('removes the files of no folder that is not called as a certification', () =>
    withProject(async (folder) => {
      standin.s3.put('work', 'starload/mine/part.json.gz', '');
      try {
        const { code, stderr } = await starload(['certify', '--remove', 'mine'], {
          cwd: folder,
          env: standin.environment,
        });
        expect([code, stderr.split('\n')[0]]).toEqual([2, "error: mine is not the name of a certification's schema"]);
        expect(standin.s3.list('work')).toEqual(['starload/mine/part.json.gz']);
      } finally {
        standin.s3.remove('work', 'starload/mine/part.json.gz');
      }
    }));

  test(
    'when killed with all its processes, leaves its schema to the next one, which drops no other schema',
    () =>
      withProject(async (folder) => {
        const killed = newSchema(new Date());
        const alive = newSchema(new Date(Date.now() - DAY));
        const unmarked = newSchema(new Date(Date.now() - DAY));
        const others = ['starload_certify_mine', unmarked, alive];
        const service = await openServiceAt(standin.dataApi.url);
        await makeSchema(service, killed);
        await makeSchema(service, alive);
        await service.send(['CREATE SCHEMA starload_certify_mine', `CREATE SCHEMA ${unmarked}`]);
        await service.send(['CREATE TABLE starload_certify_mine.starload_certify_mark (beat TIMESTAMP)']);
        await age(service, killed);
        standin.s3.put('work', `starload/${killed}/run/part.json.gz`, '');
        standin.s3.put('work', 'starload/mine.json', '');
        try {
          expect(await deadSchemas(service)).toEqual([killed]);
          const { code, stderr } = await run(folder, ['--yes']);
          expect([code, stderr.includes(`removed ${killed}`)]).toEqual([0, true]);
          expect(await schemas()).toEqual([...others].sort());
          expect(standin.s3.list('work')).toEqual(['starload/mine.json']);
          await dropSchema(service, 'starload_certify_mine');
          await dropSchema(service, unmarked);
          expect(await schemas()).toEqual([...others].sort());
        } finally {
          await service.send(others.map((name) => `DROP SCHEMA ${name} CASCADE`));
          standin.s3.remove('work', 'starload/mine.json');
          await service.close();
        }
      }),
    120_000,
  );

  /** Makes a schema that of a certification that has not beaten for five minutes. */
  const age = (service: Service, schema: string) =>
    service.send([`UPDATE ${schema}.starload_certify_mark SET beat = DATEADD(minute, -5, GETDATE())`]);

  test('with a recent heartbeat is not taken for dead', async () => {
    const service = await openServiceAt(standin.dataApi.url);
    const schema = newSchema(new Date());
    try {
      await makeSchema(service, schema);
      await age(service, schema);
      expect(await deadSchemas(service)).toEqual([schema]);
      const heartbeat = keepAlive(service, schema, 1);
      await until(async () => (await deadSchemas(service)).length === 0);
      await heartbeat.stop();
      await age(service, schema);
      expect(await deadSchemas(service)).toEqual([schema]);
    } finally {
      await dropSchema(service, schema);
      await service.close();
    }
  });

  test('whose schema another one has removed says so instead of what it found', () =>
    withProject(async (folder) => {
      const robbed = withMeans(folder, (certification) =>
        certify({
          ...certification,
          loaders: undefined,
          probes: [
            answering('robbed', async ({ service, schema }) => {
              await age(service, schema);
              for (const dead of await deadSchemas(service)) {
                await dropSchema(service, dead);
              }
              return { answer: 'yes' };
            }),
          ],
        }),
      );
      await expect(robbed).rejects.toThrow('another certification removed the schema of this one');
    }));
});
