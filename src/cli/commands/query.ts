import { randomUUID } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { BadResult, messageOf, StarloadError, UsageError } from '../../errors.ts';
import type { LoadContext } from '../../pipeline/context.ts';
import type { Model, NamedSql } from '../../sql/catalogue.ts';
import { inFile, StepFailed, WarehouseError } from '../../warehouse/errors.ts';
import type { Pages } from '../../warehouse/pages.ts';
import type { ResultSet } from '../../warehouse/warehouse.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { document, piece, result } from '../output.ts';
import { withWarehouse } from '../session.ts';

/** A user's own statement, or that of a question, with its file. */
type Statement = Pick<NamedSql, 'sql' | 'written'>;

type Format = 'table' | 'json' | 'csv';

interface Args extends WarehouseArgs {
  readonly sql: string | undefined;
  readonly question: string | undefined;
  readonly file: string | undefined;
  readonly write: boolean;
  readonly format: Format;
  readonly wide: boolean;
  readonly vertical: boolean;
  /** The command, and the arguments after a `--`. */
  readonly _: readonly (string | number)[];
}

export const queryCommand = toModule<Args>({
  command: 'query [sql]',
  describe: 'run SQL on the warehouse, read-only unless you add --write',
  positionals: { sql: { type: 'string', describe: 'one statement (default: read from standard input)' } },
  options: {
    ...WAREHOUSE_OPTIONS,
    file: { type: 'string', alias: 'f', requiresArg: true, describe: 'read the statement from a file' },
    question: { type: 'string', describe: "run one of the model's questions by its name; without a name, list them" },
    format: {
      choices: ['table', 'json', 'csv'] as const,
      default: 'table' as const,
      describe: 'output format of the rows',
    },
    wide: { type: 'boolean', default: false, describe: 'do not cut tables to the width of the terminal' },
    vertical: { type: 'boolean', default: false, describe: 'print each value on a separate line' },
    write: { type: 'boolean', default: false, describe: 'allow the statement to change data in the warehouse' },
  },
  examples: [
    ['npm run query -- "SELECT COUNT(*) FROM songplays"', 'run any query'],
    ['npm run query -- --question top_users', 'run a prepared question'],
    ['npm run --silent query -- --file my.sql --format csv > rows.csv', 'any number of rows, in little memory'],
  ],
  run,
});

async function run({ sql: argument, ...rest }: Args): Promise<void> {
  const args = { ...rest, sql: argument ?? afterDashes(rest) };
  const { modelFolder } = await import('../../config/read.ts');
  const { loadModel } = await import('../../sql/read-model.ts');
  const model = loadModel(await modelFolder(args.config, process.env, args.model));
  if (args.question === '') {
    return listQuestions(model, args);
  }
  const statement = await statementOf(model, args);
  const printed = { pieces: 0 };
  try {
    await withWarehouse(
      { config: args.config, model: args.model, readOnly: !args.write, reachesSources: false },
      (context) => print(asking(context, ask(context, statement, args)), args, printed),
    );
  } catch (error) {
    const placed = refusal(error, statement);
    throw printed.pieces > 0 && placed instanceof StarloadError ? cutShort(placed) : placed;
  }
}

/**
 * The error for a refused statement: where it is wrong, and for a question, in which file. DuckDB shows the line
 * itself.
 */
function refusal(error: unknown, { written }: Statement): unknown {
  const failure = error instanceof StepFailed ? error.failure : error;
  if (written !== undefined) {
    return inFile(failure, written);
  }
  if (!(failure instanceof WarehouseError) || failure.kind !== 'refused') {
    return error;
  }
  const { kind, message, next, line } = failure;
  const place = line === undefined || /\nLINE \d/.test(message) ? '' : `line ${line}: `;
  return new WarehouseError(kind, `${place}${message}`, { next: next ?? CORRECT, line, cause: error });
}

/** The statement after a `--`, which npm requires before arguments that are not its own. */
function afterDashes({ _: [, sql] }: Pick<Args, '_'>): string | undefined {
  return sql === undefined ? undefined : String(sql);
}

/**
 * The pages of a statement. Reports that it runs and how many rows there are. If a terminal shows the rows, nothing
 * else is shown there.
 */
