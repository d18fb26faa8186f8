import { JSON_OPTION, toModule } from '../command.ts';
import { asStarted } from '../command-line.ts';
import { count, counted, document, result, story, styled } from '../output.ts';
import { questionOf } from '../questions.ts';

interface Args {
  readonly dir: string;
  readonly json: boolean;
}

/** The questions the demo answers. */
const QUESTIONS = ['plays_by_level', 'busiest_hours', 'top_songs'];
const ROWS_SHOWN = 3;

export const demoCommand = toModule<Args>({
  command: 'demo',
  describe: 'load a generated sample into an embedded DuckDB and ask it a few questions; no AWS needed',
  options: {
    ...JSON_OPTION,
    dir: {
      type: 'string',
      default: '.starload/demo',
      requiresArg: true,
      describe: 'folder of the demo: a new or empty one, or one that an earlier demo created',
    },
  },
  examples: [['npm run demo', 'takes a few seconds']],
  run,
});

async function run({ dir, json }: Args): Promise<void> {
  const { prepareDemo, DEMO_SIZE } = await import('../demo-files.ts');
  const { readConfig } = await import('../../config/read.ts');
  const { withConfig } = await import('../session.ts');
  const { createTables } = await import('../../pipeline/create-tables.ts');
  const { etl } = await import('../../pipeline/etl.ts');
  const began = performance.now();
  story(`1. generate ${counted(DEMO_SIZE.songs, 'song')} and ${counted(DEMO_SIZE.events, 'event')} in ${dir}`);
  const file = await prepareDemo(dir);
  const outcome = await withConfig(await readConfig(file, {}), { readOnly: false }, async (context) => {
    story('2. create the tables');
    await createTables(context.model, context.warehouse, { force: true, emit: context.emit });
    story('3. load');
    const report = await etl(context);
    const answers = [];
    for (const { name, sql } of context.model.queries.filter((query) => QUESTIONS.includes(query.name))) {
      answers.push({ name, sql, ...(await context.warehouse.query(sql)) });
    }
    return { report, answers };
  });
  const seconds = (performance.now() - began) / 1000;
  await print(outcome, { json, file, seconds });
}

type Outcome = {
  readonly report: { readonly rows: ReadonlyMap<string, number> };
  readonly answers: readonly {
    name: string;
    sql: string;
    columns: readonly string[];
    rows: readonly (readonly unknown[])[];
  }[];
};

async function print(
  { report, answers }: Outcome,
  { json, file, seconds }: { json: boolean; file: string; seconds: number },
) {
  if (json) {
    document({
      command: 'demo',
      status: 'loaded',
      config: file,
      rows: Object.fromEntries(report.rows),
      answers: Object.fromEntries(answers.map(({ name, columns, rows }) => [name, { columns, rows }])),
      seconds: Number(seconds.toFixed(3)),
    });
    return;
  }
  const { renderTable } = await import('../table.ts');
  result(`\n${renderTable(['table', 'rows'], [...report.rows])}`);
  for (const { sql, columns, rows } of answers) {
    result(`\n${styled('bold', questionOf(sql))}\n${renderTable(columns, rows.slice(0, ROWS_SHOWN))}`);
    if (rows.length > ROWS_SHOWN) {
      result(`… ${count(rows.length - ROWS_SHOWN)} more`);
    }
  }
  result(`\nDone in ${seconds.toFixed(1)} s. Try another query:`);
  result(asStarted(`  npm run query -- --config ${file} "SELECT * FROM users LIMIT 5"`));
}
