import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import {
  bzip2Sync,
  HAS_BZIP2,
  HAS_ZSTD,
  LINES_ZSTD,
  NEEDS_BZIP2,
  NEEDS_ZSTD,
  zstdSync,
} from '../support/compressed.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type FolderLoader, openFolderLoader, refusesWhole } from '../support/hostile.ts';
import { withLoader } from '../support/loader.ts';
import { sharedStandin } from '../support/redshift-engine.ts';
import { fromBuckets } from '../support/s3-trials.ts';
import { linesOf } from '../support/scenario.ts';
import { describeIf, testIf } from '../support/skips.ts';
import { countRows, PLAY, SONG } from '../support/trials.ts';

const KINDS = [
  { kind: 'zstd', ending: 'zst', compress: zstdSync, exists: HAS_ZSTD, reason: NEEDS_ZSTD },
  { kind: 'bzip2', ending: 'bz2', compress: bzip2Sync, exists: HAS_BZIP2, reason: NEEDS_BZIP2 },
] as const;

const play = (itemInSession: number, more: object = {}) => ({ ...PLAY, itemInSession, ...more });
/** Three records in more than the 8 MiB from which a file is handed on, also if it is compressed. */
const BIG = linesOf([1, 2, 3].map((item) => play(item, { padding: randomBytes(2_900_000).toString('base64') })));

describe.each(engines)('compressed files on $name', (engine) => {
  let open: FolderLoader;
  beforeEach(async () => {
    open = await openFolderLoader(engine);
  });
  afterEach(() => open.close());

  for (const { kind, ending, compress, exists, reason } of KINDS) {
    const testKind = testIf(exists, reason);

    testKind(`${kind}: they are loaded once, and reconcile`, async () => {
      const { loader, logs, songs } = await open.fresh();
      writeFileSync(join(logs, `a.json.${ending}`), compress(linesOf([play(1), play(2)])));
      writeFileSync(join(logs, `B.NDJSON.${ending.toUpperCase()}`), compress(linesOf([play(3)])));
      writeFileSync(join(logs, `c.jsonl.${ending}`), compress(JSON.stringify([play(4), play(5)], null, 2)));
      writeFileSync(join(logs, `d.json.${ending}`), compress(''));
      writeFileSync(join(logs, 'f.json'), linesOf([play(6)]));
      writeFileSync(join(songs, `a.json.${ending}`), compress(linesOf([SONG])));
      const { tables } = await etl(loader.context);
      expect(tables.map(({ files, records }) => [files, records])).toEqual([
        [5, 6],
        [1, 1],
      ]);
      expect(await countRows(loader, 'songplays')).toBe(6);
      expect((await etl(loader.context)).status).toBe('up_to_date');
      expect((await reconcile(loader.context, { recounts: true })).disagreements).toEqual([]);
    });

    testKind(`${kind}: a broken one is refused by its name, or set aside until it is corrected`, async () => {
      const { loader, logs } = await open.fresh();
      const file = join(logs, `a.json.${ending}`);
      const whole = compress(linesOf([play(11), play(12)]));
      const words = `${file}: not a whole ${kind} file: `;
      for (const broken of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.from('x')]), Buffer.alloc(0)]) {
        writeFileSync(file, broken);
        await refusesWhole(loader, 3, words);
      }
      const tolerance = { maxErrors: 1, quarantine: true, excerpts: true };
      expect((await etl({ ...loader.context, tolerance })).quarantined).toMatchObject([{ file }]);
      writeFileSync(file, whole);
      expect((await etl(loader.context)).tables[0]).toMatchObject({ files: 1, records: 2 });
    });
  }

  testIf(!HAS_ZSTD, 'zstd that cannot be read: Node.js has it from 22.15 on')(
    'zstd: where Node.js cannot read it, a load says so and loads nothing, whatever else there is',
    async () => {
      const { loader, logs } = await open.fresh();
      writeFileSync(join(logs, 'a.json'), linesOf([play(1)]));
      writeFileSync(join(logs, 'b.json.zst'), LINES_ZSTD);
      const words = `b.json.zst is compressed with zstd, which Node.js ${process.versions.node} cannot read`;
      await refusesWhole(loader, 1, words);
      const tolerance = { maxErrors: 9, quarantine: true, excerpts: true };
      await refusesWhole({ ...loader, context: { ...loader.context, tolerance } }, 1, words);
      expect((await planLoad(loader.context)).tables[0]?.files).toHaveLength(2);
      writeFileSync(join(logs, 'b.json.gz'), gzipSync(linesOf([play(2)])));
      rmSync(join(logs, 'b.json.zst'));
      expect((await etl(loader.context)).tables[0]).toMatchObject({ files: 2, records: 2 });
    },
  );
});

const redshift = engines.find(({ name }) => name === 'redshift');
const onRedshift = describeIf(redshift !== undefined, 'compressed files in S3: redshift is not among ENGINES');

onRedshift('big compressed files in S3 on redshift', () => {
  /** Loads some files, and tells how many rows there are and what each COPY of events reads. */
  async function copiesOf(bucket: string, files: Readonly<Record<string, string | Buffer>>) {
    const { s3, dataApi } = await sharedStandin();
    for (const name of [bucket, `${bucket}-songs`]) s3.createBucket(name, 'us-west-2');
    for (const [name, content] of Object.entries(files)) s3.put(bucket, name, content);
    s3.put(`${bucket}-songs`, 'a.json', linesOf([SONG]));
    return withLoader(redshift as Engine, async (loader) => {
      const context = fromBuckets(loader, bucket, `${bucket}-songs`);
      await etl(context);
      const parts = dataApi.statements.findLast(({ parts }) => parts.length > 5)?.parts ?? [];
      const copies = parts.map(({ sql }) => /^COPY .*staging_events.*^MANIFEST ?(\w*)$/ms.exec(sql)?.[1]);
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      return { rows: await countRows(loader, 'songplays'), copies: copies.filter((one) => one !== undefined) };
    });
  }

  testIf(HAS_BZIP2, NEEDS_BZIP2)('bzip2: COPY reads them as they are, and small ones as gzip', async () => {
    const files = { 'a.json.bz2': bzip2Sync(BIG), 'b.json.bz2': bzip2Sync(linesOf([play(4)])) };
    expect(await copiesOf('bzip2', files)).toEqual({ rows: 4, copies: ['GZIP', 'BZIP2'] });
  });

  testIf(HAS_ZSTD, NEEDS_ZSTD)('zstd: COPY reads them as they are, and those of several frames as gzip', async () => {
    const big = zstdSync(`${BIG}\n`);
    const files = { 'a.json.zst': big, 'b.json.zst': Buffer.concat([big, zstdSync(linesOf([play(4)]))]) };
    expect(await copiesOf('zstd', files)).toEqual({ rows: 4, copies: ['GZIP', 'ZSTD'] });
  });
});
