import { describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/migrate/migrate.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readTables, withLoader } from '../support/loader.ts';
import { inMemory, lines, modelOf } from '../support/models.ts';

/** A model with a time in staging, and with further columns there. */
const thingsWith = (more = '') =>
  modelOf({
    'staging/staging_things.sql': `-- source: THINGS\n-- key: id\nCREATE TABLE staging_things (\n  id BIGINT NOT NULL,\n  since TIMESTAMP${more}\n)\n`,
    'star/things.sql':
      '-- key: id\nCREATE TABLE things (\n  id BIGINT NOT NULL,\n  since TIMESTAMP\n);\n\nSELECT id, since FROM current_things\n',
  });

const FILE = 'memory://THINGS/a.json';
const GOOD = ['2024-01-31 10:00:00', '2024-02-29 23:59:59.123456', null, ''];
const BAD = ['2024-02-30 10:00:00', '2024-01-31', '2024-01-31T10:00:00Z', 'soon', 1706695200000, '0000-01-01 00:00:00'];
const recordsOf = (values: readonly unknown[]) => values.map((since, id) => ({ id, since, name: `n${id}` }));

const tolerant = (loader: Loader, maxErrors: number) => ({
  ...inMemory(loader),
  tolerance: { maxErrors, quarantine: false, excerpts: true },
});

const read = async ({ context: { warehouse } }: Loader, table: string) =>
  (await readTables(warehouse, [table]))[table]?.map((row) => JSON.stringify(row)).sort();

describe.each(engines)('columns of times in staging, on $name', (engine) => {
  test('hold the same whether errors are allowed or not, and every other value is named', async () => {
    const model = await thingsWith();
    const loadWith = (contextOf: (loader: Loader) => Loader['context'], values: readonly unknown[]) =>
      withLoader(
        engine,
        async (loader) => {
          loader.store.files.set(FILE, lines(recordsOf(values)));
          await etl(contextOf(loader));
          return read(loader, 'things');
        },
        { model },
      );
    const good = await loadWith(inMemory, GOOD);
    expect(good).toHaveLength(GOOD.length);
    expect(await loadWith((loader) => tolerant(loader, BAD.length), [...GOOD, ...BAD])).toEqual(good);
    await expect(loadWith(inMemory, [...GOOD, ...BAD])).rejects.toMatchObject({
      problems: BAD.map((_, index) => expect.objectContaining({ line: GOOD.length + index + 1, column: 'since' })),
    });
  });

  test('stay when a file is read again for a new column', async () =>
    withLoader(
      engine,
      async (loader) => {
        loader.store.files.set(FILE, lines(recordsOf(GOOD)));
        await etl(inMemory(loader));
        const model = await thingsWith(',\n  name VARCHAR(8)');
        const changed = { ...loader, context: { ...loader.context, model } };
        expect((await migrate(inMemory(changed))).filled).toMatchObject([{ rows: GOOD.length, others: 0 }]);
      },
      { model: await thingsWith() },
    ));
});
