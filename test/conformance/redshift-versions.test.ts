import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import type { S3Server } from '../../standin/s3-server.ts';
import { bzip2Sync, HAS_BZIP2, NEEDS_BZIP2 } from '../support/compressed.ts';
import { type Engine, engines, withFolder } from '../support/engines.ts';
import { type Loader, makeLoader } from '../support/loader.ts';
import { openOnStandin, sharedStandin } from '../support/redshift-engine.ts';
import { fromBuckets, loadsTheListedVersion, type Moment } from '../support/s3-trials.ts';
import { linesOf } from '../support/scenario.ts';
import { describeIf, testIf } from '../support/skips.ts';
import { PLAY, SONG } from '../support/trials.ts';

const redshift = engines.find(({ name }) => name === 'redshift');
const onRedshift = describeIf(redshift !== undefined, 'versions of files in S3: redshift is not among ENGINES');

const isManifest = (key: string) => key.endsWith('staging_events-none.manifest');
const MOMENTS: readonly (readonly [title: string, moment: Moment, outcome: string])[] = [
  ['once the loader has read it', 'once read', 'refused'],
  ['before S3 copies it', ({ operation }) => operation === 'CopyObject', 'refused'],
  ['once it is copied', ({ operation, key }) => operation === 'PutObject' && isManifest(key), 'loaded'],
  ['while COPY runs', ({ operation, key }) => operation === 'GetObject' && isManifest(key), 'loaded'],
];

onRedshift('a big file in S3 that another one stands in for, for a while', () => {
  test.each(MOMENTS)('%s, is loaded in the listed version or not at all', async (_, moment, outcome) => {
    expect(await loadsTheListedVersion(redshift as Engine, {}, moment)).toBe(outcome);
  });
});

/** Without a work prefix: two buckets, and what loads their folders whole. */
function withFolders(action: (bench: FolderBench) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const { s3 } = await sharedStandin();
    for (const bucket of ['logs', 'songs']) s3.createBucket(bucket, 'us-west-2');
    s3.put('logs', 'log_data/a.json', lineOf('listed'));
    s3.put('songs', 'song_data/a.json', linesOf([SONG]));
    const warehouse = await openOnStandin({ journalFolder: folder, workPrefix: undefined });
    try {
      const loader = await makeLoader(warehouse, folder);
      await action({ s3, loader, load: (logs) => etl(fromBuckets(loader, logs, 'songs/song_data')) });
    } finally {
      s3.faults = () => undefined;
      await warehouse.close();
    }
  });
}

interface FolderBench {
  readonly s3: S3Server;
  readonly loader: Loader;
  readonly load: (logs: string) => ReturnType<typeof etl>;
}

function lineOf(level: string): string {
  return linesOf([{ ...PLAY, level }]);
}

async function levelsOf({ context: { warehouse } }: Loader): Promise<unknown> {
  return (await warehouse.query('SELECT level FROM staging_events')).rows.flat().sort();
}

