import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fillAffected } from '../../src/sql/affected.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { withFolder } from '../support/engines.ts';
import { type Change, errorOf, type ModelMistake } from '../support/model-error.ts';

const users = (text: string) => ['star/users.sql', /[\s\S]*/, text] as const;

const MISTAKES: readonly ModelMistake[] = [
  [
    'a star table without a key',
    ['star/users.sql', '-- key: user_id\n', ''],
    'star/users.sql: it has no key',
    '-- key: ',
  ],
  [
    'a staging table without a key',
    ['staging/staging_songs.sql', '-- key: song_id\n', ''],
    'staging/staging_songs.sql: it has no key',
    '-- key: ',
  ],
  [
    'a key that is no column',
    ['star/users.sql', '-- key: user_id', '-- key: userid'],
    'star/users.sql: "-- key:" names userid, which is not a column of the table',
    'Name columns',
  ],
  [
    'a key that could be NULL',
    ['star/users.sql', 'user_id BIGINT NOT NULL', 'user_id BIGINT'],
    'star/users.sql, line 5: user_id belongs to the key and could be NULL',
    'Write NOT NULL',
  ],
  [
    'a star table without a SELECT',
    ['star/songs.sql', /\n\);[\s\S]*/, '\n)'],
    'star/songs.sql: it has no SELECT',
    'Write ); after the columns',
  ],
  [
    'a current table without a SELECT',
    ['current/current_songs.sql', /\n\);[\s\S]*/, '\n)'],
    'current/current_songs.sql: it has no SELECT',
    'Write ); after the columns',
  ],
  [
    'a current table of no staging table',
    ['current/current_songs.sql', '-- of: staging_songs\n', ''],
    'current/current_songs.sql: it does not say of which staging table it is',
    'such as staging_events',
  ],
  [
    'a current table of an unknown one',
    ['current/current_songs.sql', 'of: staging_songs', 'of: songs'],
    'current/current_songs.sql, line 2: songs is no staging table',
    'such as staging_events',
  ],
  [
    'a current table that joins',
    ['current/current_songs.sql', 'FROM staging_songs', 'FROM staging_songs\nJOIN staging_events ON 1 = 1'],
    'current/current_songs.sql, line 16: a current table has one row for each record',
    'Write SELECT …, … FROM staging_songs',
  ],
  [
    'a current table that reads nothing',
    ['current/current_songs.sql', 'FROM staging_songs', 'FORM staging_songs'],
    'current/current_songs.sql, line 16: a current table has one row for each record',
    'Write SELECT …, … FROM staging_songs',
  ],
  [
    'a SELECT of an unknown table',
    ['star/songs.sql', 'FROM current_songs', 'FROM current_song'],
    'star/songs.sql, line 12: a star table reads current_song',
    'Read current and star tables: current_events, current_songs, ',
  ],
  [
    'a SELECT of a staging table',
    ['star/songs.sql', 'FROM current_songs', 'FROM staging_songs'],
    'star/songs.sql, line 12: a star table reads staging_songs',
    'Read current and star tables',
  ],
  [
    'a SELECT of its own table',
    ['star/songs.sql', 'FROM current_songs', 'FROM songs'],
    'star/songs.sql, line 12: a star table reads songs',
    'Read current and star tables',
  ],
  [
    'an affected query of an unknown table',
    ['star/songplays.affected.sql', 'changed_current_songs', 'changed_songz'],
    'star/songplays.affected.sql, line 4: the query for affected keys reads changed_songz',
    'changed_current_songs',
  ],
  [
    'an input that the SELECT does not read',
    ['star/songplays.sql', 'by: current_events as event_id', 'by: users as user_id'],
    'star/songplays.sql, line 4: "-- affected by:" names users, which the SELECT does not read',
    'with a table that the SELECT reads',
  ],
  [
    'an affected column that is not there',
    ['star/songplays.sql', 'as event_id', 'as id'],
    'star/songplays.sql, line 4: id, start_time cannot be the key, which is songplay_id, and the time, which is start_time',
    'those that have the values of songplay_id, start_time',
  ],
  [
    'affected columns that are too many',
    ['star/songplays.sql', 'as event_id', 'as event_id, ts'],
    'star/songplays.sql, line 4: event_id, ts, start_time cannot be the key, which is songplay_id',
    'Name as many columns of current_events',
  ],
  [
    'a table with a reserved name',
    ['star/order.sql', '', '-- key: a\nCREATE TABLE order (\n  a BIGINT NOT NULL\n);\nSELECT user_id AS a FROM users'],
    'star/order.sql, line 2: order cannot be the name of a table on every engine',
    'no word that SQL reserves',
  ],
  [
    'a column with a reserved name',
    [
      'star/x.sql',
      '',
      '-- key: a\nCREATE TABLE x (\n  a BIGINT NOT NULL,\n  end BIGINT\n);\nSELECT user_id AS a, user_id AS end FROM users',
    ],
    'star/x.sql, line 4: end cannot be the name of a column on every engine',
    'no word that SQL reserves',
  ],
  [
    "a table with a name of the loader's",
    ['star/run_x.sql', '', '-- key: a\nCREATE TABLE run_x (\n  a BIGINT NOT NULL\n);\nSELECT user_id AS a FROM users'],
    'star/run_x.sql, line 2: run_x cannot be the name of a table',
    'Choose another name',
  ],
  [
    'a table with the name of a control table',
    [
      'star/load_run.sql',
      '',
      '-- key: a\nCREATE TABLE load_run (\n  a BIGINT NOT NULL\n);\nSELECT user_id AS a FROM users',
    ],
    'star/load_run.sql, line 2: another table is called load_run too: sql/loader/control/load_run.sql',
    'a name of its own',
  ],
  [
    'a placeholder with too many columns',
    ['star/users.sql', '{affected}', '{affected: user_id, ts}'],
    'star/users.sql, line 22: {affected: user_id, ts} does not fit the key, which is user_id',
    'or {affected} alone',
  ],
  [
    'a column that the SELECT of a current table does not give',
    ['current/current_songs.sql', ', duration\nFROM', '\nFROM'],
    'current/current_songs.sql, line 16: the SELECT gives no column duration',
    'Add "… AS duration"',
  ],
  [
    'a current table with another key than its staging table',
    ['current/current_songs.sql', '-- key: song_id', '-- key: artist_id'],
    'current/current_songs.sql, line 3: the key is not made of that of staging_songs',
    'Make the columns of the key from song_id',
  ],
  [
    'a key with the blanks at its end',
    ['current/current_songs.sql', "RTRIM(song_id, ' ') AS song_id", 'song_id'],
    'current/current_songs.sql, line 16: blanks at the end of song_id do not count in a key',
    "Write RTRIM(song_id, ' ') AS song_id.",
  ],
  [
    'a key that is NULL in staging',
    ['staging/staging_songs.sql', 'song_id VARCHAR(256) NOT NULL', 'song_id VARCHAR(256)'],
    'staging/staging_songs.sql: song_id is the key of a current table and could be NULL',
    'Write NOT NULL after its type, or leave',
  ],
  [
    'a current table that leaves rows out',
    ['current/current_songs.sql', 'FROM staging_songs', 'FROM staging_songs WHERE year > 0'],
    'current/current_songs.sql, line 16: a current table has one row for each record',
    'Star tables join, filter and group',
  ],
  [
    'a current table of aggregates',
    [
      'current/current_songs.sql',
      'duration\nFROM staging_songs',
      'ROW_NUMBER() OVER (ORDER BY year) AS duration\nFROM staging_songs',
    ],
    'current/current_songs.sql, line 16: a current table has one row for each record',
    'Star tables join, filter and group',
  ],
  [
    'a SELECT that is none',
    ['star/songs.sql', 'SELECT song_id', 'SELECT 1; SELECT song_id'],
    'star/songs.sql, line 11: it is not one SELECT',
    'Write one SELECT',
  ],
  [
    'a misspelt placeholder',
    ['star/artists.sql', '{affected}', '{effected}'],
    'star/artists.sql, line 27: a brace that begins no placeholder',
    'The only placeholder is {affected}',
  ],
  [
    'an affected query without changed rows',
    ['star/songplays.affected.sql', 'JOIN changed_current_songs m', 'JOIN current_songs m'],
    'star/songplays.affected.sql: the query for affected keys reads no changed rows',
    'Read at least one of changed_current_events, changed_current_songs',
  ],
  [
    'a file in another encoding',
    ['star/songs.sql', 'SELECT song_id', '-- é\nSELECT song_id'],
    'star/songs.sql, line 11: it is not UTF-8',
    'Save the file as UTF-8.',
  ],
  [
    'a comment that engines end at a carriage return',
    ['star/songs.sql', 'SELECT song_id', '-- Songs.\rDROP TABLE songs\nSELECT song_id'],
    'star/songs.sql, line 11: it has the character U+000D',
    'Delete it',
  ],
  [
    'a column that the SELECT of a star table does not give',
    ['star/songplays.sql', 'e.user_agent\nFROM', 'e.location AS agent\nFROM'],
    'star/songplays.sql, line 18: the SELECT gives no column user_agent',
    'Add "… AS user_agent"',
  ],
  [
    'a check of an unknown table',
    ['checks/star/known_level.sql', 'FROM run_current_events', 'FROM run_events'],
    'checks/star/known_level.sql, line 7: the check reads run_events',
    "the run's rows of current tables: run_current_events, run_current_songs",
  ],
  [
    'a check of staged rows that reads others',
    ['checks/staged/event_time_in_range.sql', 'FROM staging_events', 'FROM current_events'],
    'checks/staged/event_time_in_range.sql, line 9: the check reads current_events',
    'move the check to checks/star',
  ],
  [
    'a placeholder in a check of staged rows',
    ['checks/staged/event_time_in_range.sql', 'loaded_at >= {since}', '{affected songs}'],
    'checks/staged/event_time_in_range.sql, line 10: {affected songs} in a check of staged rows',
    'or write loaded_at >= {since}',
  ],
  [
    'a placeholder of an unknown table in a check',
    [
      'checks/star/one_songplay_per_play.sql',
      '{affected songplays: event_id, start_time}',
      '{affected plays: event_id}',
    ],
    'checks/star/one_songplay_per_play.sql, line 8: {affected plays: event_id} names no current or star table',
    'Write {affected table}, or',
  ],
  [
    'a key in small letters',
    ['current/current_songs.sql', "RTRIM(song_id, ' ') AS song_id", "LOWER(RTRIM(song_id, ' ')) AS song_id"],
    'current/current_songs.sql, line 16: the key could be the same for two records',
    'Make it of columns, RTRIM(text, ',
  ],
  [
    'a key with a value instead of NULL',
    ['current/current_songs.sql', "RTRIM(song_id, ' ') AS song_id", "COALESCE(RTRIM(song_id, ' '), '') AS song_id"],
    'current/current_songs.sql, line 16: the key could be the same for two records',
    'Make it of columns, RTRIM(text, ',
  ],
  [
    'a digest of text with the blanks at its end',
    ['current/current_songs.sql', "RTRIM(song_id, ' ') AS song_id", 'MD5(song_id) AS song_id'],
    'current/current_songs.sql, line 16: the key could be the same for two records',
    'Make it of columns, RTRIM(text, ',
  ],
  [
    'a key made of another column',
    ['current/current_songs.sql', "RTRIM(song_id, ' ') AS song_id", "MD5(RTRIM(artist_id, ' ')) AS song_id"],
    'current/current_songs.sql, line 3: the key is not made of that of staging_songs',
    'Make the columns of the key from song_id',
  ],
  [
    'two columns of one name',
    ['star/users.sql', '  level VARCHAR(256)', '  LEVEL VARCHAR(256),\n  level VARCHAR(256)'],
    'star/users.sql, line 9: the table has two columns level',
    'Delete one of them',
  ],
  [
    'a SELECT that gives a column twice',
    ['star/users.sql', 'gender, level\nFROM', 'gender, level, user_id AS level\nFROM'],
    'star/users.sql, line 13: the SELECT gives two columns level',
    'Leave one of them out',
  ],
  [
    'a column that PostgreSQL has anyway',
    [
      'star/x.sql',
      '',
      '-- key: a\nCREATE TABLE x (\n  a BIGINT NOT NULL,\n  xmin BIGINT\n);\nSELECT user_id AS a, user_id AS xmin FROM users',
    ],
    'star/x.sql, line 4: xmin cannot be the name of a column on every engine',
    'no word that SQL reserves',
  ],
  [
    'a key that names a column twice',
    ['star/users.sql', '-- key: user_id', '-- key: user_id, user_id'],
    'star/users.sql: "-- key:" names user_id twice',
    'Name each column once.',
  ],
  [
    'a current table of sums',
    ['current/current_songs.sql', ', duration\nFROM', ', SUM(duration) AS duration\nFROM'],
    'current/current_songs.sql, line 16: a current table has one row for each record',
    'Star tables join, filter and group',
  ],
];

