import * as fc from 'fast-check';
import { type EventRecord, eventKey, matchesPlay, rtrim, type SongRecord, type StagedRun } from './oracle.ts';

export const LOG_ROOT = 'memory://log_data';
export const SONG_ROOT = 'memory://song_data';

/** What happens before a run: files are written, new, changed or as they were before. Then etl runs. */
export interface Move {
  readonly logs: readonly { readonly file: number; readonly events: readonly EventRecord[] }[];
  readonly songs: readonly { readonly file: number; readonly songs: readonly SongRecord[] }[];
  /** Files that are moved before that, where they are there. */
  readonly renames?: readonly { readonly root: string; readonly from: number; readonly to: number }[];
}

/** A history of a warehouse. */
export type Scenario = readonly Move[];

const FIRST_TS = Date.UTC(2018, 10, 1, 21, 1, 46, 796);
const DAY = 86_400_000;
const TITLES = [
  'Setanta matins',
  'Setanta matins',
  'Setanta matins',
  'Setanta matins',
  'Setanta matins ',
  'Øde',
  '',
  null,
] as const;
const ARTISTS = ['Elena', 'Elena', 'Elena', 'Elena', 'Elena ', 'Elena feat. Ö', '4.6', null] as const;
const DURATIONS = [269.58322, 269.58322, 269.58322, 218.93179, null] as const;

/** Few values each, so that keys meet: ties, corrections, late songs, moving artists, several matches. */
export const events: fc.Arbitrary<EventRecord> = fc.record({
  ts: fc.constantFrom(FIRST_TS, FIRST_TS + 1, FIRST_TS + DAY, FIRST_TS + 60 * DAY, -1),
  sessionId: fc.constantFrom(1, 2),
  itemInSession: fc.constantFrom(0, 1),
  userId: fc.constantFrom('', '7', '8'),
  page: fc.constantFrom('NextSong', 'NextSong', 'NextSong', 'Home', 'NextSong '),
  auth: fc.constantFrom('Logged In', 'Logged In', 'Logged In', 'Logged Out', null),
  level: fc.constantFrom('free', 'paid'),
  song: fc.constantFrom(...TITLES),
  artist: fc.constantFrom(...ARTISTS),
  length: fc.constantFrom(...DURATIONS),
  location: fc.constantFrom('Portland', '', null),
  userAgent: fc.constantFrom('"Mozilla"', null),
  firstName: fc.constantFrom('Ann', 'Bo', null),
  lastName: fc.constantFrom('Li', null),
  gender: fc.constantFrom('F', null),
});

export const songs: fc.Arbitrary<SongRecord> = fc.record({
  song_id: fc.constantFrom('SOA', 'SOB', 'SOa', 'SOA '),
  title: fc.constantFrom(...TITLES),
  artist_id: fc.constantFrom('AR1', 'AR2', 'AR1 '),
  artist_name: fc.constantFrom(...ARTISTS),
  artist_location: fc.constantFrom('London', '', null),
  artist_latitude: fc.constantFrom(51.5, null),
  artist_longitude: fc.constantFrom(-0.1, null),
  year: fc.constantFrom(0, 1999),
  duration: fc.constantFrom(...DURATIONS),
});

const fileNumber = fc.constantFrom(0, 1, 2);

const move: fc.Arbitrary<Move> = fc.record({
  logs: fc.uniqueArray(fc.record({ file: fileNumber, events: fc.array(events, { maxLength: 5 }) }), {
    selector: ({ file }) => file,
    maxLength: 2,
  }),
  songs: fc.uniqueArray(fc.record({ file: fileNumber, songs: fc.array(songs, { maxLength: 3 }) }), {
    selector: ({ file }) => file,
    maxLength: 2,
  }),
  renames: fc.array(
    fc.record({
      root: fc.constantFrom(LOG_ROOT, SONG_ROOT),
      from: fc.constantFrom(0, 1, 2, 3),
      to: fc.constantFrom(0, 3, 4),
    }),
    { maxLength: 2 },
  ),
});

/** Histories in which files may disagree, change, move and come back. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .array(move, { minLength: 1, maxLength: 4 })
  .chain((moves) =>
    fc
      .integer({ min: 0, max: moves.length - 1 })
      .map((again) => [...moves, ...(again % 2 === 0 ? moves.slice(again, again + 1) : [])]),
  );

/** Names that files have got when the tables are made anew; those of `additions` too. */
export const renamings: fc.Arbitrary<NonNullable<Move['renames']>> = fc.uniqueArray(
  fc.record({
    root: fc.constantFrom(LOG_ROOT, SONG_ROOT),
    from: fc.constantFrom(0, 1, 2, 3, 10, 11, 12, 20, 21, 22),
    to: fc.constantFrom(5, 6, 7),
  }),
  { maxLength: 3, selector: ({ root, to }) => `${root} ${to}` },
);