onRedshift('a whole folder', () => {
  test('is loaded again if a file was replaced while COPY read it, even if it was put back', () =>
    withFolders(async ({ s3, loader, load }) => {
      let copies = 0;
      s3.faults = ({ operation, bucket }) => {
        if (operation !== 'GetObject' || bucket !== 'logs') return undefined;
        copies += 1;
        if (copies === 1) s3.put('logs', 'log_data/a.json', lineOf('other'));
        if (copies === 1) setImmediate(() => s3.put('logs', 'log_data/a.json', lineOf('listed')));
        return undefined;
      };
      expect((await load('logs/log_data')).status).toBe('loaded');
      expect([copies, await levelsOf(loader)]).toEqual([2, ['listed']]);
      expect(loader.events).toContainEqual({
        type: 'again',
        reason: 'files changed while Redshift read them',
        attempt: 2,
      });
      expect((await load('logs/log_data')).status).toBe('up_to_date');
    }));

  test('that changes each time while it is read is a failure, and the next load takes it anew', () =>
    withFolders(async ({ s3, loader, load }) => {
      let copies = 0;
      s3.faults = ({ operation, bucket }) => {
        if (operation !== 'GetObject' || bucket !== 'logs') return undefined;
        copies += 1;
        s3.put('logs', 'log_data/b.json', lineOf(`version ${copies}`));
        return undefined;
      };
      await expect(load('logs/log_data')).rejects.toMatchObject({
        message:
          's3://logs/log_data changed each time while Redshift read it; the loaded rows may mix several versions',
        next: expect.stringMatching(/^Run again when nobody writes there: everything is loaded again/),
      });
      s3.faults = () => undefined;
      expect((await load('logs/log_data')).status).toBe('loaded');
      expect(await levelsOf(loader)).toEqual(['listed', expect.stringMatching(/^version \d/)]);
    }));

  test('that is a single file is refused: COPY would take its neighbours too', () =>
    withFolders(async ({ s3, load }) => {
      s3.put('logs', 'log_data/a.json2', lineOf('neighbour'));
      await expect(load('logs/log_data/a.json')).rejects.toThrow(
        's3://logs/log_data/a.json is a single file, but COPY would load every file whose name begins like it',
      );
    }));

  test('that is a prefix of file names is loaded as COPY reads it: these files, each time one changes', () =>
    withFolders(async ({ s3, loader, load }) => {
      for (const day of ['01', '02', '11']) s3.put('logs', `days/2018-11-${day}.json`, lineOf(`day ${day}`));
      expect((await load('logs/days/2018-11-0')).status).toBe('loaded');
      expect(await levelsOf(loader)).toEqual(['day 01', 'day 02']);
      expect((await load('logs/days/2018-11-0')).status).toBe('up_to_date');
      s3.put('logs', 'days/2018-11-03.json', lineOf('day 03'));
      expect((await load('logs/days/2018-11-0')).status).toBe('loaded');
      expect(await levelsOf(loader)).toEqual(['day 01', 'day 02', 'day 03']);
      s3.put('logs', 'days/2018-11-04.txt', lineOf('no data'));
      await expect(load('logs/days/2018-11-0')).rejects.toThrow(
        'COPY would load s3://logs/days/2018-11-04.txt as data',
      );
    }));

  test('that holds files with any name for JSON is loaded as a whole', () =>
    withFolders(async ({ s3, loader, load }) => {
      for (const name of ['b.jsonl', 'C.NDJSON']) s3.put('logs', `log_data/${name}`, lineOf(name));
      await load('logs/log_data');
      expect(await levelsOf(loader)).toEqual(['C.NDJSON', 'b.jsonl', 'listed']);
      for (const name of ['b.jsonl', 'C.NDJSON']) s3.put('logs', `zipped/${name}.gz`, gzipSync(lineOf(`${name}.gz`)));
      await load('logs/zipped');
      expect(await levelsOf(loader)).toEqual(['C.NDJSON.gz', 'b.jsonl.gz']);
    }));

  testIf(HAS_BZIP2, NEEDS_BZIP2)(
    'that holds files of bzip2 is loaded as a whole, but none that holds other files beside them',
    () =>
      withFolders(async ({ s3, loader, load }) => {
        s3.put('logs', 'bzip2/a.json.bz2', bzip2Sync(lineOf('bzip2')));
        await load('logs/bzip2');
        expect(await levelsOf(loader)).toEqual(['bzip2']);
        s3.put('logs', 'bzip2/b.json', lineOf('plain'));
        await expect(load('logs/bzip2')).rejects.toThrow(
          's3://logs/bzip2 holds files that are compressed in different ways or not at all, which one COPY cannot read together',
        );
      }),
  );

  test('that holds a file that is one array is refused, since COPY takes no array for rows', () =>
    withFolders(async ({ s3, loader, load }) => {
      s3.put('logs', 'array/a.json', `[${lineOf('listed').trim()}]`);
      await expect(load('logs/array')).rejects.toMatchObject({ exitCode: 3 });
      expect(await levelsOf(loader)).toEqual([]);
    }));

  test('that holds nothing but files with other names is refused, and they are named', () =>
    withFolders(async ({ s3, load }) => {
      s3.put('logs', 'csv/a.csv', 'a,b');
      await expect(load('logs/csv')).rejects.toThrow(
        'COPY would load s3://logs/csv/a.csv as data (its name does not end',
      );
    }));

  test('is the one of its name, also where the name has a percent sign', () =>
    withFolders(async ({ s3, loader, load }) => {
      s3.put('logs', '100%25/a.json', lineOf('three characters'));
      s3.put('logs', '100%/a.json', lineOf('one character'));
      await load('logs/100%25');
      expect(await levelsOf(loader)).toEqual(['one character']);
    }));
});
