import { MS_PER_DAY, MS_PER_HOUR } from '../calendar.ts';
import { PURPOSE, type Rng, streamOf } from '../random.ts';
import { happening } from './payloads.ts';
import { type Account, GithubWorld, type Repository } from './world.ts';

/** 2024-01-01, a Monday, 00:00 UTC: the hour the log begins. */
export const FIRST_HOUR = 1_704_067_200_000;

const FIRST_ID = 34_500_000_000;
const MOST_DAYS = 31;
const EVENTS_A_DAY = 1500;

/** The activity per weekday, from Monday, and per hour, UTC. */
const WEEKDAYS = [100, 108, 110, 108, 98, 66, 64];
const HOURS = [52, 50, 49, 48, 48, 50, 56, 66, 76, 82, 84, 82, 80, 86, 94, 100, 98, 92, 84, 78, 74, 70, 64, 58];

/** An event: its time, who and where, and its record. */
export interface LoggedEvent {
  readonly ts: number;
  readonly actor: Account;
  readonly repo: Repository;
  readonly record: Readonly<Record<string, unknown>>;
}

/** How many days a log of this many events covers. */
export function daysFor(events: number): number {
  return Math.min(MOST_DAYS, Math.max(1, Math.round(events / EVENTS_A_DAY)));
}

/** The events of a log, in chronological order. Each hour's depend on nothing but the seed and their number. */
export function* githubEvents(seed: number, events: number): Generator<LoggedEvent> {
  const hours = daysFor(events) * 24;
  const to = FIRST_HOUR + hours * MS_PER_HOUR;
  const world = new GithubWorld(seed, {
    accounts: Math.max(30, Math.floor(events / 6)),
    repositories: Math.max(20, Math.floor(events / 4)),
    organizations: Math.max(4, Math.floor(events / 120)),
    from: FIRST_HOUR,
    to,
  });
  const shares = sharesOf(hours);
  let index = 0;
  for (let hour = 0; hour < hours; hour += 1) {
    const begin = FIRST_HOUR + hour * MS_PER_HOUR;
    const first = index;
    const end = Math.round(events * (shares[hour] as number));
    for (; index < end; index += 1) {
      const rng = streamOf(seed, PURPOSE.activity, index);
      const second = Math.floor(((index - first + rng.unit()) / (end - first)) * 3600);
      yield eventAt(world, { rng, index, ts: begin + second * 1000 });
    }
  }
}

/** For each hour, the share of all events that happen until its end. */
function sharesOf(hours: number): readonly number[] {
  let sum = 0;
  const until = Array.from({ length: hours }, (_, hour) => {
    sum += (WEEKDAYS[Math.floor((hour * MS_PER_HOUR) / MS_PER_DAY) % 7] as number) * (HOURS[hour % 24] as number);
    return sum;
  });
  return until.map((weight) => weight / sum);
}

function eventAt(world: GithubWorld, { rng, index, ts }: { rng: Rng; index: number; ts: number }): LoggedEvent {
  const repo = world.repository(rng.verySkewed(world.size.repositories), ts);
  const actor = actorOf(world, { rng, repo, ts });
  const { type, payload } = happening({ rng, actor, repo });
  const record = {
    id: String(FIRST_ID + index * 3 + rng.below(3)),
    type,
    actor: {
      id: actor.id,
      login: actor.login,
      display_login: actor.login.replace('[bot]', ''),
      ...addresses('users', actor),
    },
    repo: { id: repo.id, name: repo.name, url: `https://api.github.com/repos/${repo.name}` },
    payload,
    public: true,
    created_at: new Date(ts).toISOString().replace('.000Z', 'Z'),
    ...(repo.org && { org: { id: repo.org.id, login: repo.org.login, ...addresses('orgs', repo.org) } }),
  };
  return { ts, actor, repo, record };
}

function addresses(kind: 'users' | 'orgs', { id, login }: Account): Readonly<Record<string, string>> {
  return {
    gravatar_id: '',
    url: `https://api.github.com/${kind}/${login}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?`,
  };
}

/** One in seven events is a bot's; of the others, half are of the person who owns the repository. */
function actorOf(world: GithubWorld, { rng, repo, ts }: { rng: Rng; repo: Repository; ts: number }): Account {
  if (rng.chance(1 / 7)) return world.account(rng.verySkewed(world.bots), ts);
  if (repo.org === undefined && rng.chance(0.5)) return repo.owner;
  return world.account(world.bots + rng.skewed(world.size.accounts - world.bots), ts);
}
