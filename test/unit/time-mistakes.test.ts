import { expect, test } from '@jest/globals';
import { errorOf, type ModelMistake } from '../support/model-error.ts';

const SONGS = `-- key: song_id
-- time: born
CREATE TABLE songs (
  song_id VARCHAR(256) NOT NULL,
  born BIGINT NOT NULL
);

SELECT song_id, COALESCE(year, 0) AS born
FROM current_songs
`;

const LATEST = `-- key: user_id
-- time: latest
-- affected by: current_events as user_id, ts
CREATE TABLE users (
  user_id BIGINT NOT NULL,
  latest BIGINT NOT NULL
);

SELECT user_id, MAX(ts) AS latest
FROM current_events
GROUP BY user_id
`;

const MORE = `-- source: MORE
-- key: id, day
-- time: day
CREATE TABLE staging_more (
  id BIGINT NOT NULL,
  day VARCHAR(10) NOT NULL
)
`;

const MISTAKES: readonly ModelMistake[] = [
  [
    'a time that is no column',
    ['star/songplays.sql', '-- time: start_time', '-- time: ts'],
    'star/songplays.sql: "-- time:" names ts, which is not a column of the table',
    'Name columns of the CREATE TABLE',
  ],
  [
    'a time of several columns',
    ['star/songplays.sql', '-- time: start_time', '-- time: start_time, session_id'],
    'star/songplays.sql, line 3: "-- time:" names several columns',
    'Name the one column',
  ],
  [
    'a time that could be NULL',
    ['star/songplays.sql', 'start_time TIMESTAMP NOT NULL', 'start_time TIMESTAMP'],
    'star/songplays.sql, line 3: start_time could be NULL',
    'Write NOT NULL after its type',
  ],
  [
    'a time of a current table that a new version can change',
    ['current/current_events.sql', '-- time: ts', '-- time: page'],
    'current/current_events.sql, line 5: page could change while the key stays the same',
    "Name a column that is made of the staging table's key",
  ],
  [
    'a time of a staging table that has a current table of its own',
    ['staging/staging_songs.sql', '-- key: song_id', '-- key: song_id\n-- time: song_id'],
    'staging/staging_songs.sql, line 10: the rows that count are in current_songs',
    'at the head of current_songs',
  ],
  [
    'a time that an input does not tell',
    ['star/songs.sql', /[\s\S]*/, SONGS],
    'star/songs.sql, line 2: nothing says which column of current_songs has the values of born',
    'Write "-- affected by: current_songs as song_id, born"',
  ],
  [
    'a time that is the latest of several',
    ['star/users.sql', /[\s\S]*/, LATEST],
    'star/users.sql, line 2: latest is MAX(…), one of several times of a row',
    'Name a column that is the same for all rows of the key',
  ],
  [
    'a time of a staging table that is text in a key of several columns',
    ['staging/staging_more.sql', '', MORE],
    'staging/staging_more.sql, line 3: blanks at the end of day do not count in the key',
    "Write a current table with RTRIM(day, ' ') AS day in its key",
  ],
  [
    'a query for affected keys without the time',
    ['star/songplays.affected.sql', ', e.start_time', ''],
    'star/songplays.affected.sql, line 1: the query for affected keys gives no start_time',
    'Select songplay_id, start_time',
  ],
];

test.each(MISTAKES)('%s is told with its place and what to write', async (_, change, message, next) => {
  const error = await errorOf([change]);
  expect({ message: error.message, next: error.next }).toEqual({
    message: expect.stringContaining(message),
    next: expect.stringContaining(next),
  });
});