/** Histories in which no file is overwritten: each that is written has a name of its own. */
export const additions: fc.Arbitrary<Scenario> = scenarios.map((moves) =>
  moves.map(({ logs, songs }, run) => ({
    logs: logs.map((one) => ({ ...one, file: 10 * (run + 1) + one.file })),
    songs: songs.map((one) => ({ ...one, file: 10 * (run + 1) + one.file })),
  })),
);

/** Files in which no two records disagree about an event or a song, and two ways to cut them into runs. */
export interface Agreement {
  readonly files: readonly {
    readonly kind: 'log' | 'song';
    readonly events: readonly EventRecord[];
    readonly songs: readonly SongRecord[];
  }[];
  /** The run each file comes in, for one loader and for another; the order within a run is the file's own. */
  readonly partitions: readonly (readonly number[])[];
}

export const agreements: fc.Arbitrary<Agreement> = fc
  .record({
    events: fc.uniqueArray(events, { selector: eventKey, minLength: 1, maxLength: 8 }),
    songs: fc.uniqueArray(songs, { selector: ({ song_id }) => rtrim(song_id), minLength: 1, maxLength: 3 }),
  })
  .chain(({ events, songs }) => {
    // Every record may stand in several files.
    const picks = fc.array(fc.nat({ max: 255 }), { minLength: 4, maxLength: 4 });
    return fc.record({ logPicks: picks, songPicks: picks }).chain(({ logPicks, songPicks }) => {
      const logs = logPicks.map((bits) => ({
        kind: 'log' as const,
        songs: [],
        events: events.filter((_, index) => (bits >> index) & 1),
      }));
      const catalogue = songPicks.map((bits) => ({
        kind: 'song' as const,
        events: [],
        songs: songs.filter((_, index) => (bits >> index) & 1),
      }));
      const files = [...logs, ...catalogue];
      const partition = fc.array(fc.nat({ max: 3 }), { minLength: files.length, maxLength: files.length });
      return fc.record({ files: fc.constant(files), partitions: fc.tuple(partition, partition) });
    });
  });

/** What a history is made of; each class must be frequent enough to mean something. */
export const CLASSES = [
  'tie',
  'duplicate',
  'correction',
  'late song',
  'released play',
  'artist moves',
  'no user',
  'several matches',
  'blanks decide',
  'restored',
  'moved',
] as const;

/** What the runs of a scenario must stage, by a ledger of the tests' own. */
export interface History {
  readonly runs: readonly (StagedRun & { readonly files: number; readonly loaded: Files })[];
  /** Whether a version of a file came back after another had been loaded. */
  readonly restored: boolean;
  /** Whether a file that had been loaded was found under another name. */
  readonly moved: boolean;
}

/**
 * A run takes the files that are not as they were last loaded, but for those that were only moved: what they hold was
 * loaded under other names, and fewer files hold it now than were loaded with it.
 */
export function historyOf(scenario: Scenario): History {
  const versions = new Map<string, string[]>();
  const loads = new Map<string, Set<string>>();
  const now = new Map<string, string>();
  let moved = false;
  const runs = scenario.map((move) => {
    applyMove(now, move);
    const claims = new Map<string, number>();
    const fates = [...now].map(([uri, text]) => {
      const fate = fateOf(uri, text, { versions, loads, now, claims });
      if (fate === 'moved') claims.set(text, (claims.get(text) ?? 0) + 1);
      return { uri, text, fate };
    });
    const taken = fates.filter(({ fate }) => fate !== 'known');
    for (const { uri, text } of taken) {
      versions.set(uri, [...(versions.get(uri) ?? []), text]);
    }
    moved ||= taken.some(({ fate }) => fate === 'moved');
    const loaded = taken.filter(({ fate }) => fate === 'loaded');
    for (const { uri, text } of loaded) {
      loads.set(uri, (loads.get(uri) ?? new Set()).add(text));
    }
    const files = loaded.map(({ uri, text }) => [uri, text] as const);
    return { ...recordsOf(files), files: taken.length, loaded: files };
  });
  return { runs, moved, restored: [...versions.values()].some((texts) => new Set(texts).size < texts.length) };
}

/** Files by their URI. */
type Files = readonly (readonly [uri: string, text: string])[];

/** The runs of a replay from these files: each content comes as it came last. Whether nothing that was loaded is missing. */
export function replayOf({ runs }: History, files: ReadonlyMap<string, string | Uint8Array>) {
  const contentOf = ([uri, text]: Files[number]) => `${uri.slice(0, uri.lastIndexOf('/'))} ${text}`;
  const lastRun = new Map(runs.flatMap(({ loaded }, run) => loaded.map((file) => [contentOf(file), run] as const)));
  const texts = [...files].map(([uri, content]) => [uri, String(content)] as const);
  const present = new Map(texts.map((file) => [contentOf(file), file]));
  const inRun = (wanted: number) => [...present].filter(([content]) => lastRun.get(content) === wanted);
  return {
    runs: runs.map((_, run) => recordsOf(inRun(run).map(([, file]) => file))),
    isWhole: [...lastRun.keys()].every((content) => present.has(content)),
  };
}

