import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { withExamination } from '../../src/cli/examination.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { CheckResult } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { PostgresTarget } from '../../src/target.ts';
import { starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY, SONG } from '../support/trials.ts';
import { uniqueName } from '../support/unique.ts';
import { OF_MODEL } from '../unit/config-support.ts';

const SCHEMA = uniqueName('doctor');
const READER = uniqueName('reader');
let target: PostgresTarget;
let admin: pg.Client;

/** A folder with a file of each kind and a dwh.cfg, with lines of its own in place of some. */
function withProject<T>(
  changes: Readonly<Record<string, string>>,
  action: (folder: string, text: string) => Promise<T>,
) {
  return withFolder((folder) => {
    for (const [name, record] of [
      ['log_data', PLAY],
      ['song_data', SONG],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'a.json'), linesOf([record]));
    }
    const { host, port, database, user, password } = target;
    const keys = {
      HOST: host,
      DB_PORT: port,
      DB_NAME: database,
      DB_USER: user,
      DB_PASSWORD: password,
      DB_SCHEMA: SCHEMA,
    };
    const lines = Object.entries({ ...keys, ...changes }).map(([key, value]) => `${key}=${value}`);
    return action(folder, `[CLUSTER]\n${lines.join('\n')}\n[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n`);
  });
}

/** What the doctor says of a server. */
async function diagnose(changes: Readonly<Record<string, string>> = {}): Promise<Record<string, CheckResult>> {
  const found = await withProject(changes, (folder, text) => {
    const config = parseConfig(text, { file: join(folder, 'dwh.cfg'), directory: folder, env: {}, sources: OF_MODEL });
    return withExamination(config, { deep: true }, (examination) => examine(examination, () => {}));
  });
  expect(JSON.stringify(found)).not.toContain('marked-secret');
  return Object.fromEntries(found.map((finding) => [finding.check, finding]));
}