describe('a mistake in a model is told with its place and what to write:', () => {
  test.each(MISTAKES)('%s', async (_, change, message, next) => {
    const error = await errorOf([change]);
    expect({ message: error.message, next: error.next }).toEqual({
      message: expect.stringContaining(message),
      next: expect.stringContaining(next),
    });
  });

  test('two tables that read each other', async () => {
    const reads = (table: string, other: string) =>
      [
        `star/${table}.sql`,
        '',
        `-- key: a\nCREATE TABLE ${table} (\n  a BIGINT NOT NULL\n);\nSELECT a FROM ${other}`,
      ] as const;
    const { message } = await errorOf([reads('one', 'two'), reads('two', 'one')]);
    expect(message).toBe('star/one.sql: the tables read each other in a circle: one reads two reads one');
  });

  test('two tables of one name', async () => {
    const twin = `-- key: a\nCREATE TABLE staging_songs (\n  a BIGINT NOT NULL\n);\nSELECT user_id AS a FROM users`;
    const { message } = await errorOf([['star/staging_songs.sql', '', twin]]);
    expect(message.split('\n')).toEqual([
      'the model has 2 mistakes:',
      '  staging/staging_songs.sql, line 10: another table is called staging_songs too: star/staging_songs.sql',
      '    Give each table a name of its own.',
      '  star/staging_songs.sql, line 2: another table is called staging_songs too: staging/staging_songs.sql',
      '    Give each table a name of its own.',
    ]);
  });

  test('a column whose name the loader gives to old values', async () => {
    const { message } = await errorOf([
      ['star/users.sql', '  level VARCHAR(256)', '  level VARCHAR(256),\n  before_level BIGINT'],
    ]);
    expect(message).toContain('star/users.sql, line 10: a load keeps the old level as before_level\n');
  });
});

