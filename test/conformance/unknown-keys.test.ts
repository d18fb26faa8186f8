import { describe, expect, test } from '@jest/globals';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { dryRunLoad } from '../../src/pipeline/dry-run.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import { UnknownKeysError } from '../../src/pipeline/unknown-keys.ts';
import { ddlFor, tableNamed } from '../../src/sql/catalogue.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, withLoader } from '../support/loader.ts';
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
