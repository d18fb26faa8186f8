import { describe, expect, test } from '@jest/globals';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { createMissing } from '../../src/pipeline/create-missing.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { dryRunLoad } from '../../src/pipeline/dry-run.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Change, changedModel } from '../support/changed-model.ts';
import { checkOf } from '../support/doctor.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { writeSample } from '../support/trials.ts';

/** The loader after its model was changed; the warehouse has the tables of the former one. */
async function changed({ context, ...rest }: Loader, changes: readonly Change[]): Promise<Loader> {
  const storeOf = () => {
    throw new Error('a file is read');
  };
  return { ...rest, context: { ...context, model: await changedModel(changes), storeOf } };
}

type Command = (context: LoadContext) => Promise<unknown>;

async function refusalOf(command: Command, { context }: Loader) {
  const refusal: unknown = await command(context).then(
    () => 'not refused',
    (error: unknown) => error,
  );
  const { message, next } = refusal as { readonly message: string; readonly next: string };
  const [headline, ...problems] = message.split('\n');
  return { headline, problems: problems.map((problem) => problem.trim()).sort(), next };
}

const HEADLINE = 'the tables of the warehouse are not those of the model; nothing was changed';

/** The types of current and star tables, each with a value. */
const EVERY_TYPE: ReadonlyMap<string, string> = new Map([
  ['DECIMAL(18,2)', 'CAST(user_id AS DECIMAL(18,2))'],
  ['DATE', "DATE '2018-11-01'"],
  ['BOOLEAN', 'user_id > 0'],
  ['INTEGER', 'CAST(user_id AS INTEGER)'],
  ['SMALLINT', 'CAST(1 AS SMALLINT)'],
  ['BIGINT', 'user_id'],
  ['DOUBLE PRECISION', 'user_id / 2.0'],
  ['TIMESTAMP', "TIMESTAMP '2018-11-01 10:00:00'"],
  ['NUMERIC(9,3)', '0.125'],
]);

/** A table with columns of these types. */
function typed(types: readonly string[]): Change {
  const columns = types.map((type, at) => `,\n  c${at} ${type}`);
  const values = types.map((type, at) => `, ${EVERY_TYPE.get(type) ?? `CAST(NULL AS ${type})`} AS c${at}`);
  const create = `-- key: user_id\nCREATE TABLE typed (\n  user_id BIGINT NOT NULL${columns.join('')}\n);`;
  return ['star/typed.sql', '', `${create}\n\nSELECT user_id${values.join('')} FROM users\n`];
}

const MORE: Change = [
  'staging/staging_more.sql',
  '',
  '-- source: MORE\n-- key: id\nCREATE TABLE staging_more (\n  id BIGINT NOT NULL\n)\n',
];

describe.each(engines)('a model that is changed after create-tables, on $name', (engine) => {
  test('is told by every command with all differences and what to do, before it reads a file', () =>
    withLoader(engine, async (loader) => {
      const star = writeSample(loader);
      await etl(loader.context);
      const before = await readEverything(loader);
      const now = await changed(loader, [
        ['staging/staging_songs.sql', 'year BIGINT', 'year DOUBLE PRECISION'],
        ['star/songs.sql', 'title VARCHAR(1024)', 'name VARCHAR(1024)'],
        ['star/songs.sql', 'SELECT song_id, title', 'SELECT song_id, title AS name'],
        ['star/songs.sql', 'artist_id VARCHAR(256) NOT NULL', 'artist_id VARCHAR(256)'],
        ['star/users.sql', 'level VARCHAR(256)', 'level VARCHAR(256),\n  age BIGINT'],
        ['star/users.sql', 'gender, level\nFROM', 'gender, level, user_id AS age\nFROM'],
      ]);
      const commands: readonly Command[] = [
        etl,
        dryRunLoad,
        planLoad,
        rebuild,
        (context) => reconcile(context, { recounts: true }),
      ];
      for (const command of commands) {
        expect(await refusalOf(command, now)).toEqual({
          headline: HEADLINE,
          problems: [
            'songs.artist_id takes no NULL',
            'songs.name is missing',
            'songs.title is not in the model',
            expect.stringMatching(/^staging_songs\.year is bigint instead of double precision$/i),
            'users.age is missing',
          ],
          next: expect.stringContaining('npm run migrate makes the tables those of the model'),
        });
      }
      expect(await checkOf(now, 'tables')).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('songs.title is not in the model'),
        next: expect.stringContaining('npm run migrate'),
      });
      expect(await readEverything(loader)).toEqual(before);
      const { warehouse } = loader.context;
      await createTables(now.context.model, warehouse, { force: true, replaceForeign: true });
      expect((await etl({ ...loader.context, model: now.context.model })).status).toBe('loaded');
      expect((await refusalOf(etl, loader)).next).toContain('--model DIR, or PATH under [MODEL]');
      await createTables(loader.context.model, warehouse, { force: true, replaceForeign: true });
      await etl(loader.context);
      expect(await readStar(warehouse)).toEqual(star);
    }));

  test('by new tables is told, and --missing creates and fills them', () =>
    withLoader(engine, async (loader) => {
      writeSample(loader);
      await etl(loader.context);
      // With another source, a load of the built-in model has too many statements for Redshift.
      const hasRoom = engine.name !== 'redshift';
      const staging = hasRoom ? ['staging_more', 'current_more'] : [];
      const now = await changed(loader, [typed(['DECIMAL(18,2)']), ...(hasRoom ? [MORE] : [])]);
      expect(await refusalOf(etl, now)).toEqual({
        headline: HEADLINE,
        problems: [...staging, 'typed'].map((table) => `${table} is missing`).sort(),
        next: expect.stringContaining('npm run migrate makes the tables those of the model'),
      });
      expect((await createMissing(now.context)).tables).toEqual([...staging, 'typed']);
      expect(await checkOf(now, 'tables')).toMatchObject({ status: 'ok' });
      expect((await etl({ ...now.context, storeOf: loader.context.storeOf })).status).toBe('up_to_date');
      // A table that the model no longer has is in nobody's way.
      expect((await etl(loader.context)).status).toBe('up_to_date');
    }));

  test('by types that only the star can have is told', async () => {
    const former = await changedModel([typed([...EVERY_TYPE.keys()])]);
    const latter = [
      'DECIMAL(18,4)',
      'TIMESTAMP',
      'BIGINT',
      'BIGINT',
      'DATE',
      'DECIMAL(18,2)',
      'BIGINT',
      'INT',
      'BIGINT',
    ];
    return withLoader(
      engine,
      async (loader) => {
        writeSample(loader);
        expect((await etl(loader.context)).status).toBe('loaded');
        expect(await checkOf(loader, 'tables')).toMatchObject({ status: 'ok' });
        expect((await reconcile(loader.context, { recounts: true })).disagreements).toEqual([]);
        const { problems, next } = await refusalOf(etl, await changed(loader, [typed(latter)]));
        expect(problems).toEqual(
          latter.map((type, at) =>
            expect.stringMatching(`^typed\\.c${at} is .* instead of ${type.replace(/[()]/g, '.')}$`),
          ),
        );
        expect(next).toContain('npm run migrate makes the tables those of the model');
      },
      { model: former },
    );
  });
});
