import yargs from 'yargs';
import { UsageError } from '../errors.ts';
import { ChosenCommand } from './command.ts';
import { asStarted, ownVersion, programOf } from './command-line.ts';
import { certifyCommand } from './commands/certify.ts';
import { checkCommand } from './commands/check.ts';
import { createTablesCommand } from './commands/create-tables.ts';
import { demoCommand } from './commands/demo.ts';
import { docsCommand } from './commands/docs.ts';
import { etlCommand } from './commands/etl.ts';
import { forgetCommand } from './commands/forget.ts';
import { generateDataCommand } from './commands/generate-data.ts';
import { initCommand } from './commands/init.ts';
import { migrateCommand } from './commands/migrate.ts';
import { planCommand } from './commands/plan.ts';
import { proveCommand } from './commands/prove.ts';
import { provisionCommand } from './commands/provision.ts';
import { queryCommand } from './commands/query.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { statusCommand } from './commands/status.ts';
import { teardownCommand } from './commands/teardown.ts';
import { undoCommand } from './commands/undo.ts';
import { whyCommand } from './commands/why.ts';
import { reportFailure } from './failure.ts';
import { refuseConditions, strayWords } from './forget-arguments.ts';

const COMMANDS = [
  initCommand,
  createTablesCommand,
  etlCommand,
  planCommand,
  proveCommand,
  docsCommand,
  statusCommand,
  queryCommand,
  whyCommand,
  migrateCommand,
  rebuildCommand,
  undoCommand,
  forgetCommand,
  reconcileCommand,
  checkCommand,
  certifyCommand,
  generateDataCommand,
  demoCommand,
  provisionCommand,
  teardownCommand,
];

const NAMES = COMMANDS.map(({ command }) => String(command).replace(/ .*/, ''));

const EPILOGUE = `Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 data rejected or out of sync, 130
interrupted.
Results go to stdout, progress and messages to stderr; with --json stdout is one JSON document (docs/output.md).`;

/** Runs a command line, given without the program's name. Returns the exit code, after everything has been printed. */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    await chosenBy(args)?.run();
    return 0;
  } catch (error) {
    return reportFailure(error, args);
  }
}

/** The command that a command line asks for; undefined if yargs has printed help or the version. Throws UsageError. */
function chosenBy(args: readonly string[]): ChosenCommand | undefined {
  if (commandOf(args) === 'forget') refuseConditions(args);
  try {
    parser(args).parseSync();
    return undefined;
  } catch (error) {
    if (error instanceof ChosenCommand) {
      return error;
    }
    throw error;
  }
}

function commandOf(args: readonly string[]): string | undefined {
  return args.find((arg) => NAMES.includes(arg));
}

/** A mistake in a command line. That of `forget` may hold values, which yargs would repeat. */
function usageError(args: readonly string[], message: string): UsageError {
  const isStray = commandOf(args) === 'forget' && message.startsWith('Unknown argument');
  return isStray ? strayWords() : new UsageError(message, { next: helpFor(args) });
}

/** Where to look up the available options. */
function helpFor(args: readonly string[]): string {
  const name = commandOf(args);
  return name === undefined
    ? 'node dist/main.js --help lists commands and options.'
    : `npm run ${name} -- --help lists its options.`;
}

function parser(args: readonly string[]) {
  return (
    yargs([...args])
      .scriptName(programOf())
      // An option that is given twice takes its last value, as needed for a shell alias that contains an option.
      .parserConfiguration({ 'duplicate-arguments-array': false })
      .usage('$0 <command>\n\nLoads JSON files into a star schema, exactly once.')
      .command(COMMANDS)
      .demandCommand(1, 'Which command?')
      .recommendCommands()
      .strict()
      .option('debug', { type: 'boolean', default: false, describe: 'show where an error came from', global: true })
      .option('excerpts', {
        type: 'boolean',
        default: true,
        describe: 'show excerpts of refused records, which may hold personal data (--no-excerpts)',
        global: true,
      })
      .version(ownVersion())
      .alias({ help: 'h', version: 'v' })
      .epilogue(asStarted(EPILOGUE))
      .wrap(Math.min(110, process.stdout.columns ?? 110))
      .exitProcess(false)
      .fail((message, error) => {
        // Errors that yargs itself finds during parsing, such as an option without its value, have their own class.
        const isUsage = error === undefined || error.name === 'YError';
        throw isUsage ? usageError(args, message) : error;
      })
  );
}
