import { createHash } from 'node:crypto';

/** A log event as the tests write it. */
export interface EventRecord {
  readonly ts: number;
  readonly sessionId: number;
  readonly itemInSession: number;
  readonly userId: string;
  readonly page: string;
  readonly auth: string | null;
  readonly level: string | null;
  readonly song: string | null;
  readonly artist: string | null;
  readonly length: number | null;
  readonly location: string | null;
  readonly userAgent: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly gender: string | null;
}

/** A song as the tests write it. */
export interface SongRecord {
  readonly song_id: string;
  readonly title: string | null;
  readonly artist_id: string;
  readonly artist_name: string | null;
  readonly artist_location: string | null;
  readonly artist_latitude: number | null;
  readonly artist_longitude: number | null;
  readonly year: number;
  readonly duration: number | null;
}

/** The records that one run staged. */
export interface StagedRun {
  readonly events: readonly EventRecord[];
  readonly songs: readonly SongRecord[];
}

/** A row as engines return it, in a form to compare. */
export type Row = readonly (string | number | null)[];

/** The star's tables, rows in the order of their text. */
export type Star = Readonly<Record<'songplays' | 'users' | 'songs' | 'artists' | 'time', readonly Row[]>>;

/** The star that these runs, in this order, must give. Plain definitions over the raw records: no SQL. */
export function expectedStar(runs: readonly StagedRun[]): Star {
  const events = [
    ...winners(
      runs.map((run) => run.events),
      eventKey,
      compareEvents,
    ).values(),
  ];
  const songs = [
    ...winners(
      runs.map((run) => run.songs),
      (song) => rtrim(song.song_id),
      compareSongs,
    ).values(),
  ];
  const plays = events.filter((event) => rtrim(event.page) === 'NextSong');
  return {
    songplays: sorted(plays.map((event) => songplay(event, songs))),
    users: sorted(users(events)),
    songs: sorted(
      songs.map((song) => [rtrim(song.song_id), song.title, rtrim(song.artist_id), song.year, song.duration]),
    ),
    artists: sorted(artists(songs)),
    time: sorted([...new Map(plays.map(({ ts }) => [ts, timeRow(ts)])).values()]),
  };
}

