import type { CommandModule, Options } from 'yargs';
import { asStarted } from './command-line.ts';
import { untyped, withNumbers } from './numbers.ts';

/** A command as data: its description, options, examples and handler. `Args` must match what the options yield. */
export interface CommandSpec<Args> {
  /** The name and its positional arguments. */
  readonly command: string;
  readonly describe: string;
  readonly positionals?: Readonly<Record<string, Options>>;
  readonly options: Readonly<Record<string, Options>>;
  /** Whether arguments that are lists keep all their values; of any other option that is given several times the last counts. */
  readonly repeats?: boolean;
  /** Command lines, each with its purpose. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  run(args: Args): Promise<void>;
}

/**
 * What the command line asks for. A handler throws it, because yargs lays out the command's help after a handler that
 * returns: a tenth of a second in every run.
 */
export class ChosenCommand extends Error {
  readonly run: () => Promise<void>;

  constructor(run: () => Promise<void>) {
    super();
    this.run = run;
  }
}

/** Converts a command to a yargs module, whose handler throws ChosenCommand. */
export function toModule<Args>({
  command,
  describe,
  positionals = {},
  options,
  repeats = false,
  examples,
  run,
}: CommandSpec<Args>): CommandModule {
  return {
    command,
    describe,
    builder: (argv) => {
      for (const [name, option] of Object.entries(positionals)) {
        argv.positional(name, option as Parameters<typeof argv.positional>[1]);
      }
      return argv
        .parserConfiguration({ 'duplicate-arguments-array': repeats, 'greedy-arrays': false })
        .options(Object.fromEntries(Object.entries(options).map(([name, option]) => [name, described(option)])))
        .example(examples.map(([line, purpose]) => [asStarted(line), purpose] as [string, string]));
    },
    handler: (args) => {
      const last = repeats ? lastValues(args, { ...positionals, ...options }) : args;
      throw new ChosenCommand(async () => run(withNumbers(last, options) as Args));
    },
  };
}

/** The arguments with one value for each that is no list. */
function lastValues(
  args: Readonly<Record<string, unknown>>,
  specs: Readonly<Record<string, Options>>,
): Readonly<Record<string, unknown>> {
  const isList = (name: string) => name === '_' || specs[name]?.array === true;
  const one = (name: string, value: unknown) => (Array.isArray(value) && !isList(name) ? value.at(-1) : value);
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, one(name, value)]));
}

function described({ describe = '', ...option }: Options): Options {
  return { ...untyped(option), describe: asStarted(describe) };
}

/** The options of every command that uses a configured warehouse. */
export interface WarehouseArgs {
  readonly config: string;
  /** A model's folder, instead of the one that dwh.cfg names. */
  readonly model?: string | undefined;
  readonly json: boolean;
  /** Whether to show values of the data (`--no-excerpts`). */
  readonly excerpts?: boolean | undefined;
}

/** `--json`, which every command has. */
export const JSON_OPTION = {
  json: { type: 'boolean', default: false, describe: 'print one JSON document (docs/output.md)' },
} as const satisfies Record<string, Options>;

/** `--model` of commands that make data: only models of the package have any. */
export const SAMPLE_OPTION = {
  model: {
    type: 'string',
    default: 'sparkify',
    requiresArg: true,
    describe: 'a model of the package: sparkify or github',
  },
} as const satisfies Record<string, Options>;

/** `--config`, `--model` and `--json`. */
export const WAREHOUSE_OPTIONS = {
  config: { type: 'string', default: 'dwh.cfg', requiresArg: true, describe: 'the configuration file' },
  model: {
    type: 'string',
    requiresArg: true,
    describe: "a model's folder, or sparkify or github of the package, instead of PATH under [MODEL]",
  },
  ...JSON_OPTION,
} as const satisfies Record<string, Options>;