async function* asking({ emit }: LoadContext, pages: Pages): AsyncGenerator<ResultSet> {
  emit({ type: 'doing', what: 'the statement runs' });
  let rows = 0;
  for await (const page of pages) {
    rows += page.rows.length;
    emit(process.stdout.isTTY === true ? { type: 'idle' } : { type: 'doing', what: 'writing rows', done: rows });
    yield page;
  }
  emit({ type: 'idle' });
}

/** Prints until the rows end or the reader stops. */
async function print(pages: Pages, args: Args, printed: { pieces: number }): Promise<void> {
  for await (const text of await rendered(pages, args)) {
    printed.pieces += 1;
    if (!(await piece(text))) {
      return;
    }
  }
}

const CORRECT = 'Correct the statement and run it again.';
const CORRECT_CUT = 'Correct the statement and run it again; do not use the rows printed so far.';

/** Rows that are already printed cannot be taken back. */
function cutShort({ exitCode, headline, next, cause }: StarloadError): BadResult {
  return new BadResult(exitCode, `the rows above are not all: ${headline}`, {
    next: next !== undefined && next !== CORRECT ? next : CORRECT_CUT,
    cause,
  });
}

async function rendered(pages: Pages, { json, format, wide, vertical }: Args): Promise<AsyncIterable<string>> {
  const { renderCsv, renderJson } = await import('../rows.ts');
  const { renderRows, renderVertical } = await import('../query-table.ts');
  if (json || format === 'json') {
    return renderJson(pages);
  }
  if (format === 'csv') {
    return renderCsv(pages);
  }
  return vertical ? renderVertical(pages) : renderRows(pages, wide ? undefined : process.stdout.columns);
}

async function listQuestions({ queries }: Model, { json }: Args): Promise<void> {
  const { questionOf } = await import('../questions.ts');
  const questions = queries.map(({ name, sql }) => [name, questionOf(sql)] as const);
  if (json) {
    document({ command: 'query', status: 'listed', questions: Object.fromEntries(questions) });
    return;
  }
  const { renderTable } = await import('../table.ts');
  result(renderTable(['name', 'question'], questions));
}

/** The single statement that was given: as an argument, in a file, as a question's name or on standard input. */
async function statementOf(model: Model, { sql, question, file }: Args): Promise<Statement> {
  const given = [sql, question, file].filter((one) => one !== undefined);
  const written = question === undefined && given.length < 2 ? (sql ?? (await read(file))) : '';
  if (written.trim() !== '') {
    // Engines treat a file's byte order mark differently.
    return { sql: written.replace(/^\ufeff/, '') };
  }
  const found = model.queries.find(({ name }) => name === question);
  if (found !== undefined && given.length === 1) {
    return found;
  }
  const names = model.queries.map(({ name }) => name).join(', ');
  throw new UsageError(
    question === undefined || given.length > 1
      ? 'give one statement, as an argument, with --file FILE or on standard input, or --question NAME'
      : `there is no question ${question}`,
    {
      next: `The questions are: ${names}.`,
    },
  );
}

/** The text of a file or, without one, of standard input. Does not wait for a terminal. */
async function read(file: string | undefined): Promise<string> {
  try {
    if (file !== undefined) {
      return await readFile(file, 'utf8');
    }
    return isSent() ? await text(process.stdin) : '';
  } catch (error) {
    throw new UsageError(`cannot read the statement: ${messageOf(error)}`, {
      next: 'Give a text file that you may read.',
      cause: error,
    });
  }
}

function isSent(): boolean {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isFile() || stdin.isSocket();
}

/** A question names its tables like the rest of the model. A user's own statement is not changed. */
async function* ask(context: LoadContext, { sql, written }: Statement, { write }: Args): Pages {
  const { warehouse } = context;
  const asWritten = written === undefined;
  if (!write) {
    try {
      yield* warehouse.pages(sql, { asWritten });
    } catch (error) {
      const { explainUnfit } = await import('../../pipeline/shape.ts');
      throw asWritten ? error : await explainUnfit(context, error);
    }
    return;
  }
  const [outcome] = await warehouse.run({
    name: `query-${randomUUID()}`,
    locks: false,
    asWritten,
    steps: [{ kind: 'sql', name: 'query', sql, wanted: 'always' }],
  });
  yield outcome?.result ?? { columns: ['rows_changed'], rows: [[outcome?.affected ?? 0]] };
}
