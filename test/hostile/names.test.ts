import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { placeOf } from '../../src/objects/s3/uri.ts';
import { openStores, type Stores } from '../../src/objects/stores.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { S3Server } from '../../standin/s3-server.ts';
import { REGION } from '../../standin/standin.ts';
import { duckdb, engines, withFolder } from '../support/engines.ts';
import { existing } from '../support/existing.ts';
import { endOf, type FolderLoader, loadsWhole, openFolderLoader } from '../support/hostile.ts';
import { type Loader, makeLoader, readEverything } from '../support/loader.ts';
import { openOnStandin, sharedStandin } from '../support/redshift-engine.ts';
import { scale } from '../support/scale.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY, runSql } from '../support/trials.ts';

/** What names, keys and values may hold, and what somebody may hope for from it. */
const ODD = [
  "'",
  '"',
  "a'b",
  '"; DROP TABLE users; --',
  "'); DROP TABLE users; --",
  '$$; DROP TABLE users; $$',
  '$1 $2 {now} {since} %s',
  '$(touch pwned)',
  '`touch pwned`',
  '\\',
  '\\N',
  '\\.',
  "\\'",
  'NULL',
  'null',
  '*',
  '?',
  '[a-z]',
  '{a,b}',
  '%',
  '%41',
  '%zz',
  '%2F',
  '+',
  '&',
  '=',
  'json=1',
  '#',
  '~',
  ':',
  ',',
  '|',
  '<b>&amp;</b>',
  ' a',
  'a ',
  '-rf',
  '--help',
  '\u00e9',
  'e\u0301',
  '\u05d0\u05d1',
  '\u202egro.live',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  'a\ufeff',
  '\u00a0',
  '\u2028',
  '\uffff',
  '\u{10ffff}',
  '__proto__',
  'constructor',
] as const;

/** Names may hold these too, JSON values only when they are escaped. */
const CONTROL = ['\n', 'a\r\nb', '\t', '\u0001', '\u001b[2J\u001b[31m', '\u007f', '\u0085', '\u009b31m'] as const;

const playOf = (item: number) => linesOf([{ ...PLAY, itemInSession: item }]);

describe.each(engines)('on $name', (engine) => {
  let open: FolderLoader;
  beforeAll(async () => {
    open = await openFolderLoader(engine);
  });
  afterAll(() => open.close());

  test('files and folders with unusual names are loaded once, and recognised by name', async () => {
    const { loader, logs } = await open.fresh();
    const paths = [...ODD, ...CONTROL].flatMap((name) => [`${name}.json`, `${name}/x.json`]);
    const all = [...paths, `${'x'.repeat(250)}.json`, `${'\u{1f600}'.repeat(62)}.json`];
    for (const [item, path] of all.entries()) {
      mkdirSync(join(logs, path, '..'), { recursive: true });
      writeFileSync(join(logs, path), playOf(item));
    }
    await loadsWhole(loader, all.length);
    const { rows } = await loader.context.warehouse.query(`SELECT uri FROM load_ledger WHERE records > 0`);
    const known = rows.map(([uri]) => fileURLToPath(String(uri))).filter((path) => path.startsWith(`${logs}/`));
    expect(known.sort()).toEqual(all.map((path) => join(logs, path)).sort());
    await expectUnharmed(loader);
  });

  test('unusual values come back unchanged', async () => {
    const { loader, logs } = await open.fresh();
    await runSql(loader.context.warehouse, 'DELETE FROM staging_events');
    const values = [...ODD, ...CONTROL, '', ' ', 'a\n\\.\nb', '"a","b"\n', "E'\\\\'"];
    const plays = values.map((value, item) => ({ ...PLAY, itemInSession: item, firstName: value, song: value }));
    writeFileSync(join(logs, 'a.json'), linesOf(plays));
    await loadsWhole(loader, values.length);
    const { rows } = await loader.context.warehouse.query(
      'SELECT firstname, song FROM staging_events ORDER BY iteminsession',
    );
    expect(rows).toEqual(values.map((value) => [value, value]));
    await expectUnharmed(loader);
  });

  test('a bad record is kept out, whatever its file is called and whatever it holds', async () => {
    const { loader, logs } = await open.fresh();
    await runSql(loader.context.warehouse, 'DELETE FROM rejected_records');
    const names = [...ODD, ...CONTROL].filter((name) => !name.includes('/'));
    for (const name of names) {
      writeFileSync(join(logs, `${name}.json`), linesOf([{ ...PLAY, ts: name as never, song: name }]));
    }
    const tolerance = { maxErrors: 1000, quarantine: false, excerpts: true };
    const loaded = await etl({ ...loader.context, tolerance });
    expect(loaded.tables[0]).toMatchObject({ records: names.length, rejected: names.length });
    const { rows } = await loader.context.warehouse.query(
      'SELECT COUNT(*), COUNT(DISTINCT uri), COUNT(DISTINCT excerpt) FROM rejected_records',
    );
    expect(rows).toEqual([[names.length, names.length, names.length]]);
    await expectUnharmed(loader);
  });

  test('a name longer than the ledger holds is refused, and nothing is loaded', async () => {
    const { loader, logs } = await open.fresh();
    // Nine bytes in a URI for each of these characters.
    const folder = join(logs, ...Array.from({ length: 7 }, () => '\u3042'.repeat(80)));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'x.json'), playOf(0));
    const before = await readEverything(loader);
    expect(await endOf(() => etl(loader.context))).toMatchObject({
      code: 1,
      text: expect.stringContaining('longer than the 4096 bytes'),
    });
    expect(await readEverything(loader)).toEqual(before);
  });
});

