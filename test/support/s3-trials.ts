import { expect } from '@jest/globals';
import { openStores } from '../../src/objects/stores.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { withS3 } from '../../standin/s3-place.ts';
import type { S3Request, S3Server } from '../../standin/s3-server.ts';
import type { Engine } from './engines.ts';
import { type Loader, type LoaderOptions, withLoader } from './loader.ts';
import { sharedStandin } from './redshift-engine.ts';
import { linesOf } from './scenario.ts';
import { countRows, PLAY, SONG } from './trials.ts';

/** I1: a listing of S3 does not end at an empty page that says that there is more. */
export async function listsPastEmptyPages(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  const { store: change = (same) => same } = options;
  await withS3(({ server, store }) =>
    withLoader(
      engine,
      async (loader) => {
        for (let at = 10; at < 40; at += 1) {
          server.put('logs', `${at}.json`, linesOf([{ ...PLAY, itemInSession: at }]));
        }
        server.put('songs', 'a.json', linesOf([SONG]));
        server.maxKeys = 10;
        server.faults = ({ operation, bucket, earlier }) =>
          operation === 'ListObjectsV2' && bucket === 'logs' && earlier === 1
            ? { kind: 'page', empty: true, token: 'next' }
            : undefined;
        await etl(fromBuckets(loader, 'logs', 'songs', { storeOf: () => change(store) }));
        expect(await countRows(loader, 'staging_events')).toBe(30);
      },
      options,
    ),
  );
}

/** When the file is exchanged: once it has been read, or right before a request. */
export type Moment = 'once read' | ((request: S3Request) => boolean);

let buckets = 0;

/**
 * I1: of a file that Redshift reads by itself, the version that was listed and counted is loaded, or none: also when another
 * one, of as many records, lies in its place for a while.
 */
export async function loadsTheListedVersion(
  engine: Engine,
  options: LoaderOptions = {},
  moment: Moment = 'once read',
): Promise<'loaded' | 'refused' | undefined> {
  if (engine.name !== 'redshift') return undefined;
  const { s3 } = await sharedStandin();
  buckets += 1;
  const [logs, songs] = [`exchanged-${buckets}`, `exchanged-songs-${buckets}`];
  s3.createBucket(logs, 'us-west-2');
  s3.createBucket(songs, 'us-west-2');
  s3.put(songs, 'a.json', linesOf([SONG]));
  const put = (level: string) => s3.put(logs, 'big.json', bigFile(level));
  return withLoader(
    engine,
    async (loader) => {
      put('listed');
      const outcome = await loadWhileExchanged(loader, s3, { logs, songs, moment, exchange: () => put('other') });
      put('listed');
      expect((await etl(fromBuckets(loader, logs, songs))).status).toBe(outcome === 'loaded' ? 'up_to_date' : 'loaded');
      const { rows } = await loader.context.warehouse.query('SELECT DISTINCT level FROM staging_events');
      expect(rows).toEqual([['listed']]);
      expect(await countRows(loader, 'staging_events')).toBe(3);
      return outcome;
    },
    options,
  );
}

interface Exchange {
  readonly logs: string;
  readonly songs: string;
  readonly moment: Moment;
  readonly exchange: () => unknown;
}

async function loadWhileExchanged(
  loader: Loader,
  s3: S3Server,
  { logs, songs, moment, exchange }: Exchange,
): Promise<'loaded' | 'refused'> {
  let isDue = true;
  const strike = (isNow: boolean) => {
    if (isNow && isDue) {
      isDue = false;
      exchange();
    }
  };
  s3.faults = (request) => {
    strike(moment !== 'once read' && moment(request));
    return undefined;
  };
  const emit: Loader['context']['emit'] = (event) =>
    strike(moment === 'once read' && event.type === 'read' && event.files > 0);
  try {
    await etl(fromBuckets(loader, logs, songs, { emit }));
    return 'loaded';
  } catch (error) {
    expect(String(error)).toContain('changed since it was listed; nothing was loaded');
    expect(await countRows(loader, 'load_ledger')).toBe(0);
    return 'refused';
  } finally {
    expect(isDue).toBe(false);
    s3.faults = () => undefined;
  }
}

/** Three records in more than the 8 MiB from which a file is handed on. */
function bigFile(level: string): string {
  const padding = 'x'.repeat(3_000_000);
  return linesOf([1, 2, 3].map((itemInSession) => ({ ...PLAY, itemInSession, level, padding })));
}

/** The loader's context with the buckets as its sources. */
export function fromBuckets(
  { context }: Loader,
  logs: string,
  songs: string,
  changes: Partial<Loader['context']> = {},
): Loader['context'] {
  const sources = context.sources.map((source) => ({
    ...source,
    root: `s3://${source.table.name === 'staging_songs' ? songs : logs}`,
  }));
  return { ...context, sources, storeOf: openStores().storeOf, ...changes };
}
