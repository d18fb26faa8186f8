import type { EventRecord, SongRecord } from './oracle.ts';
import type { Move, Scenario } from './scenario.ts';
import { PLAY, SONG } from './trials.ts';

/** A history with one thing in it, named after what it shows. */
export interface Example {
  readonly name: string;
  readonly scenario: Scenario;
}

/** Records of one run; each log and each song file of it has its place in the list as its number. */
function run(logs: readonly (readonly EventRecord[])[], songs: readonly (readonly SongRecord[])[] = []): Move {
  return {
    logs: logs.map((events, file) => ({ file, events })),
    songs: songs.map((records, file) => ({ file, songs: records })),
  };
}

const LEVELS = ['free', 'paid', 'trial', 'gift', 'staff'];
const TIED_PLAYS = [0, 1, 2].flatMap((item) => LEVELS.map((level) => ({ ...PLAY, itemInSession: item, level })));
const TIED_SONGS = ['SO1', 'SO2', 'SO3'].flatMap((id) =>
  [1, 2, 3, 4, 5].map((year) => ({ ...SONG, song_id: id, title: `v${year}`, year })),
);
const SMALLER = { ...SONG, song_id: 'SOA', artist_id: 'ARA' };

export const EXAMPLES: readonly Example[] = [
  { name: 'a song that arrives after its play', scenario: [run([[PLAY]]), run([], [[SONG]])] },
  {
    name: 'a corrected song that releases its play',
    scenario: [run([[PLAY]], [[SONG]]), run([], [[{ ...SONG, title: 'Setanta' }]])],
  },
  {
    name: 'a song that moves to another artist',
    scenario: [run([[PLAY]], [[SONG]]), run([], [[{ ...SONG, artist_id: 'AR2' }]])],
  },
  {
    name: 'versions of an event that differ within a run',
    scenario: [run([TIED_PLAYS]), run([[...TIED_PLAYS].reverse()])],
  },
  {
    name: 'versions of a song that differ within a run',
    scenario: [run([], [TIED_SONGS]), run([], [[...TIED_SONGS].reverse()])],
  },
  {
    name: 'a play that turns out to be none',
    scenario: [run([[PLAY]], [[SONG]]), run([[{ ...PLAY, page: 'Home', level: 'paid' }]])],
  },
  { name: 'a corrected level', scenario: [run([[PLAY]]), run([[{ ...PLAY, level: 'paid' }]]), run([[PLAY]])] },
  {
    name: 'two songs that match one play',
    scenario: [run([[PLAY]], [[SONG, SMALLER]]), run([], [[SONG], [{ ...SMALLER, year: 7 }]])],
  },
  { name: 'a song of another duration', scenario: [run([[PLAY]], [[{ ...SONG, duration: 1 }]])] },
  {
    name: 'blanks at the end of title and artist',
    scenario: [run([[{ ...PLAY, song: 'Setanta matins  ', artist: 'Elena ' }]], [[SONG]])],
  },
  {
    name: 'several spellings of one artist',
    scenario: [
      run(
        [],
        [
          [{ ...SONG, song_id: 'SO9' }],
          [{ ...SONG, song_id: 'SO1', artist_name: 'Elena feat. Ö', artist_location: '' }],
        ],
      ),
    ],
  },
  {
    name: 'a user whose latest event arrives first',
    scenario: [
      run([[{ ...PLAY, ts: PLAY.ts + 5, level: 'paid' }]]),
      run([[PLAY]]),
      run([[{ ...PLAY, ts: PLAY.ts + 5, itemInSession: 4 }]]),
    ],
  },
  { name: 'a user who is only met logged out', scenario: [run([[{ ...PLAY, page: 'Home', auth: 'Logged Out' }]])] },
  { name: 'a play of nobody', scenario: [run([[{ ...PLAY, userId: '' }]])] },
  { name: 'files without records', scenario: [run([[]], [[]])] },
];