/** Rows in the order of their text. */
export function sorted(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Of the records with one key, the later run's; within a run, the least by content. */
export function winners<T>(
  runs: readonly (readonly T[])[],
  keyOf: (record: T) => string,
  compare: (a: T, b: T) => number,
): Map<string, T> {
  const all = new Map<string, T>();
  for (const run of runs) {
    const ofRun = new Map<string, T>();
    for (const record of run) {
      const rival = ofRun.get(keyOf(record));
      ofRun.set(keyOf(record), rival === undefined || compare(record, rival) < 0 ? record : rival);
    }
    for (const [key, record] of ofRun) {
      all.set(key, record);
    }
  }
  return all;
}

export function eventKey({ ts, sessionId, itemInSession, userId }: EventRecord): string {
  return [ts, sessionId, itemInSession, userId].join('|');
}

function compareEvents(a: EventRecord, b: EventRecord): number {
  return compareText(eventContent(a), eventContent(b)) || compareNumber(a.length, b.length);
}

/** All texts of a staged row; the tests write no method. */
function eventContent(event: EventRecord): string {
  const { artist, auth, firstName, gender, lastName, level, location, page, song, userAgent } = event;
  return digestOf([artist, auth, firstName, gender, lastName, level, location, null, page, song, userAgent]);
}

function compareSongs(a: SongRecord, b: SongRecord): number {
  return (
    compareText(songContent(a), songContent(b)) ||
    compareNumber(a.artist_latitude, b.artist_latitude) ||
    compareNumber(a.artist_longitude, b.artist_longitude) ||
    compareNumber(a.duration, b.duration) ||
    compareNumber(a.year, b.year)
  );
}

function songContent({ artist_id, artist_location, artist_name, song_id, title }: SongRecord): string {
  return digestOf([artist_id, artist_location, artist_name, song_id, title]);
}

/** A digest of texts in which null and "" differ and no two lists run together. */
export function digestOf(texts: readonly (string | null)[]): string {
  const parts = texts.map((text) => (text === null ? '-' : `${[...text].length}:${text}`));
  return createHash('md5').update(parts.join('')).digest('hex');
}

function songplay(event: EventRecord, songs: readonly SongRecord[]): Row {
  const matches = songs
    .filter((song) => matchesPlay(song, event))
    .sort((a, b) => compareText(rtrim(a.song_id), rtrim(b.song_id)));
  const [match] = matches;
  return [
    createHash('md5').update(eventKey(event)).digest('hex'),
    timestamp(event.ts),
    userOf(event),
    event.level,
    match === undefined ? null : rtrim(match.song_id),
    match === undefined ? null : rtrim(match.artist_id),
    event.sessionId,
    event.location,
    event.userAgent,
  ];
}

/** Title, artist and duration agree, trailing blanks aside; null agrees with nothing. */
export function matchesPlay(
  { title, artist_name, duration }: SongRecord,
  { song, artist, length }: EventRecord,
): boolean {
  if ([title, artist_name, duration, song, artist, length].includes(null)) {
    return false;
  }
  return (
    rtrim(title ?? '') === rtrim(song ?? '') && rtrim(artist_name ?? '') === rtrim(artist ?? '') && duration === length
  );
}

function users(events: readonly EventRecord[]): readonly Row[] {
  const latest = new Map<number, EventRecord>();
  for (const event of events) {
    const user = userOf(event);
    if (user !== null && rtrim(event.auth ?? '') !== 'Logged Out' && isLater(event, latest.get(user))) {
      latest.set(user, event);
    }
  }
  return [...latest].map(([user, { firstName, lastName, gender, level }]) => [
    user,
    firstName,
    lastName,
    gender,
    level,
  ]);
}

function isLater(event: EventRecord, rival: EventRecord | undefined): boolean {
  if (rival === undefined) {
    return true;
  }
  const difference =
    event.ts - rival.ts || event.itemInSession - rival.itemInSession || event.sessionId - rival.sessionId;
  return difference > 0;
}

function userOf({ userId }: EventRecord): number | null {
  return userId.trim() === '' ? null : Number(userId);
}

function artists(songs: readonly SongRecord[]): readonly Row[] {
  const rows = new Map<string, SongRecord>();
  for (const song of songs) {
    const rival = rows.get(rtrim(song.artist_id));
    rows.set(rtrim(song.artist_id), rival === undefined || compareSpellings(song, rival) < 0 ? song : rival);
  }
  return [...rows].map(([id, song]) => [
    id,
    song.artist_name,
    song.artist_location,
    song.artist_latitude,
    song.artist_longitude,
  ]);
}

/** The shortest name that is one; then a place that is known; then the smallest song_id. */
function compareSpellings(a: SongRecord, b: SongRecord): number {
  const rank = ({ artist_name, artist_latitude, artist_location }: SongRecord) => {
    const name = rtrim(artist_name ?? '');
    return [
      name === '' ? 1 : 0,
      artist_name === null ? 1e9 : [...name].length,
      artist_latitude === null ? 1 : 0,
      rtrim(artist_location ?? '') === '' ? 1 : 0,
    ];
  };
  const [left, right] = [rank(a), rank(b)];
  const difference = left.map((value, index) => value - (right[index] ?? 0)).find((value) => value !== 0);
  return difference ?? compareText(rtrim(a.song_id), rtrim(b.song_id));
}

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC. */
export function timestamp(ts: number): string {
  return new Date(ts).toISOString().replace('T', ' ').replace('Z', '');
}

function timeRow(ts: number): Row {
  const date = new Date(ts);
  return [
    timestamp(ts),
    date.getUTCHours(),
    date.getUTCDate(),
    isoWeek(date),
    date.getUTCMonth() + 1,
    date.getUTCFullYear(),
    date.getUTCDay(),
  ];
}

/** The week of the year's Thursdays: week 1 holds the first one. */
export function isoWeek(date: Date): number {
  const day = (date.getUTCDay() + 6) % 7;
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - day + 3);
  const firstOfYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday - firstOfYear) / (7 * 86_400_000));
}

/** As Redshift compares text: blanks at the end do not count. */
export function rtrim(text: string): string {
  return text.replace(/ +$/, '');
}

export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** null comes last. */
export function compareNumber(a: number | null, b: number | null): number {
  return a === b ? 0 : a === null ? 1 : b === null ? -1 : a - b;
}