/** The records of files. */
export function recordsOf(files: Files): StagedRun {
  const below = (root: string) => files.filter(([uri]) => uri.startsWith(root)).flatMap(([, text]) => parsed(text));
  return { events: below(LOG_ROOT) as readonly EventRecord[], songs: below(SONG_ROOT) as readonly SongRecord[] };
}

function parsed(text: string): readonly unknown[] {
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

interface Known {
  /** The texts that were loaded, or seen to have been moved, under each URI, in order. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** Those that were loaded. */
  readonly loads: ReadonlyMap<string, ReadonlySet<string>>;
  /** The texts that are there. */
  readonly now: ReadonlyMap<string, string>;
  /** How many new files with a text were taken for moved in this run. */
  readonly claims: ReadonlyMap<string, number>;
}

/** What becomes of a file. */
function fateOf(uri: string, text: string, { versions, loads, now, claims }: Known): 'known' | 'loaded' | 'moved' {
  const own = versions.get(uri) ?? [];
  if (own.at(-1) === text) {
    return 'known';
  }
  const root = uri.slice(0, uri.lastIndexOf('/'));
  const others = [...versions].filter(([other, texts]) => other.startsWith(root) && texts.includes(text));
  const isElsewhere = text !== '' && others.length > 0 && !own.includes(text);
  const held = others.filter(([other, texts]) => texts.at(-1) === text && now.get(other) === text).length;
  const loaded = others.filter(([other]) => loads.get(other)?.has(text)).length;
  return isElsewhere && (held === 0 || held + (claims.get(text) ?? 0) < loaded) ? 'moved' : 'loaded';
}

/** What a move does to the files. */
export function applyMove(files: Map<string, string | Uint8Array>, move: Move): void {
  for (const { root, from, to } of move.renames ?? []) {
    const text = files.get(uriOf(root, from));
    if (text !== undefined && from !== to) {
      files.delete(uriOf(root, from));
      files.set(uriOf(root, to), text);
    }
  }
  for (const [uri, text] of filesOf(move)) {
    files.set(uri, text);
  }
}

/** The files of a move, by URI. */
function filesOf({ logs, songs }: Move): readonly (readonly [uri: string, text: string])[] {
  const logFiles = logs.map(({ file, events }) => [uriOf(LOG_ROOT, file), linesOf(events)] as const);
  return [...logFiles, ...songs.map((one) => [uriOf(SONG_ROOT, one.file), linesOf(one.songs)] as const)];
}

/** A file of records, one a line. */
export function linesOf(records: readonly (EventRecord | SongRecord)[]): string {
  return records.map((record) => JSON.stringify(record)).join('\n');
}

function uriOf(root: string, file: number): string {
  return `${root}/${file}.json`;
}

/** The classes a history falls into. */
export function classesOf({ runs, restored, moved }: History): ReadonlySet<(typeof CLASSES)[number]> {
  const events = runs.flatMap((run) => run.events);
  const songs = runs.flatMap((run) => run.songs);
  const found = new Set<(typeof CLASSES)[number]>();
  const note = (name: (typeof CLASSES)[number], holds: boolean) => holds && found.add(name);
  const texts = new Set(events.map((one) => JSON.stringify(one)));
  const keys = new Set(events.map(eventKey));
  note('duplicate', texts.size < events.length);
  note(
    'tie',
    runs.some(
      (run) => new Set(run.events.map((one) => JSON.stringify(one))).size > new Set(run.events.map(eventKey)).size,
    ),
  );
  note('correction', texts.size > keys.size);
  note(
    'no user',
    events.some(({ userId }) => userId === ''),
  );
  note(
    'late song',
    runs.some((run, at) =>
      runs.slice(at + 1).some((later) => later.songs.some((one) => run.events.some((play) => matchesPlay(one, play)))),
    ),
  );
  note(
    'released play',
    songVersions(songs).some(([old, now]) => events.some((play) => matchesPlay(old, play) && !matchesPlay(now, play))),
  );
  note(
    'artist moves',
    songVersions(songs).some(([old, now]) => rtrim(old.artist_id) !== rtrim(now.artist_id)),
  );
  note(
    'several matches',
    events.some(
      (play) => new Set(songs.filter((one) => matchesPlay(one, play)).map((one) => rtrim(one.song_id))).size > 1,
    ),
  );
  note(
    'blanks decide',
    events.some((play) =>
      songs.some((one) => matchesPlay(one, play) && (one.title !== play.song || one.artist_name !== play.artist)),
    ),
  );
  note('restored', restored);
  note('moved', moved);
  return found;
}

/** Consecutive versions of each song. */
function songVersions(songs: readonly SongRecord[]): readonly (readonly [SongRecord, SongRecord])[] {
  return songs.flatMap((one, at) => {
    const next = songs.slice(at + 1).find((other) => rtrim(other.song_id) === rtrim(one.song_id));
    return next === undefined ? [] : [[one, next] as const];
  });
}
