import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { CONFIG, json, run, withProject } from '../support/cli-project.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';

/** A project whose tables are made, with a log file of these records besides the sample. */
function withRecords<T>(records: readonly object[], action: (folder: string, file: string) => Promise<T>): Promise<T> {
  return withProject(async (folder) => {
    const file = join(folder, 'log_data', 'own.json');
    writeFileSync(file, linesOf(records as never));
    await run(folder, ['create-tables']);
    return action(folder, file);
  });
}

const UNKNOWN = [
  PLAY,
  { ...PLAY, itemInSession: 1, userAgnt: 'x', campaign: 'y' },
  { ...PLAY, itemInSession: 2, campaign: 1 },
];

describe('keys that no column takes', () => {
  test('are no matter in generated data', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const { unknown_keys, tables } = await json(folder, ['etl']);
      expect(unknown_keys).toEqual([]);
      for (const { keys } of tables) {
        expect(keys).toEqual({ met: keys.met, loaded: keys.met, rescued: 0, ignored: 0, unknown: 0 });
      }
      expect((await run(folder, ['status'])).stdout).not.toContain('unknown');
      expect(await json(folder, ['plan'])).toMatchObject({ latest_unknown_keys: [] });
    }));

  test('are told to people and to programs, in a dry run too, and are loaded without', () =>
    withRecords(UNKNOWN, async (folder, file) => {
      const keys = [
        { key: 'userAgnt', records: 1, file, line: 2, like: 'useragent' },
        { key: 'campaign', records: 2, file, line: 2, like: null },
      ];
      const unknown = [{ table: 'staging_events', rescued: false, keys, more: null }];
      expect(await json(folder, ['plan'])).toMatchObject({ unknown_keys: null });
      expect(await json(folder, ['etl', '--dry-run'])).toMatchObject({ status: 'planned', unknown_keys: unknown });
      expect((await run(folder, ['etl', '--dry-run'])).stderr).toContain('2 keys that no column takes are not loaded:');
      const { stdout, stderr } = await run(folder, ['etl', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'loaded', unknown_keys: unknown });
      const [events] = JSON.parse(stdout).tables;
      expect(events.keys).toEqual({
        met: expect.any(Number),
        loaded: events.keys.met - 3,
        rescued: 0,
        ignored: 0,
        unknown: 3,
      });
      expect(stderr).toContain(`warning: staging_events: 2 keys that no column takes are not loaded:
  userAgnt, 1 record, like useragent: ${file}, line 2
  campaign, 2 records: ${file}, line 2
  Add columns to the model for the keys to load, name the others in a line "-- ignore: a, b" at the head of sql/models/sparkify/staging/staging_events.sql (docs/models.md).
`);
      expect(await json(folder, ['etl'])).toMatchObject({ status: 'up_to_date', unknown_keys: [] });
    }));

  test('are remembered: status and plan tell those of the newest run, and reconcile counts them again', () =>
    withRecords(UNKNOWN, async (folder, file) => {
      // So large that the engine reads it by itself.
      const long = Array.from({ length: 40 }, (_, index) => ({ ...PLAY, ts: index, campaign: 'x'.repeat(250_000) }));
      writeFileSync(join(folder, 'log_data', 'own2.json'), linesOf(long as never));
      await run(folder, ['etl']);
      const status = await json(folder, ['status']);
      expect(status.runs[0].keys).toMatchObject({ rescued: 0, ignored: 0, unknown: 43 });
      const uri = pathToFileURL(file).href;
      const keys = [
        { key: 'userAgnt', records: 1, file: uri, line: 2, like: 'useragent' },
        { key: 'campaign', records: 42, file: uri, line: 2, like: null },
      ];
      expect(status.unknown_keys).toEqual([{ table: 'staging_events', rescued: false, keys, more: null }]);
      expect((await run(folder, ['status'])).stdout).toMatch(
        /the newest run of +met the unknown key +records +like .*\n[- ]*\nstaging_events +userAgnt +1 +useragent /,
      );
      expect(await json(folder, ['plan'])).toMatchObject({
        unknown_keys: null,
        latest_unknown_keys: status.unknown_keys,
      });
      expect((await run(folder, ['plan'])).stderr).toContain(
        `note: staging_events: the newest run met keys that no column takes: userAgnt, 1 record, like useragent (${uri}, line 2); campaign, 42 records (${uri}, line 2)`,
      );
      await run(folder, ['reconcile', '--recount']);
      writeFileSync(join(folder, 'log_data', 'later.json'), linesOf([{ ...PLAY, itemInSession: 3 }]));
      await run(folder, ['etl']);
      expect(await json(folder, ['plan'])).toMatchObject({ latest_unknown_keys: [] });
    }));

  test('are told to people in a few lines if there are many, and to programs up to a thousand', () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key_${index}`, 1]));
    return withRecords([{ ...PLAY, ...many }], async (folder, file) => {
      const { stdout, stderr } = await run(folder, ['etl', '--json']);
      expect(stderr).toMatch(/staging_events: at least (1,9\d\d|2,000) keys that no column takes are not loaded:\n/);
      expect(stderr).toMatch(/ {2}key_9, 1 record: .*\n {2}… at least 1,9\d\d more \(--json names up to 1,000\)\n/);
      const [{ keys, more }] = JSON.parse(stdout).unknown_keys;
      expect(keys).toHaveLength(1000);
      expect(keys.at(-1)).toEqual({ key: 'key_999', records: 1, file, line: 1, like: null });
      expect(more).toEqual({ keys: expect.any(Number), records: 1 });
      expect(more.keys).toBeGreaterThan(900);
      expect(more.keys).toBeLessThanOrEqual(1000);
    });
  });

  test('refuse the load with code 3 as dwh.cfg says, which the command line outranks', () =>
    withRecords(UNKNOWN, async (folder, file) => {
      const write = (load: string) => writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[LOAD]\n${load}\n`);
      write('UNKNOWN_KEYS = refuse');
      const { stdout, stderr } = await run(folder, ['etl', '--json', '--no-excerpts'], 3);
      expect(stderr).toContain(`error: 2 keys have no column in staging_events; nothing was loaded
  ${file}, line 2: userAgnt, 1 record, like useragent
  ${file}, line 2: campaign, 2 records
`);
      expect(stderr).toMatch(/next: Add columns to the model .*-- ignore: a, b.*--unknown-keys warn\.\n/);
      expect(JSON.parse(stdout)).toMatchObject({
        exit_code: 3,
        error: { problems: [{ file, line: 2 }, {}], unknown_keys: [{ table: 'staging_events', keys: [{}, {}] }] },
      });
      expect((await json(folder, ['status'])).rows).toMatchObject({ staging_events: 0 });
      expect(await json(folder, ['etl', '--unknown-keys', 'warn'])).toMatchObject({ rows: { staging_events: 303 } });
      write('UNKNOWN_KEYS = drop');
      expect((await run(folder, ['etl'], 2)).stderr).toContain('is none of warn, keep and refuse');
      write('UNKNOWN_KEYS = WARN');
      await run(folder, ['etl', '--unknown-keys', 'refuse']);
      await run(folder, ['etl', '--unknown-keys', 'drop'], 2);
    }));

  test('are kept in a column of their own, if that is asked, also of files that are too large to be rewritten for nothing', () =>
    withRecords(UNKNOWN, async (folder) => {
      const long = (campaign: object) =>
        linesOf(
          Array.from({ length: 40 }, (_, ts) => ({
            ...PLAY,
            ts,
            userAgent: 'x'.repeat(1000),
            location: ' '.repeat(250_000),
            ...campaign,
          })),
        );
      writeFileSync(join(folder, 'log_data', 'big-kept.json'), long({ campaign: [1.0] }));
      writeFileSync(join(folder, 'log_data', 'big-plain.json'), long({}));
      writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[LOAD]\nUNKNOWN_KEYS = Keep\n`);
      const dry = await run(folder, ['etl', '--dry-run']);
      expect(dry.stderr).toContain('2 keys that no column takes are kept in the column rescued:');
      const { stdout } = await run(folder, ['etl', '--json']);
      const { tables, unknown_keys } = JSON.parse(stdout);
      expect(tables[0].keys).toMatchObject({ rescued: 43, unknown: 0 });
      expect(unknown_keys).toMatchObject([{ table: 'staging_events', rescued: true }]);
      const sql = 'SELECT rescued, COUNT(*) AS n FROM staging_events GROUP BY rescued ORDER BY rescued NULLS LAST';
      const rows = JSON.parse((await run(folder, ['query', '--json', sql])).stdout);
      expect(rows).toEqual([
        { rescued: '{"campaign":1}', n: 1 },
        { rescued: '{"campaign":[1]}', n: 40 },
        { rescued: '{"userAgnt":"x","campaign":"y"}', n: 1 },
        { rescued: null, n: expect.any(Number) },
      ]);
      expect(await json(folder, ['status'])).toMatchObject({ unknown_keys: [{ rescued: true }] });
      await run(folder, ['reconcile', '--recount']);
    }));

  test('are told of columns too, whose keys whole files lack', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      expect(await json(folder, ['etl'])).toMatchObject({ vanished_keys: [] });
      const logs = readdirSync(join(folder, 'log_data'), { recursive: true, encoding: 'utf8' });
      const first = logs.find((name) => name.endsWith('.json')) ?? '';
      const [line = ''] = readFileSync(join(folder, 'log_data', first), 'utf8').split('\n');
      const { userAgent, ...rest } = JSON.parse(line);
      const later = join(folder, 'log_data', 'later.json');
      writeFileSync(later, linesOf([{ ...rest, itemInSession: 3 }]));
      const { stdout, stderr } = await run(folder, ['etl', '--json']);
      const [{ table, keys }] = JSON.parse(stdout).vanished_keys;
      const [{ earlier, ...key }] = keys;
      expect([table, keys.length, key]).toEqual([
        'staging_events',
        1,
        { column: 'useragent', files: 1, records: 1, file: later },
      ]);
      expect(earlier).toEqual({ files: expect.any(Number), had: earlier.files });
      expect(
        stderr,
      ).toContain(`warning: staging_events: the key of a column that earlier files had is missing from whole files:
  useragent: in none of the 1 record of ${later}; ${earlier.had} of ${earlier.files} earlier files had it
`);
    }));
});