test('all mistakes of a model are told at once', async () => {
  const changes: readonly Change[] = [
    users('CREATE TABLE users (user_id BIGINT)'),
    ['staging/staging_songs.sql', 'year BIGINT', 'year NUMERIC'],
    ['checks/star/known_level.sql', '-- severity: warning\n', ''],
  ];
  const { message, next } = await errorOf(changes);
  expect(message.split('\n')).toEqual([
    'the model has 3 mistakes:',
    '  staging/staging_songs.sql, line 20: a staging table cannot have the type of year',
    expect.stringContaining('Write VARCHAR(n)'),
    '  star/users.sql: no columns found',
    expect.stringContaining('Write CREATE TABLE name ('),
    '  checks/star/known_level.sql: no severity',
    expect.stringContaining('severity: error'),
  ]);
  expect(next).toBe('Correct these files and run again.');
  const places = await errorOf([
    ['star/songs.sql', 'FROM current_songs', 'FROM current_song'],
    ['star/users.sql', '-- key: user_id\n', ''],
  ]);
  expect(places.message).toContain(
    'the model has 2 mistakes:\n  star/songs.sql, line 12: a star table reads current_song\n',
  );
});

test('files with the marks of Windows, and a comment behind the SELECT, are read as they are meant', () =>
  withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    const path = join(folder, 'star/songs.sql');
    const text = `\uFEFF${readFileSync(path, 'utf8').trimEnd()};\n-- the end\n`;
    writeFileSync(path, text.replaceAll('\n', '\r\n'));
    const statementOf = (model: Model) => model.derivation.rebuild.find(({ name }) => name === 'insert_songs')?.sql;
    expect(statementOf(loadModel(folder))).toBe(statementOf(loadModel()));
  }));

test('what looks like a placeholder in a comment or a literal is none', async () => {
  const held = (sql: string) => fillAffected({ name: 'x', sql }, () => 'HELD').sql;
  expect(held("SELECT '{affected}' -- {affected}\nFROM t WHERE {affected} AND {affected: COALESCE(a, 'b'), c}")).toBe(
    "SELECT '{affected}' -- {affected}\nFROM t WHERE HELD AND HELD",
  );
});
