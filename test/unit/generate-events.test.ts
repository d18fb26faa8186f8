import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { daysFor, FIRST_DAY, isoDate, MS_PER_HOUR } from '../../src/generate/calendar.ts';
import { openCatalogue } from '../../src/generate/catalogue.ts';
import { logEvents } from '../../src/generate/events.ts';
import { usersFor } from '../../src/generate/options.ts';
import { DueQueue } from '../../src/generate/queue.ts';
import { scatter } from '../../src/generate/random.ts';
import type { LogEvent } from '../../src/generate/session.ts';
import { songRecords } from '../../src/generate/songs.ts';

interface Sizes {
  readonly seed: number;
  readonly songs: number;
  readonly events: number;
  readonly users: number;
}

function makeLog({ seed, songs, events, users }: Sizes): LogEvent[] {
  return [...logEvents({ catalogue: openCatalogue(seed, songs), events, users })];
}

function groupBy<K>(log: readonly LogEvent[], key: (event: LogEvent) => K): Map<K, LogEvent[]> {
  const groups = new Map<K, LogEvent[]>();
  for (const event of log) {
    const group = groups.get(key(event));
    if (group === undefined) groups.set(key(event), [event]);
    else group.push(event);
  }
  return groups;
}

const PAGES_OF_THE_SERVICE = [
  'About',
  'Downgrade',
  'Error',
  'Help',
  'Home',
  'Login',
  'Logout',
  'NextSong',
  'Save Settings',
  'Settings',
  'Submit Downgrade',
  'Submit Upgrade',
  'Upgrade',
];

/** The users who are logged in somewhere in these events. */
function namesOf(events: readonly LogEvent[]): Set<string> {
  return new Set(events.map((event) => event.userId).filter((userId) => userId !== ''));
}

/** All events of each user who was logged in. */
function historiesOf(log: readonly LogEvent[]): LogEvent[][] {
  const histories = groupBy(log, (event) => event.userId);
  histories.delete('');
  return [...histories.values()];
}

const anySizes = fc.record({
  seed: fc.maxSafeNat(),
  songs: fc.nat({ max: 50 }),
  events: fc.nat({ max: 1200 }),
  users: fc.integer({ min: 1, max: 40 }),
});

function holdsForEveryLog(check: (log: LogEvent[], sizes: Sizes) => void): void {
  fc.assert(
    fc.property(anySizes, (sizes) => check(makeLog(sizes), sizes)),
    { numRuns: 30 },
  );
}

