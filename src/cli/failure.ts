import { BadResult, ConfigError, DataError, messageOf, StarloadError } from '../errors.ts';
import { UnknownKeysError } from '../pipeline/unknown-keys.ts';
import { whereaboutsOf } from './attempt.ts';
import { asStarted } from './command-line.ts';
import { document, story, styledStory, timeOf } from './output.ts';
import { unknownKeysForJson } from './unknown-keys.ts';

/**
 * Reports an error on stderr and, with --json, as the command's document on stdout. Returns the exit code. Errors are
 * printed only here.
 */
export function reportFailure(thrown: unknown, args: readonly string[]): number {
  const discreet = hidesExcerpts(args);
  const error = discreet && thrown instanceof StarloadError ? thrown.withoutExcerpts() : thrown;
  const exitCode = error instanceof StarloadError ? error.exitCode : 1;
  story(`${styledStory('red', 'error')}: ${messageOf(error)}`);
  if (error instanceof StarloadError && error.next !== undefined) {
    story(`${styledStory('cyan', 'next')}: ${asStarted(error.next)}`);
  }
  if (args.includes('--debug') || !(error instanceof StarloadError)) {
    story(stackOf(thrown, discreet && thrown instanceof StarloadError ? messageOf(error) : undefined));
  }
  if (args.includes('--json') && !(error instanceof BadResult)) {
    const committed =
      error instanceof StarloadError && error.committed !== undefined ? { committed: error.committed } : {};
    const failed = { command: commandOf(args), status: 'failed', exit_code: exitCode };
    document({ ...failed, ...placeOf(thrown), error: describe(error), ...committed });
  }
  return exitCode;
}

/** When and where it failed, and in which run, as far as known. */
function placeOf(thrown: unknown): Record<string, unknown> {
  const { warehouse, engine, schema, runId } = whereaboutsOf(thrown);
  return { time: timeOf(new Date()), warehouse, engine, schema, run_id: runId };
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof StarloadError)) {
    return { kind: 'Error', message: messageOf(error) };
  }
  const problems = error instanceof ConfigError || error instanceof DataError ? { problems: problemsOf(error) } : {};
  return {
    kind: error.name,
    message: error.headline,
    ...(error.next === undefined ? {} : { next: asStarted(error.next) }),
    ...problems,
    ...(error instanceof UnknownKeysError ? { unknown_keys: unknownKeysForJson(error.unknownKeys) } : {}),
  };
}

function commandOf(args: readonly string[]): string | null {
  return args.find((arg) => !arg.startsWith('-')) ?? null;
}

/** Whether the command line hides excerpts, in any of the forms that yargs understands. */
function hidesExcerpts(args: readonly string[]): boolean {
  return args.some(
    (arg, at) =>
      /^--(no-excerpts(=true)?|excerpts=false)$/.test(arg) || (arg === '--excerpts' && args[at + 1] === 'false'),
  );
}

function problemsOf(error: ConfigError | DataError): readonly unknown[] {
  return error instanceof DataError ? error.problems.map(({ plain, ...problem }) => problem) : error.problems;
}

/**
 * The stack of an error and its causes. With `instead`, their messages are replaced, because they may contain values of
 * the data.
 */
function stackOf(error: unknown, instead?: string): string {
  if (!(error instanceof Error)) {
    return '';
  }
  // A stack begins with the original message.
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const head = `${error.name}: ${instead ?? error.message}`;
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause, instead && '…')}`;
  return `${[head, ...frames].join('\n')}${cause}`;
}
