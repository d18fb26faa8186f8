import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type FolderLoader, openFolderLoader } from '../support/hostile.ts';
import { withLoader } from '../support/loader.ts';
import { sharedStandin } from '../support/redshift-engine.ts';
import { fromBuckets } from '../support/s3-trials.ts';
import { linesOf } from '../support/scenario.ts';
import { describeIf } from '../support/skips.ts';
import { countRows, PLAY, SONG } from '../support/trials.ts';

const NAMES = ['a.json', 'b.jsonl', 'c.ndjson', 'D.JSONL', 'E.NdJson', 'f.json.gz', 'g.jsonl.gz', 'H.NDJSON.GZ'];
const BIG = ['big.NDJSON', 'big.jsonl.gz'];

/** Three records in more than the 8 MiB from which a file is handed on, also if it is compressed. */
const padded = (from: number) =>
  linesOf(
    [0, 1, 2].map((more) => ({
      ...PLAY,
      itemInSession: from + more,
      padding: randomBytes(2_900_000).toString('base64'),
    })),
  );

/** Each file's name and content; every record is another event. */
const files = (): readonly (readonly [name: string, content: Buffer])[] => [
  ...NAMES.map((name, at) => [name, contentOf(name, linesOf([{ ...PLAY, itemInSession: at }]))] as const),
  ...BIG.map((name, at) => [name, contentOf(name, padded(100 * (at + 1)))] as const),
];
const RECORDS = NAMES.length + 3 * BIG.length;

function contentOf(name: string, text: string): Buffer {
  return /\.gz$/i.test(name) ? gzipSync(text, { level: 1 }) : Buffer.from(text);
}

describe.each(engines)('files on $name', (engine) => {
  let open: FolderLoader;
  beforeAll(async () => {
    open = await openFolderLoader(engine);
  });
  afterAll(() => open.close());

  test('are loaded whatever their names say of JSON, small and big', async () => {
    const { loader, logs } = await open.fresh();
    for (const [name, content] of files()) writeFileSync(join(logs, name), content);
    const { tables } = await etl(loader.context);
    expect(tables[0]).toMatchObject({ files: NAMES.length + BIG.length, records: RECORDS, passed_over: null });
    expect(await countRows(loader, 'songplays')).toBe(RECORDS);
    expect((await reconcile(loader.context, { recounts: true })).disagreements).toEqual([]);
  });

  test('that are passed over are told, and a warning if nothing else was found', async () => {
    const { loader, logs } = await open.fresh();
    for (const name of ['a.csv', 'b.json.bak', 'c.json.xz', '.c.json'])
      writeFileSync(join(logs, name), linesOf([PLAY]));
    const passed_over = { files: 3, compressed: 1, example: join(logs, 'c.json.xz') };
    const { tables, warnings } = await etl(loader.context);
    expect(tables[0]).toMatchObject({ files: 0, skipped: 4, passed_over });
    const offender = `${logs} holds no files to load: 3 files are passed over, because their names do not end in .json, .jsonl or .ndjson, with or without .gz, .zst or .bz2, such as ${join(logs, 'c.json.xz')}; 1 of them is compressed, but not with gzip, zstd or bzip2: decompress it, or compress it with gzip`;
    expect(warnings).toMatchObject([{ rule: 'passed_over', severity: 'warning', offender }]);
    await expect(etl({ ...loader.context, expectFiles: true })).rejects.toThrow(
      'holds no files; 3 files are passed over',
    );
    writeFileSync(join(logs, 'd.jsonl'), linesOf([{ ...PLAY, itemInSession: 999 }]));
    expect(await etl(loader.context)).toMatchObject({ warnings: [], tables: [{ files: 1, passed_over }, {}] });
    const { tables: planned } = await planLoad(loader.context);
    expect(planned[0]?.known).toBe(1);
  });
});

const redshift = engines.find(({ name }) => name === 'redshift');
const onRedshift = describeIf(redshift !== undefined, 'names of files in S3: redshift is not among ENGINES');

onRedshift('files in S3 on redshift', () => {
  test('are copied whatever their names say of JSON, small and big', async () => {
    const { s3 } = await sharedStandin();
    for (const bucket of ['names', 'names-songs']) s3.createBucket(bucket, 'us-west-2');
    for (const [name, content] of files()) s3.put('names', name, content);
    s3.put('names-songs', 'a.jsonl', linesOf([SONG]));
    await withLoader(redshift as Engine, async (loader) => {
      const context = fromBuckets(loader, 'names', 'names-songs');
      await etl(context);
      expect([await countRows(loader, 'songplays'), await countRows(loader, 'songs')]).toEqual([RECORDS, 1]);
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
    });
  });
});
