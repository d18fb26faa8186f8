import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { REGION } from '../../standin/standin.ts';
import { type Outcome, starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { uniqueName } from '../support/unique.ts';

afterAll(stopSharedStandin);

/** A folder with a sample, a classic dwh.cfg that names the test server, and tables. */
async function withProject(
  action: (folder: string) => Promise<void>,
  sources: (folder: string) => Promise<string> = async () => 'LOG_DATA=log_data\nSONG_DATA=song_data',
): Promise<void> {
  const { host, port, database, user, password } = await postgresTarget();
  await withFolder(async (folder) => {
    const schema = uniqueName('cli');
    await generateData({ songs: 12, events: 300, seed: 3, out: folder });
    writeFileSync(
      join(folder, 'dwh.cfg'),
      `[CLUSTER]
HOST=${host}
DB_NAME=${database}
DB_USER=${user}
DB_PASSWORD=${password}
DB_PORT=${port}
DB_SCHEMA=${schema}
[S3]
${await sources(folder)}
`,
    );
    await run(folder, ['create-tables']);
    await action(folder);
    await run(folder, ['query', '--write', `DROP SCHEMA ${schema} CASCADE`]);
  });
}

async function run(folder: string, args: readonly string[], code = 0): Promise<Outcome> {
  const outcome = await inProcess([...args, '--config', join(folder, 'dwh.cfg')], { env: { NO_COLOR: '1' } });
  expect({ ...outcome, args }).toMatchObject({ code });
  return outcome;
}

async function report(folder: string, args: readonly string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await run(folder, [...args, '--json'])).stdout);
}

describe('the command line on PostgreSQL', () => {
  test('loads a folder, finds nothing new the second time, and tells what it holds', () =>
    withProject(async (folder) => {
      expect(await report(folder, ['etl'])).toMatchObject({
        status: 'loaded',
        rows: { staging_events: 300, songs: 12 },
      });
      expect(await report(folder, ['etl'])).toMatchObject({ status: 'up_to_date' });
      const { stdout } = await run(folder, ['query', 'SELECT COUNT(*) AS n FROM staging_events', '--format', 'csv']);
      expect(stdout.split(/\s+/)).toEqual(['n', '300', '']);
      expect((await run(folder, ['status'])).stdout).toContain('staging_events');
    }));

  test('create-tables --create-database makes the database where there is none, and only there', () =>
    withProject(async (folder) => {
      const name = uniqueName('made');
      const file = join(folder, 'dwh.cfg');
      const before = readFileSync(file, 'utf8');
      writeFileSync(file, before.replace(/^DB_NAME=.*$/m, `DB_NAME=${name}`));
      const refused = await run(folder, ['create-tables'], 1);
      expect(refused.stderr).toMatch(/database "\w+" does not exist\nnext: .*create-tables -- --create-database/);
      expect((await run(folder, ['create-tables', '--create-database'])).stderr).toContain('created the database');
      expect(await report(folder, ['etl'])).toMatchObject({ status: 'loaded' });
      const again = await run(folder, ['create-tables', '--create-database', '--force']);
      expect(again.stderr).not.toContain('created the database');
      writeFileSync(file, before);
    }));

  test('a password that is missing is named', () =>
    withProject(async (folder) => {
      const file = join(folder, 'dwh.cfg');
      const before = readFileSync(file, 'utf8');
      writeFileSync(file, before.replace(/^DB_PASSWORD=.*$/m, ''));
      expect((await run(folder, ['status'], 1)).stderr).toMatch(/next: Correct DB_USER or DB_PASSWORD/);
      writeFileSync(file, before);
      await run(folder, ['status']);
    }));

  test('loads once when two loaders start at the same time', () =>
    withProject(async (folder) => {
      const outcomes = await Promise.all([1, 2, 3].map(() => starload(['etl', '--json'], { cwd: folder })));
      expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
      const statuses = outcomes.map(({ stdout }) => JSON.parse(stdout).status);
      expect(statuses.sort()).toEqual(['loaded', 'up_to_date', 'up_to_date']);
      expect(await report(folder, ['etl'])).toMatchObject({ status: 'up_to_date' });
      const { stdout } = await run(folder, ['query', 'SELECT COUNT(*) AS n FROM staging_events', '--format', 'csv']);
      expect(stdout.split(/\s+/)).toEqual(['n', '300', '']);
    }));

  test('loads from S3', async () => {
    const { s3 } = await sharedStandin();
    const bucket = uniqueName('postgres', '-');
    s3.createBucket(bucket, REGION);
    const toS3 = async (folder: string) => {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
        const path = join(entry.parentPath, entry.name);
        s3.put(bucket, path.slice(folder.length + 1), readFileSync(path));
      }
      return `LOG_DATA=s3://${bucket}/log_data\nSONG_DATA=s3://${bucket}/song_data`;
    };
    await withProject(async (folder) => {
      expect(await report(folder, ['etl'])).toMatchObject({
        status: 'loaded',
        rows: { staging_events: 300, songs: 12 },
      });
      expect(await report(folder, ['etl'])).toMatchObject({ status: 'up_to_date' });
    }, toS3);
  });

  test('shows the statements of a load before it is run', () =>
    withProject(async (folder) => {
      const { stdout } = await run(folder, ['etl', '--dry-run']);
      expect(stdout).toMatch(/LOCK TABLE "\w+"\."load_run"/);
      expect(stdout).toContain('COPY pg_temp."incoming_staging_events" FROM STDIN');
      expect(await report(folder, ['status'])).toMatchObject({ runs: [] });
    }));

  test('names the file, line and column of a bad record, and loads nothing', () =>
    withProject(async (folder) => {
      writeFileSync(join(folder, 'log_data', 'bad.json'), '\n{"ts":"yesterday","page":"Home"}\n');
      const { stderr } = await run(folder, ['etl'], 3);
      expect(stderr).toContain('bad.json, line 2, column "ts": "yesterday" is not a whole number');
      expect(await report(folder, ['status'])).toMatchObject({ runs: [] });
    }));
});
