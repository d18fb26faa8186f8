import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { LocalStore } from '../../src/objects/local.ts';
import { openStores } from '../../src/objects/stores.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { REGION } from '../../standin/standin.ts';
import { withFolder } from '../support/engines.ts';
import { makeLoader, readStar } from '../support/loader.ts';
import type { Star } from '../support/oracle.ts';
import { openOnStandin, sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { scale } from '../support/scale.ts';
import { testIf } from '../support/skips.ts';

const SAMPLE = fileURLToPath(new URL('../../../shared/data/sparkify-local/', import.meta.url));

afterAll(stopSharedStandin);

test(
  `Redshift, from S3, and DuckDB, from a folder, give the same star, row for row: ${scale.songs} songs and 3,000 events`,
  () =>
    withFolder(async (folder) => {
      await generateData({ songs: scale.songs, events: 3_000, seed: 11, out: folder });
      await expectSameStar(folder, scale.songs);
    }),
  300_000,
);

testIf(existsSync(SAMPLE), `the public Sparkify sample: it is not at ${SAMPLE}`)(
  'so they do for the public Sparkify sample',
  () => expectSameStar(SAMPLE, 71),
  120_000,
);

async function expectSameStar(data: string, songs: number): Promise<void> {
  await withFolder(async (folder) => {
    const duckdb = await openDuckdb({
      path: ':memory:',
      readOnly: false,
      readable: [folder, data],
      memoryLimit: undefined,
    });
    const expected = await loadStar(duckdb, folder, data, () => new LocalStore());
    await duckdb.close();
    const { s3 } = await sharedStandin();
    const bucket = `same-${songs}`;
    s3.createBucket(bucket, REGION);
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      s3.put(bucket, path.slice(join(data, '/').length), readFileSync(path));
    }
    const redshift = await openOnStandin({ journalFolder: folder });
    const stores = openStores({});
    const star = await loadStar(redshift, folder, `s3://${bucket}`, stores.storeOf);
    await redshift.close();
    await stores.close();
    expect(star.songs).toHaveLength(songs);
    for (const table of Object.keys(expected) as (keyof Star)[]) {
      expect({ table, rows: star[table] }).toEqual({ table, rows: expected[table] });
    }
  });
}

async function loadStar(
  warehouse: Warehouse,
  folder: string,
  root: string,
  storeOf: ReturnType<typeof openStores>['storeOf'],
): Promise<Star> {
  const { context } = await makeLoader(warehouse, folder);
  const sources = context.sources.map((source) => ({
    ...source,
    root: `${root.replace(/\/$/, '')}/${source.table.name === 'staging_songs' ? 'song_data' : 'log_data'}`,
  }));
  await etl({ ...context, sources, storeOf });
  return readStar(warehouse);
}
