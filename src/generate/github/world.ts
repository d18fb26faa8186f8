import { PURPOSE, streamOf } from '../random.ts';
import { loginOf, repositoryNameOf } from './names.ts';

/** An account, as events have it. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly isBot: boolean;
}

/** A repository with the organization that owns it, if one does. */
export interface Repository {
  readonly id: number;
  readonly name: string;
  readonly owner: Account;
  readonly org: Account | undefined;
}

/** How many of each there are, and the times between which some of them are renamed. */
export interface WorldSize {
  readonly accounts: number;
  readonly repositories: number;
  readonly organizations: number;
  readonly from: number;
  readonly to: number;
}

const BOTS = ['tidy-deps', 'merge-train', 'lint-owl', 'release-notes', 'stale-sweeper'].map((name) => `${name}[bot]`);

/** The shares that are renamed during the log. */
const RENAMED = { account: 0.03, organization: 0.05, repository: 0.03 };

/** The ids of organizations begin here: they are accounts too, and so have numbers of their own. */
const ORGANIZATIONS = 100_000_000;

/**
 * The accounts, organizations and repositories at any time. Nothing is kept: each is computed from its index, so that there may
 * be any number.
 */
export class GithubWorld {
  readonly #seed: number;
  readonly size: WorldSize;

  constructor(seed: number, size: WorldSize) {
    this.#seed = seed;
    this.size = size;
  }

  /** The bots come first. */
  account(index: number, ts: number): Account {
    const bot = BOTS[index];
    const login = bot ?? this.#renamed(loginOf(this.#seed, index), { purpose: PURPOSE.account, index, ts });
    return { id: 1000 + index * 977, login, isBot: bot !== undefined };
  }

  get bots(): number {
    return BOTS.length;
  }

  organization(index: number, ts: number): Account {
    // A number that no account has.
    const login = loginOf(this.#seed, this.size.accounts + index);
    const now = this.#renamed(login, { purpose: PURPOSE.organization, index, ts });
    return { id: ORGANIZATIONS + index * 977, login: now, isBot: false };
  }

  /** Four in ten belong to an organization. A renamed owner changes the names of what it owns. */
  repository(index: number, ts: number): Repository {
    const rng = streamOf(this.#seed, PURPOSE.repository, index);
    const org = rng.chance(0.4) ? this.organization(rng.verySkewed(this.size.organizations), ts) : undefined;
    const person = this.bots + rng.skewed(this.size.accounts - this.bots);
    const owner = org ?? this.account(person, ts);
    const name = this.#renamed(repositoryNameOf(this.#seed, index), { purpose: PURPOSE.repository, index, ts });
    // Two repositories of one owner have two names.
    return {
      id: 700_000 + index * 53,
      name: `${owner.login}/${name}${index % 7 === 0 ? '' : `-${index}`}`,
      owner,
      org,
    };
  }

  /** A name, or the one that it has from some time on. */
  #renamed(name: string, { purpose, index, ts }: { purpose: number; index: number; ts: number }): string {
    const rng = streamOf(this.#seed + 1, purpose, index);
    const kind =
      purpose === PURPOSE.account ? 'account' : purpose === PURPOSE.organization ? 'organization' : 'repository';
    const isRenamed = rng.chance(RENAMED[kind]);
    const { from, to } = this.size;
    return isRenamed && ts >= from + rng.unit() * (to - from) ? `${name}-next` : name;
  }
}
