import { busyHours, daysFor, FIRST_DAY, MS_PER_HOUR } from './calendar.ts';
import type { Catalogue } from './catalogue.ts';
import { playsOf } from './plays.ts';
import { DueQueue } from './queue.ts';
import { PURPOSE, streamOf } from './random.ts';
import { drawSize, type LogEvent, Visit, type World } from './session.ts';
import { Population } from './users.ts';

/** The input of the log. */
export interface LogOptions {
  readonly catalogue: Catalogue;
  readonly events: number;
  readonly users: number;
}

/** The log: exactly `events` events in chronological order, from overlapping sessions. */
export function* logEvents({ catalogue, events, users }: LogOptions): Generator<LogEvent, void, undefined> {
  const { seed } = catalogue;
  const population = new Population(seed, users);
  const arrivals = new Arrivals({ seed, population, drawPlay: playsOf(catalogue, events) }, events);
  const online = new DueQueue<Visit>();
  for (let hour = 0; arrivals.left > 0 || online.first !== undefined; hour += 1) {
    for (const session of arrivals.during(hour)) online.add(session);
    yield* eventsUntil(FIRST_DAY + (hour + 1) * MS_PER_HOUR, online, population);
  }
}

function* eventsUntil(
  end: number,
  online: DueQueue<Visit>,
  population: Population,
): Generator<LogEvent, void, undefined> {
  for (let session = online.first; session !== undefined && session.ts < end; session = online.first) {
    yield session.takeEvent();
    if (session.isOver) {
      online.removeFirst();
      population.leave(session.user);
    } else {
      online.moveFirst();
    }
  }
}

/**
 * Decides which user comes online when. A session's number of events is fixed when it begins. So the sum of all
 * sessions can follow the rhythm of the calendar and end at exactly the requested number.
 */
class Arrivals {
  /** Events that are not yet assigned to a session. */
  left: number;
  readonly #events: number;
  readonly #world: World;
  readonly #begun: Float64Array;
  #sessions = 0;

  constructor(world: World, events: number) {
    this.left = events;
    this.#events = events;
    this.#world = world;
    this.#begun = busyHours(world.seed, daysFor(events));
  }

  /** The sessions that begin in this hour. If all users are already online, the others wait for the next hour. */
  *during(hour: number): Generator<Visit, void, undefined> {
    const { seed, population } = this.#world;
    const rng = streamOf(seed, PURPOSE.hour, hour);
    const leftAfter = this.#events - Math.ceil(this.#events * (this.#begun[hour] ?? 1));
    while (this.left > leftAfter) {
      const user = population.callIn(rng);
      if (user === undefined) return;
      const size = Math.min(this.left, drawSize(rng, population.levelOf(user)));
      this.left -= size;
      this.#sessions += 1;
      const ts = FIRST_DAY + hour * MS_PER_HOUR + rng.below(MS_PER_HOUR);
      yield new Visit(this.#world, { id: this.#sessions, ts, user, size });
    }
  }
}
