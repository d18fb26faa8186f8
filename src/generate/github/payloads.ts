import type { Rng } from '../random.ts';
import { ACCENTED, NOUNS, VERBS } from '../words.ts';
import type { Account, Repository } from './world.ts';

/** What a payload is about. */
export interface Scene {
  readonly rng: Rng;
  readonly actor: Account;
  readonly repo: Repository;
}

type Payload = Readonly<Record<string, unknown>>;

/** The types of events with their shares of a thousand, and their payloads. Only some have an action. */
const TYPES: readonly (readonly [type: string, share: number, payload: (scene: Scene) => Payload])[] = [
  ['PushEvent', 540, push],
  [
    'CreateEvent',
    120,
    (scene) => ({ ref: branch(scene), ref_type: 'branch', master_branch: 'main', description: null }),
  ],
  [
    'PullRequestEvent',
    85,
    (scene) => ({ ...acted(scene, ['opened', 6], ['closed', 5], ['reopened', 1]), ...numbered(scene) }),
  ],
  [
    'IssueCommentEvent',
    65,
    (scene) => ({ action: 'created', issue: numbered(scene), comment: { body: sentence(scene) } }),
  ],
  ['WatchEvent', 65, () => ({ action: 'started' })],
  ['DeleteEvent', 40, (scene) => ({ ref: branch(scene), ref_type: 'branch' })],
  ['PullRequestReviewEvent', 22, (scene) => ({ action: 'created', review: { state: 'approved' }, ...numbered(scene) })],
  [
    'IssuesEvent',
    22,
    (scene) => ({ ...acted(scene, ['opened', 5], ['closed', 4], ['reopened', 1]), issue: numbered(scene) }),
  ],
  ['PullRequestReviewCommentEvent', 14, (scene) => ({ action: 'created', comment: { body: sentence(scene) } })],
  [
    'ForkEvent',
    14,
    ({ rng, actor, repo }) => ({ forkee: { id: rng.below(1e9), full_name: `${actor.login}/${repo.id}` } }),
  ],
  [
    'ReleaseEvent',
    5,
    ({ rng }) => ({ action: 'published', release: { tag_name: `v${rng.below(9)}.${rng.below(20)}` } }),
  ],
  ['CommitCommentEvent', 3, (scene) => ({ comment: { body: sentence(scene) } })],
  ['PublicEvent', 2, () => ({})],
  ['MemberEvent', 2, ({ actor }) => ({ action: 'added', member: { login: actor.login } })],
  ['GollumEvent', 1, () => ({ pages: [{ page_name: 'Home', action: 'edited' }] })],
];

/** A type by its share, and a payload of it. */
export function happening(scene: Scene): { readonly type: string; readonly payload: Payload } {
  const [type, , payloadOf] = scene.rng.weighted(TYPES.map((one) => [one, one[1]] as const));
  return { type, payload: payloadOf(scene) };
}

function acted({ rng }: Scene, ...actions: readonly (readonly [string, number])[]): Payload {
  return { action: rng.weighted(actions) };
}

function push(scene: Scene): Payload {
  const commits = Array.from({ length: 1 + scene.rng.verySkewed(5) }, () => ({
    sha: scene.rng.next().toString(16).padStart(8, '0'),
    author: { name: scene.actor.login },
    message: sentence(scene),
  }));
  return { repository_id: scene.repo.id, size: commits.length, ref: `refs/heads/${branch(scene)}`, commits };
}

function numbered(scene: Scene): Payload {
  return { number: 1 + scene.rng.verySkewed(4000), title: sentence(scene) };
}

function branch({ rng }: Scene): string {
  return rng.chance(0.5) ? 'main' : `${rng.pick(VERBS).toLowerCase()}-${rng.pick(NOUNS).toLowerCase()}`;
}

/** Text as people write it: with accents, quotes, line breaks and characters beyond the basic plane. */
function sentence({ rng }: Scene): string {
  const words = [rng.pick(VERBS), 'the', rng.chance(0.2) ? rng.pick(ACCENTED) : rng.pick(NOUNS).toLowerCase()];
  return `${words.join(' ')}${rng.pick(['', '', '.', ' 🎉', ' "again"', '\n\nSee above.', ' \\o/'])}`;
}
