import { firstPage, isForm, nextPage, type Page, requestOf } from './pages.ts';
import type { Play } from './plays.ts';
import { PURPOSE, type Rng, streamOf } from './random.ts';
import { type Level, type Population, type User, userAt } from './users.ts';

/** One line of the log, with its keys in the file's order. */
export interface LogEvent {
  readonly artist: string | null;
  readonly auth: 'Logged In' | 'Logged Out';
  readonly firstName: string | null;
  readonly gender: 'F' | 'M' | null;
  readonly itemInSession: number;
  readonly lastName: string | null;
  readonly length: number | null;
  readonly level: Level;
  readonly location: string | null;
  readonly method: 'GET' | 'PUT';
  readonly page: Page;
  readonly registration: number | null;
  readonly sessionId: number;
  readonly song: string | null;
  readonly status: 200 | 307 | 404;
  readonly ts: number;
  readonly userAgent: string | null;
  readonly userId: string;
}

/** What all sessions share. */
export interface World {
  readonly seed: number;
  readonly population: Population;
  readonly drawPlay: (rng: Rng) => Play;
}

/** The number of events in a session of this level: short visits of free users, whole evenings of paying ones. */
export function drawSize(rng: Rng, level: Level): number {
  if (level === 'paid') return 1 + rng.verySkewed(106);
  return 1 + rng.verySkewed(rng.chance(0.02) ? 60 : 8);
}

/**
 * One user's visit: a chain of pages, one event at a time. It ends after a number of events that is known in advance.
 */
export class Visit {
  readonly id: number;
  /** When the next event happens. */
  ts: number;
  readonly #world: World;
  readonly #rng: Rng;
  readonly #number: number;
  readonly #user: User;
  readonly #size: number;
  #page: Page;
  #loggedIn: boolean;
  #item = 0;

  constructor(world: World, visit: { id: number; ts: number; user: number; size: number }) {
    this.id = visit.id;
    this.ts = visit.ts;
    this.#world = world;
    this.#rng = streamOf(world.seed, PURPOSE.session, visit.id);
    this.#number = visit.user;
    this.#user = userAt(world.seed, visit.user);
    this.#size = visit.size;
    const first = firstPage(this.#rng);
    this.#page = first.page;
    this.#loggedIn = first.loggedIn;
  }

  /** Whether the session has no further event. */
  get isOver(): boolean {
    return this.#item === this.#size;
  }

  /** The user's number. */
  get user(): number {
    return this.#number;
  }

  /** The event that happens at `ts`. The session then waits for its next one. */
  takeEvent(): LogEvent {
    const play = this.#page === 'NextSong' ? this.#world.drawPlay(this.#rng) : undefined;
    const event = this.#describe(play);
    this.#item += 1;
    this.#goOn(play);
    return event;
  }

  #describe(play: Play | undefined): LogEvent {
    const user = this.#loggedIn ? this.#user : undefined;
    const { method, status } = requestOf(this.#page);
    return {
      artist: play?.artist ?? null,
      auth: this.#loggedIn ? 'Logged In' : 'Logged Out',
      firstName: user?.firstName ?? null,
      gender: user?.gender ?? null,
      itemInSession: this.#item,
      lastName: user?.lastName ?? null,
      length: play?.length ?? null,
      level: this.#world.population.levelOf(this.#number),
      location: user?.location ?? null,
      method,
      page: this.#page,
      registration: user?.registration ?? null,
      sessionId: this.id,
      song: play?.song ?? null,
      status,
      ts: this.ts,
      userAgent: user?.userAgent ?? null,
      userId: user?.userId ?? '',
    };
  }

  /** Applies what the event changes (from the next event on), and when and where the user goes next. */
  #goOn(play: Play | undefined): void {
    const page = this.#page;
    const { population } = this.#world;
    if (page === 'Submit Upgrade') population.setLevel(this.#number, 'paid');
    if (page === 'Submit Downgrade') population.setLevel(this.#number, 'free');
    if (page === 'Login') this.#loggedIn = true;
    if (page === 'Logout') this.#loggedIn = false;
    this.#page = nextPage(this.#rng, page, this.#loggedIn, population.levelOf(this.#number));
    this.ts += play === undefined ? pauseBefore(this.#rng, this.#page) : listening(this.#rng, play, this.#page);
  }
}

/**
 * Milliseconds on a page. A form is sent at once. Sometimes a page is left so fast that two events have the same time.
 */
function pauseBefore(rng: Rng, next: Page): number {
  if (isForm(next)) return 1000;
  return rng.chance(0.04) ? 0 : 1000 + rng.skewed(400_000);
}

/**
 * Milliseconds of a play: the next song begins when this one ends, unless it is skipped. Other pages are opened
 * meanwhile.
 */
function listening(rng: Rng, { length }: Play, next: Page): number {
  const whole = Math.floor(length * 1000);
  const skipped = rng.chance(next === 'NextSong' ? 0.04 : 0.7);
  return skipped ? rng.below(whole) : whole;
}