describe('every log', () => {
  test('has exactly as many events as it was asked for, in the order of time, from the first day on', () => {
    holdsForEveryLog((log, { events }) => {
      expect(log).toHaveLength(events);
      expect(log.every((event, index) => event.ts >= (log[index - 1]?.ts ?? FIRST_DAY))).toBe(true);
      expect(log.every((event) => Number.isSafeInteger(event.ts))).toBe(true);
      if (events > 0) expect(isoDate(log[0]?.ts ?? 0)).toBe('2018-11-01');
    });
  });

  test('counts the items of each session from 0 without a gap', () => {
    holdsForEveryLog((log) => {
      for (const session of groupBy(log, (event) => event.sessionId).values()) {
        expect(session.map((event) => event.itemInSession)).toEqual(session.map((_, index) => index));
      }
    });
  });

  test('holds no event twice', () => {
    holdsForEveryLog((log, { events }) => {
      const keys = log.map((event) => `${event.ts}/${event.sessionId}/${event.itemInSession}/${event.userId}`);
      expect(new Set(keys).size).toBe(events);
    });
  });

  test('gives a session to one user, who is in one session at a time', () => {
    holdsForEveryLog((log) => {
      const users = [...groupBy(log, (event) => event.sessionId).values()].map((events) => namesOf(events));
      expect(users.filter((names) => names.size > 1)).toEqual([]);
      for (const history of historiesOf(log)) {
        const visits = history.filter((event, index) => event.sessionId !== history[index - 1]?.sessionId);
        expect(new Set(visits.map((event) => event.sessionId)).size).toBe(visits.length);
      }
    });
  });

  test('changes the level of a user after Submit Upgrade and Submit Downgrade, and never else', () => {
    const levelAfter = ({ page, level }: LogEvent) =>
      page === 'Submit Upgrade' ? 'paid' : page === 'Submit Downgrade' ? 'free' : level;
    holdsForEveryLog((log) => {
      for (const history of historiesOf(log)) {
        expect(history.slice(1).map((event) => event.level)).toEqual(history.slice(0, -1).map(levelAfter));
      }
    });
  });

  test('says nothing of who is logged out, and the same of a user every time', () => {
    const profileOf = ({ firstName, lastName, gender, location, registration, userAgent }: LogEvent) =>
      JSON.stringify([firstName, lastName, gender, location, registration, userAgent]);
    holdsForEveryLog((log) => {
      for (const [userId, events] of groupBy(log, (event) => event.userId)) {
        const profiles = new Set(events.map(profileOf));
        expect(profiles.size).toBe(1);
        expect(profiles.has('[null,null,null,null,null,null]')).toBe(userId === '');
        expect(new Set(events.map((event) => event.auth))).toEqual(
          new Set([userId === '' ? 'Logged Out' : 'Logged In']),
        );
        expect(events[0]?.registration ?? 0).toBeLessThan(FIRST_DAY);
      }
    });
  });

  test('names a song in plays only, and answers each page as the real service does', () => {
    const answers: Readonly<Record<string, string>> = {
      NextSong: 'PUT 200 with a song',
      Error: 'GET 404',
      Login: 'PUT 307',
      Logout: 'PUT 307',
      'Save Settings': 'PUT 307',
      'Submit Upgrade': 'PUT 307',
      'Submit Downgrade': 'PUT 307',
    };
    const answerOf = ({ method, status, song, artist, length }: LogEvent) =>
      `${method} ${status}${song === null || artist === null || length === null ? '' : ' with a song'}`;
    holdsForEveryLog((log) => {
      expect(log.filter((event) => answerOf(event) !== (answers[event.page] ?? 'GET 200'))).toEqual([]);
      expect(log.filter((event) => event.userId === '' && event.song !== null)).toEqual([]);
    });
  });
});