test('files of any names are loaded once', async () => {
  const open = await openFolderLoader(duckdb);
  const name = fc
    .string({
      unit: fc.oneof(fc.constantFrom(...ODD, ...CONTROL), fc.string({ unit: 'binary', maxLength: 1 })),
      maxLength: 8,
    })
    .filter((text) => !/[/\0]|\p{Cs}/u.test(text) && !text.startsWith('.') && Buffer.byteLength(text) < 240);
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 8 });
  // All cases share a warehouse, where a file with the content of one that is gone would be one that was moved.
  let item = 0;
  await fc.assert(
    fc.asyncProperty(names, async (all) => {
      const { loader, logs } = await open.fresh();
      for (const one of all) {
        item += 1;
        writeFileSync(join(logs, `${one}.json`), playOf(item));
      }
      await loadsWhole(loader, all.filter((one) => one !== '').length);
    }),
    { numRuns: scale.names },
  );
  await open.close();
}, 600_000);

/** Tables that an injection would have dropped or emptied are there, and no shell was started. */
async function expectUnharmed({ context: { warehouse, model } }: Loader): Promise<void> {
  const names = model.tables.map(({ name }) => name);
  expect([...(await existing(warehouse, names))].sort()).toEqual([...names].sort());
}

describe('in S3, on Redshift', () => {
  let s3: S3Server;
  let stores: Stores;
  let buckets = 0;
  beforeAll(async () => {
    ({ s3 } = await sharedStandin());
    stores = openStores({});
  });
  afterAll(() => stores.close());

  /** A loader of what lies below log_data in a bucket of its own. */
  function withBucket(
    action: (loader: Loader, put: (key: string, content: string) => void) => Promise<void>,
    { work = true } = {},
  ): Promise<void> {
    return withFolder(async (folder) => {
      buckets += 1;
      const bucket = `hostile-${buckets}`;
      s3.createBucket(bucket, REGION);
      s3.put(bucket, 'song_data/none.json', '');
      const options = work ? {} : { workPrefix: undefined };
      const warehouse = await openOnStandin({ journalFolder: folder, ...options });
      try {
        const { context, ...rest } = await makeLoader(warehouse, folder);
        const sources = context.sources.map((source) => ({
          ...source,
          root: `s3://${bucket}/${source.table.name === 'staging_events' ? 'log_data' : 'song_data'}`,
        }));
        const loader = { ...rest, context: { ...context, sources, storeOf: stores.storeOf } };
        await action(loader, (key, content) => s3.put(bucket, key, Buffer.from(content)));
      } finally {
        await warehouse.close();
      }
    });
  }

  const KEYS = [...ODD, ...CONTROL].map((name) => `log_data/${name}.json`);
  const HIDDEN = ['log_data/./x.json', 'log_data/a/../x.json', 'log_data//.x.json', 'log_data/.git/x.json'];

  test('objects of odd keys are loaded once, small or big', () =>
    withBucket(async (loader, put) => {
      const big = ' '.repeat(8 * 1024 * 1024);
      const bigKeys = [`log_data/big \u00fc+%41?#&='"; --.json`, 'log_data/big\u0001/\u{1f600}.json'];
      const all = [...KEYS, 'log_data//x.json', 'log_data/a//b.json', ...bigKeys];
      for (const [item, key] of all.entries()) {
        put(key, `${bigKeys.includes(key) ? `${big}\n` : ''}${playOf(item)}`);
      }
      for (const key of [...HIDDEN, 'log_data/folder/', 'log_data/']) {
        put(key, key.endsWith('/') ? '' : 'not data');
      }
      await loadsWhole(loader, all.length);
      const { rows } = await loader.context.warehouse.query(`SELECT uri FROM load_ledger WHERE records > 0`);
      expect(rows.map(([uri]) => placeOf(String(uri)).key).sort()).toEqual([...all].sort());
      await expectUnharmed(loader);
    }));

  const NEIGHBOURS = ['log_data2/x.json', 'log_data.json', 'log_data', 'log_dat/a.json', 'LOG_DATA/x.json'];

  test.each([true, false])('neighbours whose keys begin alike are no data (work prefix: %s)', (work) =>
    withBucket(
      async (loader, put) => {
        for (const key of NEIGHBOURS) {
          put(key, 'not data');
        }
        for (const [item, key] of ['log_data/x.json', 'log_data/x/y.json', 'log_data/x.json/z.json'].entries()) {
          put(key, playOf(item));
        }
        const { tables } = await etl(loader.context);
        expect(tables.find(({ table }) => table === 'staging_events')).toMatchObject({ records: 3 });
        expect((await etl(loader.context)).status).toBe('up_to_date');
      },
      { work },
    ),
  );

  test('whole folders of objects of odd keys are loaded', () =>
    withBucket(
      async (loader, put) => {
        for (const [item, key] of KEYS.entries()) {
          put(key, playOf(item));
        }
        const { tables } = await etl(loader.context);
        expect(tables.find(({ table }) => table === 'staging_events')).toMatchObject({ records: KEYS.length });
        expect((await etl(loader.context)).status).toBe('up_to_date');
        await expectUnharmed(loader);
      },
      { work: false },
    ));

  test.each<[string, string]>([
    ['a hidden object', 'log_data/.x.json'],
    ['an object of another kind', 'log_data/notes.txt'],
    ['a folder that holds something', 'log_data/folder/'],
  ])('whole folders with %s are refused, and nothing is loaded', (_, key) =>
    withBucket(
      async (loader, put) => {
        put('log_data/a.json', playOf(0));
        put(key, 'not data');
        const before = await readEverything(loader);
        expect(await endOf(() => etl(loader.context))).toMatchObject({
          code: 1,
          text: expect.stringContaining('as data'),
        });
        expect(await readEverything(loader)).toEqual(before);
      },
      { work: false },
    ),
  );
});
