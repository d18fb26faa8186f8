import {
  compareNumber,
  compareText,
  digestOf,
  isoWeek,
  type Row,
  rtrim,
  sorted,
  timestamp,
  winners,
} from './oracle.ts';

/** An event as GH Archive has it, as far as the model reads it. */
export interface GithubEvent {
  readonly id: string;
  readonly type: string;
  readonly actor: { readonly id: number; readonly login: string; readonly display_login?: string };
  readonly repo: { readonly id: number; readonly name: string };
  readonly payload: { readonly action?: string };
  readonly org?: { readonly id: number; readonly login: string };
  readonly created_at: string;
}

export const GITHUB_STAR = ['activity', 'actors', 'repos', 'orgs', 'days'] as const;

/** The star's tables, rows in the order of their text. */
export type GithubStar = Readonly<Record<(typeof GITHUB_STAR)[number], readonly Row[]>>;

/** The star that these runs of events, in this order, must give. Plain definitions over the raw records: no SQL. */
export function expectedGithubStar(runs: readonly (readonly GithubEvent[])[]): GithubStar {
  const events = [...winners(runs, ({ id }) => id, compareVersions).values()];
  return {
    activity: sorted(events.map(activityOf)),
    actors: sorted(latest(events, ({ actor }) => actor.id).map(actorOf)),
    repos: sorted(latest(events, ({ repo }) => repo.id).map(repoOf)),
    orgs: sorted(latest(events, ({ org }) => org?.id).map(orgOf)),
    days: days(events),
  };
}

/** Of the versions that one run brings, the one with the least digest of all texts counts, then the least numbers. */
function compareVersions(a: GithubEvent, b: GithubEvent): number {
  const texts = ({ type, payload, actor, repo, org, created_at }: GithubEvent) =>
    digestOf([
      type,
      payload.action ?? null,
      actor.login,
      actor.display_login ?? null,
      repo.name,
      org?.login ?? null,
      created_at,
    ]);
  return (
    compareText(texts(a), texts(b)) ||
    compareNumber(a.actor.id, b.actor.id) ||
    compareNumber(a.repo.id, b.repo.id) ||
    compareNumber(a.org?.id ?? null, b.org?.id ?? null)
  );
}

function activityOf({ id, type, actor, repo, payload, org, created_at }: GithubEvent): Row {
  return [
    Number(id),
    timeOf(created_at),
    dayOf(created_at),
    rtrim(type),
    trimmed(payload.action),
    actor.id,
    repo.id,
    org?.id ?? null,
  ];
}

type Latest = readonly [id: number, event: GithubEvent];

function actorOf([id, { actor, created_at }]: Latest): Row {
  const login = rtrim(actor.login);
  return [id, login, trimmed(actor.display_login), String(login.endsWith('[bot]')), timeOf(created_at)];
}

function repoOf([id, { repo, org, created_at }]: Latest): Row {
  const name = rtrim(repo.name);
  const owner = name.slice(0, Math.max(0, name.indexOf('/')));
  return [id, name, owner === '' ? null : owner, org?.id ?? null, timeOf(created_at)];
}

function orgOf([id, { org, created_at }]: Latest): Row {
  return [id, trimmed(org?.login), timeOf(created_at)];
}

/** For each id, its event with the latest time; of several in one second, the one with the largest number. */
function latest(events: readonly GithubEvent[], idOf: (event: GithubEvent) => number | undefined): readonly Latest[] {
  const found = new Map<number, GithubEvent>();
  for (const event of events) {
    const id = idOf(event);
    const rival = id === undefined ? undefined : found.get(id);
    if (id !== undefined && (rival === undefined || isLater(event, rival))) found.set(id, event);
  }
  return [...found];
}

function isLater(event: GithubEvent, rival: GithubEvent): boolean {
  const difference = Date.parse(event.created_at) - Date.parse(rival.created_at) || Number(event.id) - Number(rival.id);
  return difference > 0;
}

function days(events: readonly GithubEvent[]): readonly Row[] {
  return sorted(
    [...grouped(events)].map(([day, ofDay]) => {
      const date = new Date(`${day}T00:00:00Z`);
      return [
        day,
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        isoWeek(date),
        date.getUTCDay(),
        ofDay.length,
        new Set(ofDay.map(({ actor }) => actor.id)).size,
        new Set(ofDay.map(({ repo }) => repo.id)).size,
      ];
    }),
  );
}

function grouped(events: readonly GithubEvent[]): ReadonlyMap<string, readonly GithubEvent[]> {
  const days = new Map<string, GithubEvent[]>();
  for (const event of events) {
    const day = dayOf(event.created_at);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return days;
}

function dayOf(createdAt: string): string {
  return createdAt.slice(0, 10);
}

function timeOf(createdAt: string): string {
  return timestamp(Date.parse(createdAt));
}

function trimmed(text: string | undefined): string | null {
  return text === undefined ? null : rtrim(text);
}
