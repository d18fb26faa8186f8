import { describe, expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/doctor/checks.ts';
import type { Examination } from '../../src/doctor/examination.ts';
import { examine } from '../../src/doctor/examine.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { examinationOf } from '../support/doctor.ts';
import { type Engine, engines } from '../support/engines.ts';
import { existing } from '../support/existing.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { lines } from '../support/models.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { PLAY, writeSample } from '../support/trials.ts';

/** What the checks say, by name. */
async function findings(loader: Loader, changes: Partial<Examination> = {}): Promise<Record<string, CheckResult>> {
  const told: CheckResult[] = [];
  const all = await examine(examinationOf(loader, changes), (finding) => told.push(finding));
  expect(told).toEqual(all);
  return Object.fromEntries(all.map((finding) => [finding.check, finding]));
}

async function statuses(loader: Loader, changes: Partial<Examination> = {}): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(await findings(loader, changes)).map(([name, { status }]) => [name, status]),
  );
}

function withSample(engine: Engine, action: (loader: Loader) => Promise<void>): Promise<void> {
  return withLoader(engine, async (loader) => {
    writeSample(loader);
    await action(loader);
  });
}
async function change({ warehouse }: Loader['context'], sqls: readonly string[]): Promise<void> {
  const steps = sqls.map((sql, index) => ({ kind: 'sql' as const, name: `change_${index}`, sql }));
  await warehouse.run({ name: `change-${Math.random()}`, locks: false, steps });
}

const ALL_OK = {
  'list LOG_DATA': 'ok',
  'read LOG_DATA': 'ok',
  'keys LOG_DATA': 'ok',
  'list SONG_DATA': 'ok',
  'read SONG_DATA': 'ok',
  'keys SONG_DATA': 'ok',
  connect: 'ok',
  tables: 'ok',
  privileges: 'ok',
  stamps: 'ok',
  ledger: 'ok',
  budget: 'ok',
  statements: 'ok',
  'copy LOG_DATA': 'ok',
  'copy SONG_DATA': 'ok',
};

