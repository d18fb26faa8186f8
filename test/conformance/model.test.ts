import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { engines, withFolder } from '../support/engines.ts';
import { withLoader } from '../support/loader.ts';
import { LOCATIONS } from '../support/locations.ts';
import type { EventRecord } from '../support/oracle.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { OTHER_PLAY, PLAY, runSql } from '../support/trials.ts';

/** That table with its affected keys, a check and what else a model needs for it. */
const LOCATIONS_FILES = {
  'star/locations.sql': LOCATIONS,
  'star/locations.affected.sql': `SELECT RTRIM(location, ' ') AS location
FROM changed_songplays
`,
  'checks/star/one_row_per_location.sql': `-- severity: error
SELECT
  'location ' || location AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM locations
GROUP BY location
HAVING COUNT(*) > 1
`,
};

describe.each(engines)('a model with one more dimension on $name', (engine) => {
  test('needs new files below sql/ and nothing else', () =>
    withFolder(async (folder) => {
      cpSync(BUILT_IN_MODEL, folder, { recursive: true });
      for (const [file, sql] of Object.entries(LOCATIONS_FILES)) {
        writeFileSync(join(folder, file), sql);
      }
      await withLoader(
        engine,
        async ({ context, store }) => {
          store.files.set(`${LOG_ROOT}/a.json`, linesOf([PLAY]));
          expect((await etl(context)).rows.get('locations')).toBe(1);
          store.files.set(
            `${LOG_ROOT}/b.json`,
            linesOf([OTHER_PLAY, { ...OTHER_PLAY, itemInSession: 2, location: 'Cork' }]),
          );
          await etl(context);
          expect(await rows(context)).toEqual([
            ['Cork', 1],
            ['Dublin', 2],
          ]);
          await rebuild(context);
          expect(await rows(context)).toEqual([
            ['Cork', 1],
            ['Dublin', 2],
          ]);
          expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
          await runSql(context.warehouse, "UPDATE locations SET plays = 7 WHERE location = 'Cork'");
          expect((await reconcile(context, { recounts: false })).disagreements).toMatchObject([
            {
              rule: 'locations',
              count: 1,
              examples: ['location "Cork": plays is 7 instead of 1'],
            },
          ]);
        },
        { model: loadModel(folder) },
      );
    }));

  test('gives what a rebuild gives where a play is corrected to another place, to none, or to no play at all', () =>
    withFolder(async (folder) => {
      cpSync(BUILT_IN_MODEL, folder, { recursive: true });
      for (const [file, sql] of Object.entries(LOCATIONS_FILES)) {
        writeFileSync(join(folder, file), sql);
      }
      await withLoader(
        engine,
        async ({ context, store }) => {
          const load = async (play: EventRecord) => {
            store.files.set(`${LOG_ROOT}/a.json`, linesOf([play, OTHER_PLAY]));
            await etl(context);
            const loaded = await rows(context);
            await rebuild(context);
            expect(await rows(context)).toEqual(loaded);
            expect((await reconcile(context, { recounts: false })).disagreements).toEqual([]);
            return loaded;
          };
          expect(await load({ ...PLAY, location: 'Galway' })).toEqual([
            ['Dublin', 1],
            ['Galway', 1],
          ]);
          expect(await load({ ...PLAY, location: 'Cork  ' })).toEqual([
            ['Cork', 1],
            ['Dublin', 1],
          ]);
          expect(await load({ ...PLAY, location: null })).toEqual([['Dublin', 1]]);
          expect(await load({ ...PLAY, location: 'Dublin ' })).toEqual([['Dublin', 2]]);
          expect(await load({ ...PLAY, page: 'Home' })).toEqual([['Dublin', 1]]);
        },
        { model: loadModel(folder) },
      );
    }));
});

async function rows({ warehouse }: LoadContext) {
  return (await warehouse.query('SELECT location, plays FROM locations ORDER BY location')).rows;
}
