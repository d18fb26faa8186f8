import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { migrate } from '../../src/migrate/migrate.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import { engines } from '../support/engines.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { contentOf } from '../support/migrations.ts';
import { inMemory, lines, modelOf } from '../support/models.ts';
import { scale } from '../support/scale.ts';

/** A model as it is at some time: the columns that there are, with their types, and what is made of them. */
interface State {
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly c: string | undefined;
  /** The name of `a` in the star. */
  readonly alias: 'a' | 'alpha';
  readonly hasTotals: boolean;
  readonly countsBy: 1 | 10;
  readonly hasSizes: boolean;
}

type Column = 'a' | 'b' | 'c';
const COLUMNS: readonly Column[] = ['a', 'b', 'c'];

const few = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const state: fc.Arbitrary<State> = fc.record({
  a: few(undefined, 'VARCHAR(8)', 'VARCHAR(20)'),
  b: few(undefined, 'BIGINT', 'DOUBLE PRECISION', 'VARCHAR(20)'),
  c: few(undefined, 'VARCHAR(20)'),
  alias: few('a', 'alpha'),
  hasTotals: fc.boolean(),
  countsBy: few(1, 10),
  hasSizes: fc.boolean(),
});

const record = fc.record({
  id: fc.integer({ min: 1, max: 4 }),
  a: few('x', 'y ', 'y', null),
  b: few(7, 12, null),
  c: few('p', 'q'),
});

/** Files are written, and may be removed later; then they are loaded. Or the model changes, and the tables with it. */
const action = fc.oneof(
  fc.record({
    files: fc.dictionary(few('f', 'g', 'h'), fc.array(record, { minLength: 1, maxLength: 4 }), { minKeys: 1 }),
    gone: fc.option(few('f', 'g', 'h')),
    keeps: fc.boolean(),
  }),
  fc.record({ state }),
);

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
type Row = Record<string, unknown>;

const history = fc.tuple(state, fc.array(action, { minLength: 3, maxLength: 6 }));

function filesOf({ a, b, c, alias, hasTotals, countsBy, hasSizes }: State): Readonly<Record<string, string>> {
  const own = Object.entries({ a, b, c }).flatMap(([name, type]) => (type === undefined ? [] : [{ name, type }]));
  const starName = (name: string) => (name === 'a' ? alias : name);
  const former = (name: string) => (name === 'a' ? ` -- was: ${alias === 'a' ? 'alpha' : 'a'}` : '');
  const column = (name: string, type: string, comment = '') => `,${comment}\n  ${name} ${type}`;
  const star = own.map(({ name, type }) => `  ${starName(name)} ${type},${former(name)}\n`).join('');
  return {
    'staging/staging_things.sql': `-- source: THINGS\n-- key: id\nCREATE TABLE staging_things (\n  id BIGINT NOT NULL${own.map(({ name, type }) => column(name, type)).join('')}\n)\n`,
    'star/latest.sql': `-- key: id\nCREATE TABLE latest (\n${star}  id BIGINT NOT NULL\n);\n\nSELECT ${[...own.map(({ name }) => (name === 'a' ? `a AS ${alias}` : name)), 'id'].join(', ')} FROM current_things WHERE {affected}\n`,
    ...(hasTotals && a !== undefined
      ? {
          'star/totals.sql': `-- key: a\nCREATE TABLE totals (\n  a VARCHAR(20) NOT NULL,\n  things BIGINT NOT NULL\n);\n\nSELECT RTRIM(a, ' ') AS a, COUNT(*) * ${countsBy} AS things FROM current_things GROUP BY RTRIM(a, ' ')\n`,
        }
      : {}),
    ...(hasSizes
      ? {
          'star/sizes.sql': `-- key: size\nCREATE TABLE sizes (\n  size VARCHAR(10) NOT NULL,\n  things BIGINT NOT NULL\n);\n\nSELECT CAST(CASE WHEN id > 2 THEN 'big' ELSE 'small' END AS VARCHAR(10)) AS size, COUNT(*) AS things FROM latest GROUP BY CAST(CASE WHEN id > 2 THEN 'big' ELSE 'small' END AS VARCHAR(10))\n`,
        }
      : {}),
  };
}

/** Everything that some model has and this one does not. */
function dropped(model: Model): readonly string[] {
  const columns = ['staging_things', 'current_things', 'latest'].flatMap((table) =>
    [...COLUMNS, 'alpha'].map((name) => `${table}.${name}`),
  );
  const own = new Set(model.tables.flatMap((table) => table.columns.map(({ name }) => `${table.name}.${name}`)));
  const tables = ['totals', 'sizes'].filter((name) => !model.tables.some((table) => table.name === name));
  return [...columns.filter((name) => !own.has(name)), ...tables];
}

