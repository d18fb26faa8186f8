import { expect, test } from '@jest/globals';
import { type Change, errorOf, type ModelMistake } from '../support/model-error.ts';

const SLIPS: readonly ModelMistake[] = [
  [
    'a constraint of a column',
    ['star/users.sql', 'user_id BIGINT NOT NULL', 'user_id BIGINT PRIMARY KEY'],
    'star/users.sql, line 5: PRIMARY KEY is not the same on every engine',
    'Write the type, and NOT NULL if it is so.',
  ],
  [
    'a SELECT in parentheses',
    ['star/songs.sql', /SELECT song_id[^;]*/, '(SELECT song_id, title, artist_id, year, duration FROM current_songs)'],
    'star/songs.sql, line 11: the SELECT begins with a parenthesis',
    'Begin with SELECT or WITH',
  ],
  [
    'a staging table without a source',
    ['staging/staging_songs.sql', '-- source: SONG_DATA\n', ''],
    'staging/staging_songs.sql: it names no source',
    'Begin the file with "-- source: NAME"',
  ],
  [
    'a source with a name that dwh.cfg cannot have',
    ['staging/staging_songs.sql', 'source: SONG_DATA', 'source: song-data'],
    'staging/staging_songs.sql, line 2: song-data cannot be the name of a source',
    'Write capital letters',
  ],
  [
    'a type that is misspelt',
    ['star/users.sql', 'first_name VARCHAR(256)', 'first_name VARCHR(256)'],
    'star/users.sql, line 6: not every engine has the type of first_name',
    'Declare it as VARCHAR(n), BIGINT, INTEGER',
  ],
  [
    'a type of one engine',
    ['current/current_songs.sql', 'title VARCHAR(1024)', 'title STRING'],
    'current/current_songs.sql, line 6: not every engine has the type of title',
    'Declare it as VARCHAR(n) with n in bytes',
  ],
  [
    'a type that is too long',
    ['star/users.sql', 'first_name VARCHAR(256)', 'first_name VARCHAR(70000)'],
    'star/users.sql, line 6: not every engine has the type of first_name',
    'Declare it as VARCHAR(n) with n from 1 to 65535',
  ],
  [
    'a type with too many digits',
    ['star/users.sql', 'first_name VARCHAR(256)', 'first_name DECIMAL(50, 2)'],
    'star/users.sql, line 6: not every engine has the type of first_name',
    'Declare it as DECIMAL(p, s) with p up to 38',
  ],
  [
    'a type of staging that is misspelt',
    ['staging/staging_songs.sql', 'year BIGINT', 'year BIGNIT'],
    ': a staging table cannot have the type of year',
    'Write VARCHAR(n), BIGINT',
  ],
  ...(
    [
      ['a column', 'Level', 'names Level, which a column takes', 'Take it out of the line'],
      ['the column for unknown keys', 'Rescued', 'names Rescued, which a column takes', 'Take it out of the line'],
      [
        'a key below a column',
        'campaign, level.name',
        'names level.name, which a column takes',
        'Take it out of the line',
      ],
      ['a key twice', 'campaign, "Campaign"', 'names Campaign twice', 'Name it once.'],
      ['nothing', '', 'has an entry that is no key', 'Separate keys by commas'],
      ['nothing between commas', 'a,,b', 'has an entry that is no key', 'Separate keys by commas'],
      [
        'something that needs quotes',
        'first name',
        'has an entry that is no key',
        'write a key with other signs in quotes',
      ],
      ['a quote that does not end', '"a', 'has an entry that is no key', 'write a key with other signs in quotes'],
    ] as const
  ).map(
    ([what, list, message, next]): ModelMistake => [
      `an ignored key that is ${what}`,
      ['staging/staging_events.sql', '-- key: ts', `-- ignore: ${list}\n-- key: ts`],
      `staging/staging_events.sql, line 9: "-- ignore:" ${message}`,
      next,
    ],
  ),
  [
    'ignored keys that are misspelt as a head',
    ['staging/staging_events.sql', '-- key: ts', '-- ignored: campaign\n-- key: ts'],
    'staging/staging_events.sql, line 9: -- ignored: campaign is read as a comment',
    'Write "-- ignore: campaign".',
  ],
  [
    'a head that is misspelt',
    ['star/users.sql', '-- affected by:', '-- afected by:'],
    'star/users.sql, line 3: -- afected by: current_events as user_id is read as a comment',
    'Write "-- affected by: current_events as user_id".',
  ],
  [
    'a head in the wrong file',
    ['star/users.sql', '-- key: user_id', '-- key: user_id\n-- source: USERS'],
    'star/users.sql, line 3: "-- source:" has no effect in this file',
    'Take the line away: it belongs to files of staging.',
  ],
  [
    'a head twice',
    ['star/users.sql', '-- key: user_id', '-- key: user_id\n-- key: level'],
    'star/users.sql, line 3: the file has a second line "-- key:"',
    'Write one such line',
  ],
  [
    'a head below CREATE TABLE',
    ['star/users.sql', '  level VARCHAR', '-- time: ts_last\n  ts_last BIGINT,\n  level VARCHAR'],
    '"-- time:" has no effect behind the beginning of the file',
    'in the first lines of the file.',
  ],
];

test.each(SLIPS)('%s is told with its place and what to write', async (_, change, message, next) => {
  const error = await errorOf([change]);
  expect({ message: error.message, next: error.next }).toEqual({
    message: expect.stringContaining(message),
    next: expect.stringContaining(next),
  });
});

test('a circle of tables is told with the other mistakes', async () => {
  const reads = (table: string, other: string): Change => [
    `star/${table}.sql`,
    '',
    `-- key: a\nCREATE TABLE ${table} (\n  a BIGINT NOT NULL\n);\nSELECT a FROM ${other}`,
  ];
  const { message } = await errorOf([
    reads('one', 'two'),
    reads('two', 'one'),
    ['star/users.sql', 'first_name VARCHAR(256)', 'first_name STRING'],
    ['staging/staging_songs.sql', '-- source: SONG_DATA\n', ''],
  ]);
  expect(message.split('\n').filter((line) => !line.startsWith('    '))).toEqual([
    'the model has 3 mistakes:',
    '  staging/staging_songs.sql: it names no source',
    '  star/users.sql, line 6: not every engine has the type of first_name',
    '  star/one.sql: the tables read each other in a circle: one reads two reads one',
  ]);
});

test('files that cannot be read are told with the other mistakes', async () => {
  const { message } = await errorOf([
    ['star/songs.sql', 'SELECT song_id', '-- é\nSELECT song_id'],
    ['star/users.sql', '-- key: user_id', '-- key: userid'],
    ['checks/star/known_level.sql', '-- severity: warning', '-- é'],
    ['queries/zero.sql', '', '-- Engines read no further than \0.\nSELECT 1 AS a\nFROM users'],
  ]);
  expect(message.split('\n').filter((line) => /^ {2}\S/.test(line))).toEqual([
    '  star/songs.sql, line 11: it is not UTF-8',
    '  star/users.sql: "-- key:" names userid, which is not a column of the table',
    '  checks/star/known_level.sql, line 1: it is not UTF-8',
    '  queries/zero.sql, line 1: it has the character U+0000',
  ]);
});
