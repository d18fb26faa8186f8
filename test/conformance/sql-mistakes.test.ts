import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../../src/pipeline/ask.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { explainLoad } from '../../src/pipeline/explain-statements.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { BUILT_IN_MODEL, LOADER_SQL, loadModel } from '../../src/sql/read-model.ts';
import { wholeFile } from '../../src/sql/written.ts';
import { engines, withFolder } from '../support/engines.ts';
import { failureOf } from '../support/failures.ts';
import { type Loader, openLoader, readEverything } from '../support/loader.ts';
import { writeSample } from '../support/trials.ts';

type Action = (context: Loader['context']) => Promise<unknown>;

/** A mistake that somebody makes in a file of the model or of the loader, what meets it, and what each engine says. */
interface Mistake {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly said: RegExp;
  readonly action: Action;
  /** What an engine is known to point at, if not at the line. */
  readonly place?: Readonly<Record<string, string>>;
  /** Whether `check --deep` meets it. */
  readonly planned?: boolean;
}

const create: Action = ({ model, warehouse }) => createTables(model, warehouse, { force: true });
const compare: Action = (context) => reconcile(context, { recounts: false });

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a column that is not there, in the SELECT of a star table,',
    file: 'model/star/users.sql',
    from: 'e.logged_in',
    to: 'e.loged_in',
    said: /loged_in/,
    action: etl,
    planned: true,
  },
  {
    what: 'a misspelt word, in the SELECT of a current table,',
    file: 'model/current/current_events.sql',
    from: 'THEN FALSE ELSE',
    to: 'THEN FALSE ELS',
    said: /syntax error/,
    action: etl,
    planned: true,
  },
  {
    what: 'a misspelt word, in a check that stands between others,',
    file: 'model/checks/star/one_time_per_start_time.sql',
    from: 'LEFT JOIN (SELECT',
    to: 'LEFT JION (SELECT',
    said: /syntax error/,
    action: etl,
    planned: true,
  },
  {
    what: 'a check that names no offender',
    file: 'model/checks/star/one_artist_per_song.sql',
    from: 'AS offender,',
    to: 'AS ofender,',
    said: /offender/,
    place: {
      duckdb: 'a file in {folder}',
      postgres: '{folder}/model/checks/star/one_artist_per_song.sql',
      redshift: '{folder}/model/checks/star/one_artist_per_song.sql',
    },
    action: etl,
    planned: true,
  },
  {
    what: 'a misspelt word, in a CREATE TABLE,',
    file: 'loader/control/load_run.sql',
    from: 'previous_stamp TIMESTAMP NOT NULL',
    to: 'previous_stamp TIMESTAMP NOT NULLL',
    said: /syntax error/,
    action: create,
  },
  {
    what: 'a misspelt word, in a comparison,',
    file: 'loader/reconcile/staged_rows.sql',
    from: 'HAVING SUM',
    to: 'HAVNG SUM',
    said: /syntax error/,
    action: compare,
  },
  {
    what: 'a column that is not there, in a comparison of control tables,',
    file: 'loader/reconcile/control/load_ledger.sql',
    from: 'OR records < 0',
    to: 'OR recordss < 0',
    said: /recordss/,
    action: compare,
  },
];

/** The model, or the loader's own SQL, with a mistake in it. */
function mistaken({ file, from, to }: Mistake) {
  return withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, join(folder, 'model'), { recursive: true });
    cpSync(LOADER_SQL, join(folder, 'loader'), { recursive: true });
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, file), text.replace(from, to));
    const at = text.indexOf(from) + from.lastIndexOf('\n') + 1;
    const model = loadModel(join(folder, 'model'), join(folder, 'loader'));
    return { model, folder, line: text.slice(0, at).split('\n').length };
  });
}

describe.each(engines)('a mistake in the SQL of the model, on $name', (engine) => {
  let opened: Awaited<ReturnType<typeof openLoader>>;
  let before: Awaited<ReturnType<typeof readEverything>>;
  beforeAll(async () => {
    opened = await openLoader(engine);
    before = await readEverything(opened.loader);
    writeSample(opened.loader);
  });
  afterAll(() => opened.close());

  test.each(MISTAKES)('$what is told with its file and line; nothing is changed', async (mistake) => {
    const { loader } = opened;
    const { model, folder, line } = await mistaken(mistake);
    const place =
      mistake.place?.[engine.name]?.replace('{folder}', folder) ?? `${folder}/${mistake.file}, line ${line}`;
    const { message, next, exitCode } = await failureOf(mistake.action({ ...loader.context, model }));
    expect({ place: message.slice(0, place.length + 2), message, next, exitCode }).toEqual({
      place: `${place}: `,
      message: expect.stringMatching(mistake.said),
      next: expect.stringMatching(/^Correct that file and run again\. npm run check -- --deep /),
      exitCode: 1,
    });
    expect(await readEverything(loader)).toEqual(before);
    if (mistake.planned === true) {
      const { refused } = await explainLoad(model, loader.context.warehouse);
      expect(refused.map((one) => one.place)).toContain(place);
    }
  });

  test("in a user's own statement is told with its line", async () => {
    const { warehouse } = opened.loader.context;
    const sql = 'SELECT *\nFROM users\nWHERE nothing = 1';
    const failure = await failureOf(warehouse.query(sql, { asWritten: true }));
    expect(failure).toMatchObject({ line: 3, message: expect.stringContaining('nothing') });
    const asQuestion = ask(warehouse, { sql, written: wholeFile('sql/queries/mine.sql', sql) });
    expect((await failureOf(asQuestion)).message).toMatch(/^sql\/queries\/mine\.sql, line 3: /);
  });

  test('that is corrected is gone: the same load goes through', async () => {
    await etl(opened.loader.context);
    await reconcile(opened.loader.context, { recounts: false });
  });
});
