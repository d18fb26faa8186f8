import { describe, expect, test } from '@jest/globals';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { dryRunLoad } from '../../src/pipeline/dry-run.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import { UnknownKeysError } from '../../src/pipeline/unknown-keys.ts';
import { ddlFor, tableNamed } from '../../src/sql/catalogue.ts';
import { changedModel } from '../support/changed-model.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, readTables, withLoader } from '../support/loader.ts';
import { withModel } from '../support/migrations.ts';
import { inMemory, lines, withModelOf } from '../support/models.ts';
import { LOG_ROOT, SONG_ROOT } from '../support/scenario.ts';
import { OTHER_PLAY, PLAY, runSql, SONG } from '../support/trials.ts';

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
    isKept: false,
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

  test('are told by status no longer once the model ignores them', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      await etl(loader.context);
      expect((await status(loader.context)).unknownKeys).toEqual(FOUND);
      const ignoring = async (keys: string) =>
        withModel(
          loader,
          await changedModel([['staging/staging_events.sql', '-- key:', `-- ignore: ${keys}\n-- key:`]]),
        );
      const [{ keys = [] } = {}] = (await status((await ignoring('campaign')).context)).unknownKeys;
      expect(keys.map(({ key }) => key)).toEqual(['userAgnt', '__proto']);
      expect((await status((await ignoring('campaign, userAgnt, __proto')).context)).unknownKeys).toEqual([]);
    }));

  test('are told once for all runs of a load that is split', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      const { unknownKeys } = await etl({ ...loader.context, maxRunBytes: 1 });
      expect(unknownKeys).toEqual(FOUND);
    }));

  test('are in the ledger with what became of every key, and reconcile --recount counts them again', () =>
    withLoader(engine, async ({ context, store, events }) => {
      write({ context, store, events });
      await etl(context);
      const plays = Object.keys(PLAY).length;
      const ledgerOf = async () => {
        const sql = `SELECT keys_met, keys_loaded, keys_rescued, keys_ignored, keys_unknown, unknown_keys FROM load_ledger WHERE uri LIKE '${LOG_ROOT}/%' AND status = 'loaded' ORDER BY uri`;
        return (await context.warehouse.query(sql)).rows;
      };
      const told = (keys: string, count: number) => `{"keys":${count},"first":[${keys}]}`;
      const rows = [
        [
          2 * plays + 3,
          2 * plays,
          0,
          0,
          3,
          told(
            '{"key":"userAgnt","records":1,"line":2},{"key":"__proto","records":1,"line":2},{"key":"CAMPAIGN","records":1,"line":2}',
            3,
          ),
        ],
        [2 * plays + 2, 2 * plays, 0, 0, 2, told('{"key":"CAMPAIGN","records":2,"line":1}', 1)],
      ];
      expect(await ledgerOf()).toEqual(rows);
      expect(await reconcile(context, { recounts: true })).toMatchObject({ disagreements: [], notes: [] });
      // A file that was only moved is compared with what was counted under its old name.
      store.files.set(`${LOG_ROOT}/moved.json`, store.files.get(B) ?? '');
      store.files.delete(B);
      await etl(context);
      expect(await ledgerOf()).toEqual(rows);
      expect((await reconcile(context, { recounts: true })).notes).toEqual([]);
      await runSql(context.warehouse, `UPDATE load_ledger SET keys_met = 0 WHERE uri = '${B}'`);
      await runSql(
        context.warehouse,
        `UPDATE load_ledger SET keys_loaded = keys_loaded - 1, keys_ignored = 1 WHERE uri = '${A}'`,
      );
      const due = `${2 * plays + 3} keys met, ${2 * plays - 1} keys loaded, 0 keys rescued, 1 keys ignored, 3 keys unknown`;
      const held = `${2 * plays + 3} keys met, ${2 * plays} keys loaded, 0 keys rescued, 0 keys ignored, 3 keys unknown`;
      expect((await reconcile(context, { recounts: true })).disagreements).toMatchObject([
        { rule: 'load_ledger', examples: [expect.stringMatching(/b\.json.*: 0 keys were met, but \d+ were loaded/)] },
        {
          rule: 'recounted_keys',
          examples: [
            `${A}: the ledger says ${due}; it holds ${held}`,
            expect.stringContaining('/moved.json: the ledger says 0 keys met,'),
          ],
        },
      ]);
    }));

  test('cannot be counted in a ledger of an earlier release, which every command says before it reads a file', () =>
    withLoader(engine, async (loader) => {
      const { context } = loader;
      write(loader);
      await runSql(context.warehouse, 'DROP TABLE load_ledger');
      const create = ddlFor(tableNamed(context.model, 'load_ledger'), engine.name).replace(/;\nCREATE.*/s, '');
      await runSql(context.warehouse, create.replace('keys_met BIGINT,', ''));
      const commands = [etl, dryRunLoad, planLoad, status, (one: LoadContext) => reconcile(one, { recounts: false })];
      for (const command of commands) {
        const events: string[] = [];
        const refused = command({ ...context, emit: ({ type }) => events.push(type) });
        await expect(refused).rejects.toThrow(
          /^the tables of the warehouse are not those of the model; nothing was changed\n {2}load_ledger\.keys_met is missing$/,
        );
        expect(events).not.toContain('read');
      }
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

describe.each(engines)('keys of columns that whole files lack on $name', (engine) => {
  const { userAgent, level, ...without } = PLAY as typeof PLAY & { userAgent: unknown; level: unknown };
  const file = (name: string, records: readonly object[]) => [`${LOG_ROOT}/${name}.json`, lines(records)] as const;
  const play = (itemInSession: number) => ({ ...PLAY, itemInSession });
  const lacking = (itemInSession: number) => ({ ...without, level, itemInSession });

  test('are told of the records that are loaded, whatever those have that are rejected', () =>
    withLoader(engine, async ({ context, store }) => {
      const tolerant = { ...context, tolerance: { maxErrors: 9, quarantine: false, excerpts: true } };
      const bad = [{ ...play(2), ts: 'soon' }, '{"userAgent": "x", "ts": oops}', { ...play(3), ts: 'soon' }];
      const around = (record: object) =>
        [bad[0], record, ...bad.slice(1)]
          .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
          .join('\n');
      const load = async (...files: readonly (readonly [string, string])[]) => {
        for (const [uri, text] of files) store.files.set(uri, text);
        return (await etl(tolerant)).vanishedKeys?.flatMap(({ keys }) => keys.map((one) => [one.column, one.file]));
      };
      expect(await load(file('a', [play(1)]), [`${SONG_ROOT}/a.json`, lines([SONG])])).toEqual([]);
      const [had, lacked] = [`${LOG_ROOT}/b.json`, `${LOG_ROOT}/c.json`];
      expect(await load([had, around(play(4))], [lacked, around(lacking(5))])).toEqual([['useragent', lacked]]);
    }));

  test('are told, if most earlier files had them, for all files and runs of a load together', () =>
    withLoader(engine, async ({ context, store }) => {
      const load = async (...files: readonly (readonly [string, string])[]) => {
        for (const [uri, text] of files) store.files.set(uri, text);
        const told = (await dryRunLoad(context)).vanishedKeys;
        const { vanishedKeys } = await etl({ ...context, maxRunBytes: 1 });
        expect(vanishedKeys).toEqual(told);
        return vanishedKeys;
      };
      // Nothing was loaded before, and one record of the next file has the key.
      expect(await load(file('a', [lacking(1)]), [`${SONG_ROOT}/a.json`, lines([SONG])])).toEqual([]);
      expect(
        await load(file('b', [play(2), lacking(3)]), file('c', [lacking(4), { ...play(5), userAgent: null }])),
      ).toEqual([]);
      const earlier = { files: 3, had: 2 };
      expect(await load(file('d', [lacking(6), lacking(7)]), file('e', [lacking(8)]), file('f', [play(9)]))).toEqual([
        {
          table: 'staging_events',
          keys: [{ column: 'useragent', files: 2, records: 3, file: `${LOG_ROOT}/d.json`, earlier }],
        },
      ]);
      // Half of six files had it.
      const half = {
        column: 'useragent',
        files: 1,
        records: 1,
        file: `${LOG_ROOT}/g.json`,
        earlier: { files: 6, had: 3 },
      };
      expect(await load(file('g', [lacking(10)]))).toEqual([{ table: 'staging_events', keys: [half] }]);
      expect(await load(file('h', [lacking(11)]))).toEqual([]);
    }));
});

/** Records of orders, and what is kept of each. */
const ORDERS: readonly (readonly [record: string, byName: string | null, byPath: string | null])[] = [
  ['{"id":1,"buyer":null}', '{"buyer":null}', null],
  ['{"id": 2, "City": "Cork"}', null, '{"City":"Cork"}'],
  [
    '{"__proto__": {"id": 9}, "id":3,"x":1, "X" : 1e3,"x":"é\\ud83d\\ude00"}',
    '{"__proto__":{"id": 9},"x":1,"X":1e3,"x":"é\\ud83d\\ude00"}',
    '{"__proto__":{"id": 9},"x":1,"X":1e3,"x":"é\\ud83d\\ude00"}',
  ],
  [
    '{"rescued":"mine","RESCUED":7,"id":4,"_rescued":0,"left":{"a":1}}',
    '{"rescued":"mine","RESCUED":7,"_rescued":0}',
    '{"rescued":"mine","RESCUED":7,"_rescued":0}',
  ],
  [
    '{"id":5,"buyer":{"address":{"city":"Cork","zip":1},"nick":["a"]},"a.b":0}',
    '{"buyer":{"address":{"city":"Cork","zip":1},"nick":["a"]},"\\"a.b\\"":0}',
    '{"buyer.address.zip":1,"buyer.nick":["a"],"\\"a.b\\"":0}',
  ],
  [
    `{"id":6,"first name":"${'x'.repeat(65_514)}"}`,
    `{"\\"first name\\"":"${'x'.repeat(65_514)}"}`,
    `{"\\"first name\\"":"${'x'.repeat(65_514)}"}`,
  ],
];

const ORDERS_MODEL = {
  'staging/staging_orders.sql':
    '-- source: ORDERS\n-- ignore: left\n-- key: id\nCREATE TABLE staging_orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n)\n',
  'star/orders.sql':
    '-- key: id\nCREATE TABLE orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n);\n\nSELECT id, city FROM current_orders\n',
};
const OWN_KEYS = JSON.stringify({ jsonpaths: ["$['id']", "$['city']"] });

describe.each(engines)('unknown keys that are kept on $name', (engine) => {
  test.each([
    ['by their names', undefined, 1],
    ['by keys of their own', OWN_KEYS, undefined],
    ['by paths', BELOW, 2],
  ])('are in a column of their own as they were written, with columns that take values %s', (_, paths, place) =>
    withModelOf({ ...ORDERS_MODEL, ...(paths && { 'staging/staging_orders.jsonpaths': paths }) }, (model) =>
      withLoader(
        engine,
        async (loader) => {
          const context: LoadContext = { ...inMemory(loader), unknownKeys: 'keep' };
          const { warehouse } = context;
          const text = ORDERS.map(([record]) => record).join('\n');
          loader.store.files.set('memory://ORDERS/a.json', text);
          // The same records, of which nothing is kept: their versions must count as they would otherwise.
          loader.store.files.set('memory://ORDERS/0.json', text);
          await etl({
            ...context,
            unknownKeys: 'warn',
            sources: context.sources.map((source) => ({ ...source, root: `${source.root}/0.json` })),
          });
          const star = await readTables(warehouse, ['current_orders', 'orders']);
          await etl(context);
          const { rows } = await warehouse.query(
            'SELECT id, rescued FROM staging_orders WHERE loaded_at = (SELECT MAX(loaded_at) FROM load_ledger) ORDER BY id',
          );
          const due = ORDERS.map((order, at) => [
            at + 1,
            place === undefined && at === 1 ? '{"City":"Cork"}' : order[place ?? 1],
          ]);
          expect(rows).toEqual(due);
          const ledger =
            'SELECT keys_met - keys_loaded - keys_ignored, keys_rescued, keys_unknown FROM load_ledger ORDER BY uri';
          const [first = [], second = []] = (await warehouse.query(ledger)).rows;
          expect([first[1], second[2]]).toEqual([0, 0]);
          expect([first[0], second[0]]).toEqual([first[2], second[1]]);
          expect(second[1]).toBe(first[2]);
          expect(await readTables(warehouse, ['current_orders', 'orders'])).toEqual(star);
          await rebuild(context);
          expect(await readTables(warehouse, ['current_orders', 'orders'])).toEqual(star);
          expect(await reconcile(context, { recounts: true })).toMatchObject({ disagreements: [], notes: [] });
          await runSql(warehouse, "UPDATE staging_orders SET rescued = '{}' WHERE id = 3 AND rescued IS NOT NULL");
          await runSql(warehouse, "UPDATE staging_orders SET rescued = '{}' WHERE id = 2 AND rescued IS NULL");
          const { disagreements } = await reconcile(context, { recounts: true });
          expect(disagreements.map(({ rule, count }) => [rule, count])).toEqual([['staging_orders', 2]]);
        },
        { model },
      ),
    ),
  );

  test('are refused with file and line, or kept out, if they are too long for the column', () =>
    withModelOf(ORDERS_MODEL, (model) =>
      withLoader(
        engine,
        async (loader) => {
          const context: LoadContext = { ...inMemory(loader), unknownKeys: 'keep' };
          const key = 'k'.repeat(1024 * 1024);
          loader.store.files.set(
            'memory://ORDERS/a.json',
            `{"id":1}\n{"id":2,"${key}":1}\n{"id":3,"x":"${'é'.repeat(32_765)}"}\n`,
          );
          const bytes = [1024 * 1024 + 6, 2 * 32_765 + 8];
          const problems = bytes.map((some, at) => ({
            ...{ file: 'memory://ORDERS/a.json', line: at + 2, column: 'rescued' },
            reason: `${some} bytes of text, but the column holds 65535`,
          }));
          await expect(etl(context)).rejects.toMatchObject({ exitCode: 3, problems });
          await expect(dryRunLoad(context)).rejects.toMatchObject({ exitCode: 3, problems });
          const tolerance = { maxErrors: 2, quarantine: false, excerpts: true };
          expect(await etl({ ...context, tolerance })).toMatchObject({ rejected: 2, rejects: problems });
          expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
        },
        { model },
      ),
    ));
});
