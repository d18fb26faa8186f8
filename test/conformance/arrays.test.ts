import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { engines } from '../support/engines.ts';
import { type FolderLoader, openFolderLoader, refusesWhole } from '../support/hostile.ts';
import { countRows, PLAY, SONG } from '../support/trials.ts';

const play = (itemInSession: number, more: object = {}) => ({ ...PLAY, itemInSession, ...more });
/** More than the 8 MiB from which a file whose records are lines is passed on. */
const big = [1, 2, 3].map((item) => play(100 + item, { padding: 'x'.repeat(3_000_000) }));

describe.each(engines)('files that are one array, on $name', (engine) => {
  let open: FolderLoader;
  beforeAll(async () => {
    open = await openFolderLoader(engine);
  });
  afterAll(() => open.close());

  test('load each element as a record, and reconcile', async () => {
    const { loader, logs, songs } = await open.fresh();
    writeFileSync(join(logs, 'a.json'), JSON.stringify([play(1), play(2)]));
    writeFileSync(join(logs, 'b.json.gz'), gzipSync(JSON.stringify([play(3), play(4, { length: 1.5 })], null, 2)));
    writeFileSync(join(logs, 'c.json'), '[]');
    writeFileSync(join(logs, 'd.json'), `[\n${big.map((one) => JSON.stringify(one)).join('\n,\n')}\n]\n`);
    writeFileSync(join(logs, 'e.jsonl'), `${JSON.stringify(play(5))}\n${JSON.stringify(play(6))}\n`);
    writeFileSync(join(songs, 'a.json'), JSON.stringify([SONG]));
    const { tables } = await etl(loader.context);
    expect(tables.map(({ files, records }) => [files, records])).toEqual([
      [5, 9],
      [1, 1],
    ]);
    expect([await countRows(loader, 'songplays'), await countRows(loader, 'songs')]).toEqual([9, 1]);
    expect((await etl(loader.context)).status).toBe('up_to_date');
    expect((await reconcile(loader.context, { recounts: true })).disagreements).toEqual([]);
  });

  test('name the line and column of a value that does not fit, and with --max-errors lose only that record', async () => {
    const { loader, logs } = await open.fresh();
    const elements = [play(11), play(12, { ts: 'yesterday' }), play(13)];
    writeFileSync(join(logs, 'a.json'), `[\n${elements.map((one) => JSON.stringify(one)).join(',\n')}]`);
    await refusesWhole(loader, 3, /./);
    const tolerance = { maxErrors: 1, quarantine: false, excerpts: true };
    const { rejects, tables } = await etl({ ...loader.context, tolerance });
    expect(tables[0]).toMatchObject({ records: 3, rejected: 1 });
    expect(rejects).toMatchObject([{ line: 3, column: 'ts', reason: '"yesterday" is not a whole number' }]);
  });

  test('with a malformed element are refused as a whole, also with --max-errors, and set aside with --quarantine', async () => {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'a.json'), `[${JSON.stringify(play(21))},\n{"ts":x},\n${JSON.stringify(play(22))}]`);
    writeFileSync(join(logs, 'b.json'), JSON.stringify([play(23)]));
    const context = (quarantine: boolean) => ({
      ...loader.context,
      tolerance: { maxErrors: 10, quarantine, excerpts: true },
    });
    const before = await countRows(loader, 'staging_events');
    await expect(etl(context(false))).rejects.toMatchObject({
      exitCode: 3,
      problems: [
        {
          line: 2,
          column: 7,
          reason:
            'expected a value, found "x"; the file is one array, which cannot be divided into records after a mistake',
        },
      ],
    });
    expect(await countRows(loader, 'staging_events')).toBe(before);
    expect((await etl(context(true))).quarantined).toMatchObject([{ file: join(logs, 'a.json') }]);
    expect(await countRows(loader, 'staging_events')).toBe(before + 1);
  });
});