describe.each(engines)('the doctor on $name', (engine) => {
  test('finds nothing wrong where nothing is, leaves nothing behind, and names the engine', () =>
    withSample(engine, async (loader) => {
      const found = await findings(loader);
      expect(found).toMatchObject(
        Object.fromEntries(Object.entries(ALL_OK).map(([name, status]) => [name, { status }])),
      );
      expect(found['connect']?.reason).toContain(loader.context.warehouse.location);
      expect(await existing(loader.context.warehouse, ['source_staging_events'])).toEqual(new Set());
      const { rows } = await loader.context.warehouse.query('SELECT COUNT(*) FROM staging_events');
      expect(rows).toEqual([[0]]);
    }));

  test.each([
    ['warns of', undefined, 'warning'],
    ['fails on', 'refuse', 'failed'],
  ] as const)('%s keys that no column takes, in the first and the newest files', (_, unknownKeys, status) =>
    withSample(engine, async (loader) => {
      const { files } = loader.store;
      for (let file = 0; file < 30; file += 1) files.set(`${LOG_ROOT}/b${file}.json`, lines([PLAY, PLAY]));
      files.set(`${LOG_ROOT}/c.json`, `${lines([PLAY, PLAY])}{"first": 1} oops`);
      files.set(`${LOG_ROOT}/z.json`, lines([PLAY, { ...PLAY, userAgnt: 'x', campaign: 1 }, { ...PLAY, campaign: 1 }]));
      const examination = examinationOf(loader, { deep: false, unknownKeys });
      const found = (await examine(examination, () => {})).find(({ check }) => check === 'keys LOG_DATA');
      expect(found).toEqual({
        check: 'keys LOG_DATA',
        status,
        reason: expect.stringMatching(
          /^\d+ records of \d files have keys that no column takes: userAgnt, 1 record, like useragent \(\S+\/z\.json, line 2\); campaign, 2 records \(\S+\/z\.json, line 2\)$/,
        ),
        next: expect.stringContaining('-- ignore: a, b'),
      });
    }),
  );

  test('finds the tables that are missing, cut short or of another type, and makes the checks that need none', () =>
    withSample(engine, async (loader) => {
      await change(loader.context, [
        'DROP TABLE users',
        'DROP TABLE songs',
        'CREATE TABLE songs (song_id VARCHAR(256), title BIGINT, artist_id VARCHAR(256), duration DOUBLE PRECISION)',
      ]);
      const found = await findings(loader);
      expect(found['tables']).toMatchObject({ status: 'failed', next: expect.stringContaining('npm run migrate') });
      for (const problem of [
        'users is missing',
        /songs.title is bigint instead of varchar/i,
        'songs.year is missing',
      ]) {
        expect(found['tables']?.reason).toMatch(problem);
      }
      expect(found['stamps']).toEqual({ check: 'stamps', status: 'skipped', reason: 'tables must pass first' });
      expect(found).toMatchObject({ privileges: { status: 'ok' }, 'read LOG_DATA': { status: 'ok' } });
    }));

  test('says of a fresh warehouse that the tables are yet to be made', () =>
    withSample(engine, async (loader) => {
      await change(
        loader.context,
        loader.context.model.tables.map(({ name }) => `DROP TABLE ${name}`),
      );
      expect(await findings(loader)).toMatchObject({
        tables: { status: 'warning', next: expect.stringContaining('npm run create-tables') },
        privileges: { status: 'ok' },
        statements: { status: 'skipped' },
        'copy LOG_DATA': { status: 'skipped' },
      });
    }));

  test('names the statement of a load that the warehouse refuses, and plans the others', () =>
    withSample(engine, async (loader) => {
      const { model } = loader.context;
      const load = model.derivation.load.map((one) =>
        one.name === 'insert_songplays'
          ? { ...one, sql: one.sql.replace("page = 'NextSong'", 'no_such_column = 1') }
          : one,
      );
      const found = await findings(loader, { model: { ...model, derivation: { ...model.derivation, load } } });
      expect(found['statements']).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(
          /refuses 1 of \d\d statements of a load; the first is sql\/models\/sparkify\/star\/songplays\.sql, line 20: .*no_such_column/,
        ),
      });
    }));

  test('names a record that does not fit, a stamp of the future, and files of the other kind', () =>
    withSample(engine, async (loader) => {
      await etl(loader.context);
      loader.store.files.set(`${LOG_ROOT}/a.json`, linesOf([{ ...PLAY, ts: 'secret' as unknown as number }]));
      await change(loader.context, ["UPDATE load_ledger SET loaded_at = TIMESTAMP '2999-01-01 00:00:00'"]);
      const found = await findings(loader);
      expect(found['copy LOG_DATA']).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/a\.json.*"ts"/),
      });
      expect(found['stamps']).toMatchObject({ status: 'failed', reason: expect.stringContaining('2999') });
      const swapped = loader.context.sources.map((source, index, { length }) => ({
        ...source,
        root: loader.context.sources[length - 1 - index]?.root ?? '',
      }));
      expect(await findings(loader, { sources: swapped, deep: false })).toMatchObject({
        'read LOG_DATA': { status: 'failed', next: expect.stringContaining('swapped') },
        'read SONG_DATA': { status: 'failed' },
      });
    }));

  test('goes on where the warehouse cannot be opened', () =>
    withSample(engine, async (loader) => {
      const open = async (): Promise<Warehouse> => {
        throw new Error('nobody home');
      };
      expect(await statuses(loader, { open })).toEqual({
        ...ALL_OK,
        connect: 'failed',
        tables: 'skipped',
        privileges: 'skipped',
        stamps: 'skipped',
        ledger: 'skipped',
        budget: 'skipped',
        statements: 'skipped',
        'copy LOG_DATA': 'skipped',
        'copy SONG_DATA': 'skipped',
      });
    }));
});
