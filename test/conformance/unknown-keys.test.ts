import { describe, expect, test } from '@jest/globals';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { dryRunLoad } from '../../src/pipeline/dry-run.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { UnknownKeysError } from '../../src/pipeline/unknown-keys.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, withLoader } from '../support/loader.ts';
import { inMemory, lines, withModelOf } from '../support/models.ts';
import { LOG_ROOT, SONG_ROOT } from '../support/scenario.ts';
import { OTHER_PLAY, PLAY, SONG } from '../support/trials.ts';

const A = `${LOG_ROOT}/a.json`;
const B = `${LOG_ROOT}/b.json`;

/** Two files of plays with keys that the model does not have. */
function write({ store }: Loader): void {
  store.files.set(A, lines([PLAY, { ...PLAY, itemInSession: 7, userAgnt: 'x', __proto: 1, CAMPAIGN: 1 }]));
  store.files.set(
    B,
    lines([
      { ...OTHER_PLAY, campaign: { name: 'a' } },
      { ...OTHER_PLAY, ts: 1, Campaign: null },
    ]),
  );
  store.files.set(`${SONG_ROOT}/a.json`, lines([SONG]));
}

const FOUND = [
  {
    table: 'staging_events',
    model: 'sql/models/sparkify/staging/staging_events.sql',
    keys: [
      { key: 'userAgnt', records: 1, file: A, line: 2, like: 'useragent' },
      { key: '__proto', records: 1, file: A, line: 2, like: null },
      { key: 'CAMPAIGN', records: 3, file: A, line: 2, like: null },
    ],
    more: null,
  },
];

const BELOW = JSON.stringify({ jsonpaths: ['$.id', '$.buyer.address.city'] });

const stagedIn = async ({ warehouse }: LoadContext) =>
  Number((await warehouse.query('SELECT COUNT(*) FROM staging_events')).rows[0]?.[0]);

describe.each(engines)('keys that no column takes on $name', (engine) => {
  test('are told with their records, the first file and line, and the column they resemble', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      expect((await dryRunLoad(loader.context)).unknownKeys).toEqual(FOUND);
      expect((await etl(loader.context)).unknownKeys).toEqual(FOUND);
      expect(await stagedIn(loader.context)).toBe(4);
      // What is loaded is not read again.
      expect((await etl(loader.context)).unknownKeys).toEqual([]);
    }));

  test('are told once for all runs of a load that is split', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      const { unknownKeys } = await etl({ ...loader.context, maxRunBytes: 1 });
      expect(unknownKeys).toEqual(FOUND);
    }));

  test('refuse the load, if that is asked, and nothing is loaded', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      const before = await readEverything(loader);
      const refusing = { ...loader.context, unknownKeys: 'refuse' } as const;
      for (const refused of [etl(refusing), dryRunLoad(refusing)]) {
        const error = await refused.then(undefined, (thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(UnknownKeysError);
        expect(error).toMatchObject({
          exitCode: 3,
          headline: '3 keys have no column in staging_events; nothing was loaded',
          unknownKeys: FOUND,
        });
      }
      expect(await readEverything(loader)).toEqual(before);
      loader.store.files.delete(A);
      loader.store.files.set(B, lines([OTHER_PLAY]));
      expect((await etl(refusing)).status).toBe('loaded');
    }));

  test('count only in records that are loaded', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      const bad = '{"ts": 1, "page": oops, "first": 1}\n{"ts": "yesterday", "second": 1}\n';
      loader.store.files.set(A, bad + lines([{ ...PLAY, userAgnt: 'x' }]));
      const tolerance = { maxErrors: 2, quarantine: false, excerpts: true };
      const [events] = (await dryRunLoad({ ...loader.context, tolerance })).unknownKeys ?? [];
      expect(events?.keys.map(({ key, records }) => [key, records])).toEqual([
        ['userAgnt', 1],
        ['campaign', 2],
      ]);
      const aside = { ...tolerance, quarantine: true };
      const report = await etl({ ...loader.context, tolerance: aside });
      expect(report.unknownKeys?.flatMap(({ keys }) => keys.map(({ key }) => key))).toEqual(['campaign']);
    }));

  test.each([
    ['by their names', undefined, '-- ignore: CAMPAIGN, "first name"\n', ['buyer', 'tag']],
    ['by paths', BELOW, '-- ignore: campaign, buyer.address, "first name"\n', ['buyer.nick', 'tag']],
  ])('are left out where the model ignores them, with columns that take values %s', (_, paths, head, keys) =>
    withModelOf(
      {
        'staging/staging_orders.sql': `-- source: ORDERS\n${head}-- key: id\nCREATE TABLE staging_orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n)\n`,
        'star/orders.sql':
          '-- key: id\nCREATE TABLE orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n);\n\nSELECT id, city FROM current_orders\n',
        ...(paths === undefined ? {} : { 'staging/staging_orders.jsonpaths': paths }),
      },
      (model) =>
        withLoader(
          engine,
          async (loader) => {
            const address = { city: 'Cork', street: 'x' };
            const record = { id: 1, campaign: 1, 'first name': 'x', buyer: { address, nick: 1 } };
            loader.store.files.set('memory://ORDERS/a.json', lines([record, { id: 2, tag: [], buyer: null }]));
            const { unknownKeys = [] } = await etl(inMemory(loader));
            expect(unknownKeys.flatMap((table) => table.keys.map(({ key }) => key))).toEqual(keys);
          },
          { model },
        ),
    ),
  );
});
