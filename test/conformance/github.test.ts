import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DataError } from '../../src/errors.ts';
import { type Budget, budgetsOf } from '../../src/pipeline/budget.ts';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Engine, engines } from '../support/engines.ts';
import { githubEvents, githubFile, githubHistories, githubModel as model, STAR_EVENT } from '../support/github.ts';
import { expectedGithubStar, GITHUB_STAR, type GithubEvent } from '../support/github-oracle.ts';
import { type Loader, readTables, withLoader } from '../support/loader.ts';
import { inMemory } from '../support/models.ts';
import { note } from '../support/notes.ts';
import { scale } from '../support/scale.ts';
import { runSql } from '../support/trials.ts';

const ROOT = 'memory://GITHUB_EVENTS';

const onModel = (engine: Engine, action: (loader: Loader, context: LoadContext) => Promise<void>) =>
  withLoader(engine, (loader) => action(loader, inMemory(loader)), { model });
const starOf = ({ warehouse }: LoadContext) => readTables(warehouse, GITHUB_STAR);
const runs = (engine: Engine, count: number) => ({ numRuns: Math.ceil(count * engine.share), endOnFailure: true });

test('no load makes a table of the GitHub model anew', () => {
  expect(model.derivation.anew).toEqual([]);
});

describe.each(engines)('the GitHub model on $name', (engine) => {
  test('has after any history of new, changed and restored files what the oracle says, and so after a rebuild', async () => {
    const property = fc.asyncProperty(githubHistories, (history) =>
      onModel(engine, async ({ store }, context) => {
        const loaded = new Map<string, string>();
        const staged: GithubEvent[][] = [];
        for (const files of history) {
          const changed = files.filter(({ file, events }) => loaded.get(`${file}`) !== githubFile(file, events));
          for (const { file, events } of changed) {
            loaded.set(`${file}`, githubFile(file, events));
            store.files.set(`${ROOT}/${file}.json`, githubFile(file, events));
          }
          staged.push(changed.flatMap(({ events }) => events));
          expect((await etl(context)).status).toBe(changed.length === 0 ? 'up_to_date' : 'loaded');
          expect(await starOf(context)).toEqual(expectedGithubStar(staged));
        }
        expect((await reconcile(context, { recounts: false })).disagreements).toEqual([]);
        await rebuild(context);
        expect(await starOf(context)).toEqual(expectedGithubStar(staged));
      }),
    );
    await fc.assert(property, runs(engine, scale.histories));
  }, 300_000);

  test('has the same star however the same events are cut into runs', async () => {
    const once = fc.uniqueArray(githubEvents, { selector: ({ id }) => id, minLength: 1 });
    const cut = fc.array(fc.nat(2), { minLength: 5, maxLength: 5 });
    const property = fc.asyncProperty(once, cut, (events, places) =>
      onModel(engine, async ({ store }, context) => {
        for (const run of [2, 0, 1]) {
          const some = events.filter((_, at) => places[at] === run);
          store.files.set(`${ROOT}/${run}.json`, githubFile(run, some));
          await etl(context);
        }
        expect(await starOf(context)).toEqual(expectedGithubStar([events]));
      }),
    );
    await fc.assert(property, runs(engine, scale.partitions));
  }, 300_000);

  test('is found right by reconcile, which notices a change by hand in any table and an event that no file holds', () =>
    onModel(engine, async ({ store }, context) => {
      store.files.set(`${ROOT}/a.json`, githubFile('a', [STAR_EVENT]));
      store.files.set(`${ROOT}/b.json`, githubFile('b', [{ ...STAR_EVENT, id: '2', repo: { id: 22, name: 'ann/b' } }]));
      await etl(context);
      const found = async (recounts: boolean) => (await reconcile(context, { recounts })).disagreements;
      expect(await found(true)).toEqual([]);
      const changes = [
        ['activity', "UPDATE activity SET action = 'stopped' WHERE event_id = 2", 'event_id 2: action is "stopped"'],
        ['actors', 'UPDATE actors SET is_bot = TRUE', 'actor_id 11: is_bot is true'],
        ['repos', 'DELETE FROM repos WHERE repo_id = 22', 'repo_id 22: 1 row missing'],
        ['orgs', "UPDATE orgs SET login = 'other'", 'org_id 31: login is "other"'],
        ['days', 'UPDATE days SET events = 3', 'day "2024-02-29": events is 3'],
      ] as const;
      for (const [table, sql, example] of changes) {
        await runSql(context.warehouse, sql);
        expect(await found(false)).toMatchObject([{ rule: table, examples: [expect.stringContaining(example)] }]);
        await rebuild(context);
      }
      store.files.delete(`${ROOT}/b.json`);
      expect(await found(true)).toEqual(
        expect.arrayContaining([expect.objectContaining({ rule: 'events_in_no_file', examples: ['event 2'] })]),
      );
    }));

  test('refuses times that are none, and names them', () =>
    onModel(engine, async ({ store }, context) => {
      const load = (times: readonly string[]) => {
        const events = times.map((created_at, at) => ({ ...STAR_EVENT, id: String(at + 1), created_at }));
        store.files.set(`${ROOT}/a.json`, githubFile('a', events));
        return etl(context);
      };
      const error = await load(WRONG_TIMES).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DataError);
      expect((error as DataError).message).toContain('valid_created_at');
      for (const time of WRONG_TIMES.slice(0, 3)) {
        await expect(load([time])).rejects.toThrow(`created_at ${time} of event 1 is not a time`);
      }
      await load(RIGHT_TIMES);
      const { rows } = await context.warehouse.query('SELECT COUNT(*) FROM activity');
      expect(rows).toEqual([[RIGHT_TIMES.length]]);
    }));

  test('warns of types that GitHub does not document, and loads them', () =>
    onModel(engine, async ({ store }, context) => {
      store.files.set(`${ROOT}/a.json`, githubFile('a', [{ ...STAR_EVENT, type: 'NewEvent' }]));
      const { warnings, unknownKeys } = await etl(context);
      expect(warnings).toMatchObject([{ rule: 'known_type', offender: 'type "NewEvent" in 1 events' }]);
      // The file's name is in the records of these tests only.
      expect(unknownKeys?.flatMap(({ keys }) => keys.map(({ key }) => key))).toEqual(['file']);
    }));

  test.each([
    ['activity', 'one_activity_per_event', 'INSERT INTO activity SELECT * FROM activity'],
    ['actors', 'one_actor_per_actor_id', 'INSERT INTO actors SELECT * FROM actors'],
    ['repos', 'one_repo_per_repo_id', 'DELETE FROM repos'],
    ['orgs', 'one_org_per_org_id', 'INSERT INTO orgs SELECT * FROM orgs'],
    ['days', 'one_row_per_day', 'DELETE FROM days'],
  ])('has a check of %s', (table, rule, damage) =>
    withLoader(
      engine,
      async (loader) => {
        const context = inMemory(loader);
        loader.store.files.set(`${ROOT}/a.json`, githubFile('a', [STAR_EVENT]));
        await expect(etl(context)).rejects.toThrow(rule);
      },
      { model: { ...model, derivation: damaged(table, damage) } },
    ),
  );

  test('needs no more statements than a batch may have', () =>
    onModel(engine, async (_, { warehouse }) => {
      const budgets = budgetsOf(model, warehouse);
      if (budgets.length > 0) note('Figures', `statements of the GitHub model: ${listOf(budgets)}`);
      expect(budgets.filter(({ needs, most }) => needs > most)).toEqual([]);
    }));

  test('answers every question', () =>
    onModel(engine, async ({ store }, context) => {
      const issue = { ...STAR_EVENT, id: '2', type: 'IssuesEvent', payload: { action: 'opened' } };
      store.files.set(`${ROOT}/a.json`, githubFile('a', [STAR_EVENT, issue]));
      await etl(context);
      for (const { name, sql } of model.queries) {
        const { rows } = await context.warehouse.query(sql);
        expect({ name, rows: rows.length }).not.toEqual({ name, rows: 0 });
      }
    }));
});