describe('a log of usual size', () => {
  const sizes = { seed: 1, songs: 300, events: 40_000, users: usersFor(40_000) };
  const log = makeLog(sizes);
  const plays = log.filter((event) => event.page === 'NextSong');

  test('covers a month; ten million events cover no more than four', () => {
    expect(isoDate(log.at(-1)?.ts ?? 0)).toBe('2018-11-30');
    expect(daysFor(8056)).toBe(30);
    expect(daysFor(10_000_000)).toBeLessThanOrEqual(120);
    expect(new Set(log.map((event) => isoDate(event.ts))).size).toBe(30);
  });

  test('is quiet at weekends and before dawn, busy in the afternoon', () => {
    const weekdays = [0, 0, 0, 0, 0, 0, 0];
    const hours = Array.from({ length: 24 }, () => 0);
    for (const { ts } of log) {
      const weekday = new Date(ts).getUTCDay();
      weekdays[weekday] = (weekdays[weekday] ?? 0) + 1;
      hours[Math.floor(ts / MS_PER_HOUR) % 24] = (hours[Math.floor(ts / MS_PER_HOUR) % 24] ?? 0) + 1;
    }
    expect(Math.max(weekdays[0] ?? 0, weekdays[6] ?? 0)).toBeLessThan(Math.min(...weekdays.slice(1, 6)));
    expect(hours.indexOf(Math.max(...hours))).toBeGreaterThanOrEqual(14);
    expect(hours.indexOf(Math.max(...hours))).toBeLessThanOrEqual(19);
    expect(hours.indexOf(Math.min(...hours))).toBeGreaterThanOrEqual(2);
    expect(hours.indexOf(Math.min(...hours))).toBeLessThanOrEqual(7);
  });

  test('has all pages, users of both levels, changes both ways and users who are logged out', () => {
    expect([...new Set(log.map((event) => event.page))].sort()).toEqual([...PAGES_OF_THE_SERVICE].sort());
    const among = (events: readonly LogEvent[], is: (event: LogEvent) => boolean) =>
      events.filter(is).length / events.length;
    expect(among(log, (event) => event.page === 'NextSong')).toBeCloseTo(0.85, 1);
    expect(among(log, (event) => event.userId === '')).toBeCloseTo(0.04, 1);
    expect(among(plays, (event) => event.level === 'paid')).toBeGreaterThan(0.6);
    expect(among(plays, (event) => event.level === 'paid')).toBeLessThan(0.95);
  });

  test('lets sessions of different users overlap', () => {
    const changes = log.filter((event, index) => event.sessionId !== log[index - 1]?.sessionId).length;
    expect(changes).toBeGreaterThan(5 * new Set(log.map((event) => event.sessionId)).size);
  });

  test('has moments that differ in their milliseconds, some shared by two events of a session', () => {
    expect(new Set(log.map((event) => event.ts % 1000)).size).toBeGreaterThan(900);
    const moments = log.map((event) => `${event.sessionId}/${event.ts}`);
    expect(moments.length - new Set(moments).size).toBeGreaterThan(20);
  });

  test('introduces browsers with quotation marks of their own and without', () => {
    const agents = [...new Set(log.map((event) => event.userAgent ?? ''))].filter((agent) => agent !== '');
    expect(agents.some((agent) => /^"Mozilla.*"$/.test(agent))).toBe(true);
    expect(agents.some((agent) => /^Mozilla.*[^"]$/.test(agent))).toBe(true);
  });

  test('plays a tenth of its music from the catalogue as the files spell it, and some of it otherwise', () => {
    const songs = [...songRecords(openCatalogue(sizes.seed, sizes.songs))];
    const key = (...parts: unknown[]) => parts.map((part) => String(part).trimEnd()).join('\u0000');
    const exact = new Set(songs.map((song) => key(song.title, song.artist_name, song.duration)));
    const named = new Set(songs.map((song) => key(song.title, song.artist_name)));
    const titled = new Set(songs.map((song) => key(song.title, song.duration)));
    const isExact = (play: LogEvent) => exact.has(key(play.song, play.artist, play.length));
    const rest = plays.filter((play) => !isExact(play));
    expect((plays.length - rest.length) / plays.length).toBeGreaterThan(0.08);
    expect((plays.length - rest.length) / plays.length).toBeLessThan(0.12);
    const otherDuration = rest.filter((play) => named.has(key(play.song, play.artist))).length;
    const otherSpelling = rest.filter((play) => titled.has(key(play.song, play.length))).length;
    expect(otherDuration / plays.length).toBeCloseTo(0.004, 2);
    expect(otherSpelling / plays.length).toBeCloseTo(0.008, 2);
    expect(Math.min(otherDuration, otherSpelling)).toBeGreaterThan(20);
    const played = new Set(plays.filter(isExact).map((play) => key(play.song, play.artist, play.length)));
    expect(played.size).toBeGreaterThan(100);
    expect(exact.size - played.size).toBeGreaterThan(100);
  });
});

describe('the tools of the simulator', () => {
  test('the queue gives out what is due first, and the lower id of two at one moment', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (moments) => {
        const queue = new DueQueue<{ id: number; ts: number }>();
        const items = moments.map((ts, id) => ({ ts, id }));
        for (const item of items) queue.add(item);
        const taken: unknown[] = [];
        for (let first = queue.first; first !== undefined; first = queue.first) {
          taken.push(first);
          queue.removeFirst();
        }
        expect(taken).toEqual([...items].sort((a, b) => a.ts - b.ts || a.id - b.id));
      }),
    );
  });

  test('scatter is a permutation', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 400 }), (seed, size) => {
        const order = scatter(seed, 1, size);
        const places = Array.from({ length: size }, (_, index) => order(index));
        expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => index));
      }),
    );
  });
});
