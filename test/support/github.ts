import * as fc from 'fast-check';
import { loadModel, packagedModel } from '../../src/sql/read-model.ts';
import type { GithubEvent } from './github-oracle.ts';

export const GITHUB_MODEL = packagedModel('github');
export const githubModel = loadModel(GITHUB_MODEL);

/** The event that others differ from. */
export const STAR_EVENT: GithubEvent = {
  id: '34500000001',
  type: 'WatchEvent',
  actor: { id: 11, login: 'ann', display_login: 'ann' },
  repo: { id: 21, name: 'octo/hello.world' },
  payload: { action: 'started' },
  org: { id: 31, login: 'octo' },
  created_at: '2024-02-29T23:59:59Z',
};

const few = <T>(...values: readonly T[]) => fc.constantFrom(...values);

/** Few values each, so that keys meet: ties, corrections, renamed and moved things, several days. */
export const githubEvents: fc.Arbitrary<GithubEvent> = fc
  .record({
    id: few('1', '2', '3', '10', '34500000001'),
    type: few('PushEvent', 'WatchEvent', 'WatchEvent ', 'IssuesEvent'),
    actor: fc.record(
      { id: few(1, 2), login: few('ann', 'Ann', 'ann ', 'tidy[bot]', 'zoë'), display_login: few('ann', 'tidy') },
      { requiredKeys: ['id', 'login'] },
    ),
    repo: fc.record({ id: few(1, 2), name: few('octo/a', 'octo/A', 'ann/a.b-_', '/', 'plain', 'ünï/ř ') }),
    payload: fc.record({ action: few('opened', 'closed ', '') }, { requiredKeys: [] }),
    org: fc.option(fc.record({ id: few(1, 2), login: few('octo', 'octo-new') }), { nil: undefined }),
    created_at: few(
      '2024-02-29T23:59:59Z',
      '2024-03-01T00:00:00Z',
      '2024-03-01T00:00:01Z',
      '2024-12-31T12:00:00Z',
      '2009-01-01T00:00:00Z',
    ),
  })
  .map(({ org, ...event }) => (org === undefined ? event : { ...event, org })) as fc.Arbitrary<GithubEvent>;

/** Before each run some files are written: new ones, changed ones, or ones as they were before. */
export const githubHistories = fc.array(
  fc.uniqueArray(fc.record({ file: few(0, 1, 2), events: fc.array(githubEvents, { maxLength: 5 }) }), {
    selector: ({ file }) => file,
    maxLength: 2,
  }),
  { minLength: 1, maxLength: 4 },
);

/** A file of events. The mark keeps two files from having the same content, which would be one file that has moved. */
export function githubFile(file: number | string, events: readonly GithubEvent[]): string {
  return events.map((event) => `${JSON.stringify({ ...event, file })}\n`).join('');
}