const listOf = (budgets: readonly Budget[]) => budgets.map(({ task, needs }) => `${task} ${needs}`).join(', ');

/** The statements of a load, with one more after those of a table. */
function damaged(table: string, sql: string): typeof model.derivation {
  const last = model.derivation.load.findLastIndex((one) => one.sql.startsWith(`INSERT INTO "${table}"`));
  return { ...model.derivation, load: model.derivation.load.toSpliced(last + 1, 0, { name: 'damage', sql }) };
}

const RIGHT_TIMES = ['2008-01-01T00:00:00Z', '2024-02-29T23:59:59Z', '2023-11-30T12:30:30Z', '2099-12-31T00:00:00Z'];
const WRONG_TIMES = [
  '2023-02-29T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T00:60:00Z',
  '2024-01-01T00:00:60Z',
  '2024-13-01T00:00:00Z',
  '2024-00-01T00:00:00Z',
  '2024-01-00T00:00:00Z',
  '2024-01-32T00:00:00Z',
  '2007-12-31T23:59:59Z',
  '2100-01-01T00:00:00Z',
  '2024-01-01 00:00:00Z',
  '2024-01-01T00:00:00',
  '2024-01-01T00:00:00+02:00',
  '2024-01-01T00:00:00.000Z',
  '24-01-01T00:00:00Z',
  'yesterday',
  '',
];