beforeAll(async () => {
  target = await postgresTarget();
  await withProject({}, async (folder, text) => {
    writeFileSync(join(folder, 'dwh.cfg'), text);
    const { code, stderr } = await starload(['create-tables'], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });
  const { host, port, database, user, password } = target;
  admin = new pg.Client({ host, port, database, user, password });
  await admin.connect();
  await admin.query(`CREATE ROLE ${READER} LOGIN PASSWORD 'marked-secret'`);
  await admin.query(`GRANT USAGE ON SCHEMA ${SCHEMA} TO ${READER}`);
  await admin.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${READER}`);
});
afterAll(async () => {
  await admin.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
  await admin.query(`DROP ROLE ${READER}`);
  await admin.end();
});

describe('the doctor on PostgreSQL', () => {
  test('finds nothing wrong where nothing is', async () => {
    const found = await diagnose();
    expect(Object.values(found).map(({ check, status }) => [check, status])).toEqual(
      Object.keys(found).map((check) => [check, 'ok']),
    );
    expect(found['connect']?.reason).toMatch(/^postgresql:.*PostgreSQL \d+/);
  });

  test('names the privileges a user lacks', async () => {
    const found = await diagnose({ DB_USER: READER, DB_PASSWORD: 'marked-secret' });
    expect(found).toMatchObject({
      connect: { status: 'ok' },
      tables: { status: 'ok' },
      privileges: {
        status: 'failed',
        reason: expect.stringMatching(
          /lacks CREATE on the schema; .*INSERT, UPDATE, DELETE on load_run.*INSERT, DELETE on songplays/,
        ),
        next: expect.stringMatching(/^GRANT these to the database user/),
      },
    });
    await admin.query(`GRANT CREATE ON SCHEMA ${SCHEMA} TO ${READER}`);
    await admin.query(`GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${READER}`);
    expect(await diagnose({ DB_USER: READER, DB_PASSWORD: 'marked-secret' })).toMatchObject({
      privileges: { status: 'ok' },
      'copy LOG_DATA': { status: 'ok' },
    });
  });

  test.each<[string, Record<string, string>, RegExp, RegExp]>([
    [
      'a wrong password',
      { DB_USER: READER, DB_PASSWORD: 'marked-secret-2' },
      /password/,
      /^Correct DB_USER or DB_PASSWORD/,
    ],
    ['a database that is not there', { DB_NAME: 'nowhere' }, /nowhere/, /^Correct DB_NAME/],
    [
      'a server that does not answer',
      { DB_PORT: '9' },
      /:9\b|ECONNREFUSED/,
      /^Is the server up, and are HOST and DB_PORT/,
    ],
    ['none at the port of Redshift', { DB_PORT: '5439' }, /ECONNREFUSED/, /^Check HOST, DB_PORT,.*is it Redshift/],
  ])('names %s, and is content where the advice is followed', async (_, changes, reason, next) => {
    expect(await diagnose(changes)).toMatchObject({
      connect: { status: 'failed', reason: expect.stringMatching(reason), next: expect.stringMatching(next) },
      tables: { status: 'skipped' },
      'copy LOG_DATA': { status: 'skipped' },
      'read LOG_DATA': { status: 'ok' },
    });
    expect((await diagnose())['connect']).toMatchObject({ status: 'ok' });
  });

  test.each([
    [
      'as it is written',
      'marked-secret%%x',
      'marked-secret%%x',
      { status: 'ok', reason: /works as it is written, with %%/ },
    ],
    [
      'with each %% read as one %',
      'marked-secret%x%',
      'marked-secret%%x%%',
      { status: 'failed', reason: /^the server refuses DB_PASSWORD as it is written, and accepts it with each %%/ },
    ],
    [
      'in neither way',
      'marked-secret',
      'marked-secret%%x',
      {
        status: 'failed',
        reason: /password authentication failed.*tried as it is written and with each %% read as one %/,
      },
    ],
  ])(
    'tries a password with %%%% both ways, and says that it works %s',
    async (_, password, written, { status, reason }) => {
      const user = uniqueName('percent');
      await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
      await admin.query(`GRANT USAGE ON SCHEMA ${SCHEMA} TO ${user}`);
      try {
        const { connect } = await diagnose({ DB_USER: user, DB_PASSWORD: written });
        expect(connect).toMatchObject({ status, reason: expect.stringMatching(reason) });
        if (status === 'failed') {
          expect(connect?.next).toMatch(
            password === 'marked-secret' ? /^Correct DB_USER or DB_PASSWORD/ : /^Write each %% of DB_PASSWORD/,
          );
          expect(await diagnose({ DB_USER: user, DB_PASSWORD: password })).toMatchObject({ connect: { status: 'ok' } });
        }
      } finally {
        await admin.query(`DROP OWNED BY ${user}`);
        await admin.query(`DROP ROLE ${user}`);
      }
    },
  );

  test('refuses a database whose text is not UTF-8, and so does a load', async () => {
    const [database, other] = [uniqueName('ascii'), uniqueName('utf8')];
    await admin.query(
      `CREATE DATABASE ${database} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    try {
      const reason = `the database ${database} stores text in SQL_ASCII, but only UTF-8 can store every text`;
      expect(await diagnose({ DB_NAME: database })).toMatchObject({
        connect: {
          status: 'failed',
          reason,
          next: expect.stringMatching(
            /^Create another one with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0/,
          ),
        },
      });
      await withProject({ DB_NAME: database }, async (folder, text) => {
        writeFileSync(join(folder, 'dwh.cfg'), text);
        for (const command of ['create-tables', 'etl']) {
          const { code, stderr } = await starload([command], { cwd: folder });
          expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(reason) });
        }
      });
      await admin.query(`CREATE DATABASE ${other} ENCODING 'UTF8' TEMPLATE template0`);
      expect(await diagnose({ DB_NAME: other })).toMatchObject({ connect: { status: 'ok' } });
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS ${other} WITH (FORCE)`);
      await admin.query(`DROP DATABASE ${database}`);
    }
  });

  test('says that a schema is yet to be made', async () => {
    expect(await diagnose({ DB_SCHEMA: 'nobody' })).toMatchObject({
      connect: { status: 'ok' },
      tables: { status: 'warning', next: 'Run npm run create-tables.' },
      privileges: { status: 'skipped' },
    });
  });
});
