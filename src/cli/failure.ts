import { BadResult, ConfigError, DataError, messageOf, StarloadError } from '../errors.ts';
import { document, story, styledStory } from './output.ts';

/**
 * Reports an error on stderr and, with --json, as the command's document on stdout. Returns the exit code. The only
 * place where errors are printed.
 */
export function reportFailure(thrown: unknown, args: readonly string[]): number {
  const error = args.includes('--no-excerpts') && thrown instanceof DataError ? thrown.withoutExcerpts() : thrown;
  const exitCode = error instanceof StarloadError ? error.exitCode : 1;
  story(`${styledStory('red', 'error')}: ${messageOf(error)}`);
  if (error instanceof StarloadError && error.next !== undefined) {
    story(`${styledStory('cyan', 'next')}: ${error.next}`);
  }
  if (args.includes('--debug') || !(error instanceof StarloadError)) {
    story(stackOf(error));
  }
  if (args.includes('--json') && !(error instanceof BadResult)) {
    const committed =
      error instanceof StarloadError && error.committed !== undefined ? { committed: error.committed } : {};
    document({ command: commandOf(args), status: 'failed', exit_code: exitCode, error: describe(error), ...committed });
  }
  return exitCode;
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof StarloadError)) {
    return { kind: 'Error', message: messageOf(error) };
  }
  const problems = error instanceof ConfigError || error instanceof DataError ? { problems: error.problems } : {};
  return {
    kind: error.name,
    message: error.headline,
    ...(error.next === undefined ? {} : { next: error.next }),
    ...problems,
  };
}

function commandOf(args: readonly string[]): string | null {
  return args.find((arg) => !arg.startsWith('-')) ?? null;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return '';
  }
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  // A stack begins with the message as it was at first.
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return `${[`${error.name}: ${error.message}`, ...frames].join('\n')}${cause}`;
}
