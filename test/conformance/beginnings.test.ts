import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { withS3 } from '../../standin/s3-place.ts';
import { engines } from '../support/engines.ts';
import { withLoader } from '../support/loader.ts';
import { fromBuckets } from '../support/s3-trials.ts';
import { linesOf } from '../support/scenario.ts';
import { countRows, PLAY, SONG } from '../support/trials.ts';

describe.each(engines)('a source that is the beginning of file names in S3, on $name', (engine) => {
  test('is loaded file by file, each once, and reconciles', () =>
    withS3(({ server, store }) =>
      withLoader(engine, async (loader) => {
        const put = (day: number) =>
          server.put(
            'logs',
            `2018/2018-11-${String(day).padStart(2, '0')}.json`,
            linesOf([{ ...PLAY, itemInSession: day }]),
          );
        for (const day of [1, 2, 11, 12]) put(day);
        server.put('songs', 'a.json', linesOf([SONG]));
        const context = fromBuckets(loader, 'logs/2018/2018-11-0', 'songs', { storeOf: () => store });
        await etl(context);
        expect(await countRows(loader, 'staging_events')).toBe(2);
        put(3);
        await etl(context);
        expect([await countRows(loader, 'staging_events'), await countRows(loader, 'songplays')]).toEqual([3, 3]);
        expect((await etl(context)).status).toBe('up_to_date');
        expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      }),
    ));
});
