import type { ModelSample } from '../../generate/samples.ts';
import { JSON_OPTION, SAMPLE_OPTION, toModule } from '../command.ts';
import { asStarted } from '../command-line.ts';
import { count, counted, document, result, story, styled } from '../output.ts';
import { questionOf } from '../questions.ts';

interface Args {
  readonly model: string;
  readonly dir: string | undefined;
  readonly json: boolean;
}

const ROWS_SHOWN = 3;

export const demoCommand = toModule<Args>({
  command: 'demo',
  describe: 'load a generated sample into an embedded DuckDB and ask it a few questions; no AWS needed',
  options: {
    ...JSON_OPTION,
    ...SAMPLE_OPTION,
    dir: {
      type: 'string',
      requiresArg: true,
      describe:
        'folder of the demo: a new or empty one, or one that an earlier demo created (default .starload/demo; with github .starload/demo-github)',
    },
  },
  examples: [
    ['npm run demo', 'takes a few seconds'],
    ['npm run demo -- --model github', "the same with GitHub's public events"],
  ],
  run,
});

async function run({ model, dir: given, json }: Args): Promise<void> {
  const { prepareDemo } = await import('../demo-files.ts');
  const { sampleOf } = await import('../../generate/samples.ts');
  const { readConfig } = await import('../../config/read.ts');
  const { withConfig } = await import('../session.ts');
  const { createTables } = await import('../../pipeline/create-tables.ts');
  const { etl } = await import('../../pipeline/etl.ts');
  const began = performance.now();
  const sample = sampleOf(model);
  const dir = given ?? (model === USUAL ? DIR : `${DIR}-${model}`);
  story(`1. generate ${sizeOf(sample)} in ${dir}`);
  const file = await prepareDemo(dir, sample);
  const outcome = await withConfig(await readConfig(file, {}), { readOnly: false }, async (context) => {
    story('2. create the tables');
    await createTables(context.model, context.warehouse, { force: true, emit: context.emit });
    story('3. load');
    const report = await etl(context);
    const answers = [];
    for (const { name, sql } of context.model.queries.filter((query) => sample.questions.includes(query.name))) {
      answers.push({ name, sql, ...(await context.warehouse.query(sql)) });
    }
    return { report, answers };
  });
  const seconds = (performance.now() - began) / 1000;
  await print(outcome, { json, file, seconds, sample });
}

const USUAL = SAMPLE_OPTION.model.default;
const DIR = '.starload/demo';

function sizeOf({ amounts }: ModelSample): string {
  return Object.entries(amounts)
    .map(([what, count]) => counted(count, what.replace(/s$/, '')))
    .join(' and ');
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
  { json, file, seconds, sample }: { json: boolean; file: string; seconds: number; sample: ModelSample },
) {
  if (json) {
    document({
      command: 'demo',
      status: 'loaded',
      model: sample.model,
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
  result(asStarted(`  npm run query -- --config ${file} "${sample.query}"`));
}