/** Whether only the files have the values of a column of the new model. */
function isUnknown(column: Column, before: State, after: State): boolean {
  const [from, to] = [before[column], after[column]];
  const kind = (type: string | undefined) => type?.replace(/\(.*/, '');
  return to !== undefined && kind(from) !== kind(to) && !(from === 'BIGINT' && to === 'DOUBLE PRECISION');
}

/** A file that was loaded, with what of its keys is in `rescued`. */
interface LoadedFile {
  readonly uri: string;
  readonly text: string;
  readonly rows: readonly Row[];
  readonly keeps: boolean;
  readonly rescued: Set<Column>;
}

const lacking = (now: State) => COLUMNS.filter((column) => now[column] === undefined);

function readAgain({ keeps, rescued }: LoadedFile, now: State): void {
  rescued.clear();
  for (const column of keeps ? lacking(now) : []) rescued.add(column);
}

function takeRescued({ rows, rescued }: LoadedFile, columns: readonly Column[]): void {
  for (const column of columns.filter((one) => !rescued.delete(one))) {
    for (const row of rows) delete row[column];
  }
}

/** A history with what a fresh load has to load so that it gives the same. */
class Told {
  readonly runs: (readonly LoadedFile[])[] = [];
  #versions = 0;

  load({ store }: Loader, { files, gone, keeps }: Extract<Action, { readonly files: unknown }>, now: State): void {
    if (gone !== null) store.files.delete(`memory://THINGS/${gone}.json`);
    this.runs.push(
      Object.entries(files).map(([name, rows]) => {
        // No two versions are alike, so that each is loaded, in the fresh load too.
        const own = rows.map((row): Row => ({ ...row, version: ++this.#versions }));
        const [uri, text] = [`memory://THINGS/${name}.json`, lines(own)];
        store.files.set(uri, text);
        return { uri, text, rows: own, keeps, rescued: new Set(keeps ? lacking(now) : []) };
      }),
    );
  }

  /** Columns are filled from files, then from what was kept; rows for which there is neither have no values there. */
  fill({ store }: Loader, columns: readonly Column[], now: State): void {
    const present = new Set(store.files.values());
    for (const file of columns.length === 0 ? [] : this.runs.flat()) {
      if (present.has(file.text)) readAgain(file, now);
      else takeRescued(file, columns);
    }
  }

  /** A load of all versions, run by run. */
  async replay(loader: Loader): Promise<void> {
    for (const files of this.runs) {
      for (const { uri, rows } of files) loader.store.files.set(uri, lines(rows));
      await etl(inMemory(loader));
    }
  }
}

describe.each(engines)('changes of a model and of its files, on $name', (engine) => {
  test('give in any order, with loads and migrations between, what a fresh load with the last model gives', async () => {
    const property = fc.asyncProperty(history, async ([first, actions]) => {
      const told = new Told();
      let now = first;
      const last = await withLoader(
        engine,
        async (loader) => {
          let current = loader;
          for (const one of actions) {
            if ('files' in one) {
              told.load(loader, one, now);
            } else {
              const unknown = COLUMNS.filter((column) => isUnknown(column, now, one.state));
              const retyped = unknown
                .filter((column) => now[column] !== undefined)
                .map((name) => `staging_things.${name}`);
              now = one.state;
              told.fill(loader, unknown, now);
              const model = await modelOf(filesOf(now));
              current = { ...loader, context: { ...loader.context, model } };
              await migrate(inMemory(current), { drop: [...dropped(model), ...retyped] });
            }
            await etl({ ...inMemory(current), unknownKeys: 'keeps' in one && one.keeps ? 'keep' : undefined });
          }
          expect(
            (await reconcile(inMemory(current), { recounts: false })).disagreements.filter(
              ({ rule }) => rule !== 'gone',
            ),
          ).toEqual([]);
          return { content: await contentOf(current.context), model: current.context.model };
        },
        { model: await modelOf(filesOf(first)) },
      );
      const fresh = await withLoader(
        engine,
        async (loader) => {
          await told.replay(loader);
          return contentOf(loader.context);
        },
        { model: last.model },
      );
      expect(last.content).toEqual(fresh);
    });
    await fc.assert(property, { numRuns: scale.migrations[engine.name === 'duckdb' ? 'duckdb' : 'servers'] });
  });
});
