import { describe, expect, test } from '@jest/globals';
import { renameTables } from '../../src/sql/rename.ts';

const NAMES = new Map([
  ['songs', '"expected_songs"'],
  ['time', '"expected_time"'],
  ['events', '"expected_events"'],
]);

describe('tables are renamed', () => {
  test.each([
    [
      'SELECT * FROM songs s JOIN events e ON e.id = s.id',
      'SELECT * FROM "expected_songs" s JOIN "expected_events" e ON e.id = s.id',
    ],
    ['INSERT INTO time (hour) SELECT 1', 'INSERT INTO "expected_time" (hour) SELECT 1'],
    [
      'DELETE FROM "songs" WHERE id IN (SELECT id FROM events)',
      'DELETE FROM "expected_songs" WHERE id IN (SELECT id FROM "expected_events")',
    ],
    [
      'DELETE FROM songs USING events WHERE songs.id = events.id',
      'DELETE FROM "expected_songs" USING "expected_events" WHERE "expected_songs".id = "expected_events".id',
    ],
    ['UPDATE songs SET time = 1', 'UPDATE "expected_songs" SET time = 1'],
    [
      'SELECT 1 FROM (SELECT 2) x, songs, run_x r, events WHERE 1 = 1',
      'SELECT 1 FROM (SELECT 2) x, "expected_songs", run_x r, "expected_events" WHERE 1 = 1',
    ],
    [
      'WITH songs AS (SELECT * FROM songs) SELECT songs.id FROM songs',
      'WITH songs AS (SELECT * FROM "expected_songs") SELECT songs.id FROM songs',
    ],
    [
      'SELECT (x), time.hour AS time FROM time, "songs" WHERE ("songs".id = Time.hour)',
      'SELECT (x), "expected_time".hour AS time FROM "expected_time", "expected_songs" WHERE ("expected_songs".id = "expected_time".hour)',
    ],
    [
      'CREATE TEMP TABLE run_songs AS SELECT * FROM Songs',
      'CREATE TEMP TABLE run_songs AS SELECT * FROM "expected_songs"',
    ],
  ])('where a table stands: %s', (sql, expected) => {
    expect(renameTables(sql, NAMES)).toBe(expected);
  });

  test.each([
    'SELECT songs, time FROM run_songs GROUP BY songs, time ORDER BY time, songs',
    'SELECT EXTRACT(HOUR FROM time) AS songs FROM run_songs WHERE songs IS NOT DISTINCT FROM time',
    "SELECT 'FROM songs' AS text -- FROM songs\nFROM run_songs /* JOIN songs */",
    'SELECT r.time FROM run_songs r',
    'SELECT TRIM(BOTH FROM songs) FROM run_songs',
    'SELECT songs.id, time.hour FROM run_songs songs JOIN run_time AS time ON time.hour = songs.id',
    'SELECT songs.id FROM (SELECT 1 AS id) songs, (SELECT 2 AS id) AS events WHERE songs.id < events.id',
    'WITH songs AS (SELECT 1 AS id), time (hour) AS (SELECT 2) SELECT songs.id, time.hour FROM songs, time',
    'SELECT $$ FROM songs $$ FROM other.songs',
  ])('and nowhere else: %s', (sql) => {
    expect(renameTables(sql, NAMES)).toBe(sql);
  });
});
