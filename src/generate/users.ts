import { FIRST_DAY, MS_PER_DAY } from './calendar.ts';
import { firstName, lastName, metroArea, userAgent } from './people.ts';
import { PURPOSE, type Rng, scatter, streamOf } from './random.ts';

export type Level = 'free' | 'paid';

/** What every event of a logged-in user states about the user. */
export interface User {
  readonly userId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly gender: 'F' | 'M';
  readonly location: string;
  readonly registration: number;
  readonly userAgent: string;
}

/** The share of users who pay from the beginning: among the fifth that is online most, and among the others. */
const PAID_AT_FIRST = { busy: 0.4, others: 0.15 };
/** The number of metropolitan areas in which listeners live. */
const AREAS = 80;

/** The user with this number, counted from 1. Users are computed on demand and not stored; only their level changes. */
export function userAt(seed: number, number: number): User {
  const rng = streamOf(seed, PURPOSE.user, number);
  const gender = rng.chance(0.57) ? 'F' : 'M';
  return {
    userId: String(number),
    firstName: firstName(rng, gender),
    lastName: lastName(rng),
    gender,
    location: metroArea(streamOf(seed, PURPOSE.area, rng.skewed(AREAS))),
    registration: FIRST_DAY - 1 - rng.below(14 * MS_PER_DAY),
    userAgent: userAgent(rng),
  };
}

/** Who pays and who is online: two bytes per user, the only memory of the simulator that grows with its size. */
export class Population {
  readonly size: number;
  #online = 0;
  readonly #isOnline: Uint8Array;
  readonly #isPaid: Uint8Array;
  readonly #userOfRank: (rank: number) => number;

  constructor(seed: number, size: number) {
    this.size = size;
    this.#isOnline = new Uint8Array(size);
    this.#isPaid = new Uint8Array(size);
    this.#userOfRank = scatter(seed, 5, size);
    const rng = streamOf(seed, PURPOSE.user, 0); // userAt counts from 1
    for (let rank = 0; rank < size; rank += 1) {
      const share = rank * 5 < size ? PAID_AT_FIRST.busy : PAID_AT_FIRST.others;
      this.#isPaid[this.#userOfRank(rank)] = rng.chance(share) ? 1 : 0;
    }
  }

  /** A user who is not online, busy listeners more often than others; undefined if all users are online. */
  callIn(rng: Rng): number | undefined {
    if (this.#online === this.size) return undefined;
    let rank = rng.skewed(this.size);
    while (this.#isOnline[this.#userOfRank(rank)] === 1) rank = (rank + 1) % this.size;
    const index = this.#userOfRank(rank);
    this.#isOnline[index] = 1;
    this.#online += 1;
    return index + 1;
  }

  leave(user: number): void {
    this.#isOnline[user - 1] = 0;
    this.#online -= 1;
  }

  levelOf(user: number): Level {
    return this.#isPaid[user - 1] === 1 ? 'paid' : 'free';
  }

  setLevel(user: number, level: Level): void {
    this.#isPaid[user - 1] = level === 'paid' ? 1 : 0;
  }
}
