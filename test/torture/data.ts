import { Rng } from '../../src/generate/random.ts';
import { type EventRecord, expectedStar, type SongRecord, type Star } from '../support/oracle.ts';
import { linesOf } from '../support/scenario.ts';

/** What has been delivered, and what a warehouse that loaded each version once must hold. */
export interface Truth {
  readonly star: Star;
  /** Rows of staging_events and staging_songs, and of load_ledger. */
  readonly staged: { readonly events: number; readonly songs: number; readonly versions: number };
}

/** A file of the sources: its path from their common folder, and its text. */
export interface Delivery {
  readonly path: string;
  readonly text: string;
}

type Records = { readonly events: readonly EventRecord[]; readonly songs: readonly SongRecord[] };

const TITLES = Array.from({ length: 40 }, (_, n) => `Song “${n}”`);
const ARTISTS = Array.from({ length: 12 }, (_, n) => `Artist ${n}${n % 3 === 0 ? ' ' : ''}`);
const FIRST_TS = Date.UTC(2018, 10, 1);
const HOUR = 3_600_000;

/**
 * Files as they arrive: new ones, and corrected versions of old ones. No event and no song stands in two files, so that
 * the newest version of each file alone decides about the star, whatever the runs they come in.
 */
export class Deliveries {
  readonly #rng: Rng;
  readonly #files = new Map<string, Records>();
  readonly #staged = { events: 0, songs: 0, versions: 0 };
  readonly #size: number;
  #made = 0;

  /** `size`: events in a log file. */
  constructor(seed: number, size = 40) {
    this.#rng = new Rng(seed, 0x70727475, 1);
    this.#size = size;
  }

  /** What comes next: a few new files and, often, an old one that has been corrected. At first there are songs in any case. */
  next(): readonly Delivery[] {
    const isFirst = this.#made === 0;
    const logs = Array.from({ length: 1 + this.#rng.below(3) }, () => this.#newLog());
    const songs = Array.from({ length: (isFirst ? 1 : 0) + this.#rng.below(3) }, () => this.#newSongs());
    const corrected = this.#rng.chance(0.5) ? this.#corrected() : [];
    return [...logs, ...songs, ...corrected].map((path) => this.#deliver(path));
  }

  /** Another version of a file that has just been delivered; it takes that one's place, which is never loaded. */
  replaced(path: string): Delivery {
    this.#count(path, -1);
    this.#files.set(path, this.#withChange(this.#files.get(path) ?? EMPTY));
    return this.#deliver(path);
  }

  /** Takes back a file that has just been delivered and was never loaded. */
  withdrawn(path: string): void {
    this.#count(path, -1);
    this.#files.delete(path);
  }

  truth(): Truth {
    const all = [...this.#files.values()];
    const events = all.flatMap((file) => file.events);
    return {
      star: expectedStar([{ events, songs: all.flatMap((file) => file.songs) }]),
      staged: { ...this.#staged },
    };
  }

  /** The files as they are now. */
  files(): readonly Delivery[] {
    return [...this.#files.keys()].map((path) => ({ path, text: this.#textOf(path) }));
  }

  #deliver(path: string): Delivery {
    this.#count(path, 1);
    return { path, text: this.#textOf(path) };
  }

  #count(path: string, sign: 1 | -1): void {
    const { events, songs } = this.#files.get(path) ?? EMPTY;
    this.#staged.events += sign * events.length;
    this.#staged.songs += sign * songs.length;
    this.#staged.versions += sign;
  }

  #textOf(path: string): string {
    const { events, songs } = this.#files.get(path) ?? EMPTY;
    return linesOf([...events, ...songs]);
  }

  #newLog(): string {
    this.#made += 1;
    const path = `log_data/2018/${this.#made}-events.json`;
    const events = Array.from({ length: 1 + this.#rng.below(this.#size) }, (_, item) => this.#event(this.#made, item));
    this.#files.set(path, { events, songs: [] });
    return path;
  }

  #newSongs(): string {
    this.#made += 1;
    const path = `song_data/A/${this.#made}.json`;
    this.#files.set(path, { events: [], songs: [this.#song(this.#made)] });
    return path;
  }

  #corrected(): readonly string[] {
    const old = [...this.#files.keys()].slice(0, -6);
    const path = old[this.#rng.below(Math.max(1, old.length))];
    if (path === undefined) {
      return [];
    }
    this.#files.set(path, this.#withChange(this.#files.get(path) ?? EMPTY));
    return [path];
  }

  /** One record corrected, and, in a log, one more. */
  #withChange({ events, songs }: Records): Records {
    const at = this.#rng.below(Math.max(events.length, songs.length));
    const session = events[0]?.sessionId;
    this.#made += 1;
    return {
      events: [
        ...events.map((one, n) => (n === at ? { ...one, level: `level ${this.#made}`, song: this.#title() } : one)),
        ...(session === undefined ? [] : [this.#event(session, events.length)]),
      ],
      songs: songs.map((one, n) => (n === at ? { ...one, title: this.#title(), year: this.#made } : one)),
    };
  }

  #title(): string {
    return this.#rng.pick(TITLES);
  }

  #event(sessionId: number, itemInSession: number): EventRecord {
    const user = this.#rng.below(30);
    return {
      ts: FIRST_TS + sessionId * HOUR + itemInSession * 1000 + this.#rng.below(3),
      sessionId,
      itemInSession,
      userId: user === 0 ? '' : String(user),
      page: this.#rng.weighted([
        ['NextSong', 8],
        ['Home', 1],
        ['Logout', 1],
      ]),
      auth: user === 0 ? 'Logged Out' : 'Logged In',
      level: this.#rng.pick(['free', 'paid']),
      song: this.#rng.chance(0.9) ? this.#title() : null,
      artist: this.#rng.pick(ARTISTS),
      length: 200.5,
      location: this.#rng.chance(0.9) ? 'København, ДК' : null,
      userAgent: '"Mozilla"',
      firstName: `User ${user}`,
      lastName: null,
      gender: 'F',
    };
  }

  #song(number: number): SongRecord {
    const artist = this.#rng.below(ARTISTS.length);
    return {
      song_id: `SO${number}`,
      title: this.#title(),
      artist_id: `AR${artist}`,
      artist_name: ARTISTS[artist] ?? null,
      artist_location: this.#rng.chance(0.5) ? 'London' : null,
      artist_latitude: 51.5,
      artist_longitude: -0.1,
      year: number,
      duration: 200.5,
    };
  }
}

const EMPTY: Records = { events: [], songs: [] };
