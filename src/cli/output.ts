import { styleText } from 'node:util';
import { count } from '../counts.ts';
import { messageOf, printable, StarloadError } from '../errors.ts';
import { clearProgress } from './progress-line.ts';

export { count, thousands } from '../counts.ts';
export { bytes } from '../objects/disk.ts';

/**
 * A reader that has seen enough, such as `head`, closes the pipe. Further output is lost, but the command continues
 * unaffected.
 */
export function endQuietlyWithReader(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      lost ??= error;
    }
  });
}

/** Why part of the result could not be printed. */
let lost: Error | undefined;

/** Await it at the end: the error for a result that was not printed completely; undefined if it was. */
export async function lostOutput(): Promise<StarloadError | undefined> {
  await piece('');
  return lost === undefined
    ? undefined
    : new StarloadError(`cannot write the result to standard output: ${messageOf(lost)}`, {
        next: 'Free some space where the output goes, and run again: nothing is loaded twice.',
        cause: lost,
      });
}

/**
 * Prints a piece of the result, and waits until more can be written. Returns whether the output is still being read.
 */
export function piece(text: string): Promise<boolean> {
  clearProgress();
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(error === undefined || error === null));
  });
}

/** The minimum length of a piece. JavaScript cannot hold a text of more than half a gigabyte. */
const PIECE_LENGTH = 1_000_000;

/**
 * Joins texts into pieces. Each piece ends with the text that makes it longer than PIECE_LENGTH, or with the last one.
 */
export function* inPieces(texts: Iterable<string>): Generator<string> {
  let gathered = '';
  for (const text of texts) {
    gathered += text;
    if (gathered.length > PIECE_LENGTH) {
      yield gathered;
      gathered = '';
    }
  }
  if (gathered !== '') {
    yield gathered;
  }
}

/** Prints a line of the result. */
export function result(text: string): void {
  clearProgress();
  process.stdout.write(`${text}\n`);
}

/**
 * Styles, line ends and tabs are Starload's own. Other characters that a terminal would interpret come from names and
 * data.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: every style that a terminal obeys begins with ESC
const OURS = /(\u001b\[\d+m|[\n\t])/;

/** Prints one or more lines of progress messages. If they do not go to a terminal, each begins with the time. */
export function story(text: string, now: Date = new Date()): void {
  const pieces = text.split(OURS).map((piece) => (OURS.test(piece) ? piece : printable(piece)));
  const printed = pieces.join('');
  clearProgress();
  process.stderr.write(`${process.stderr.isTTY === true ? printed : timed(printed, now)}\n`);
}

function timed(text: string, now: Date): string {
  const time = timeOf(now);
  return text
    .split('\n')
    .map((line) => `${time} ${line}`)
    .join('\n');
}

/** A time as messages and documents show it: `2026-11-26T11:40:02Z`. */
export function timeOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Prints a command's JSON document. Integers that JSON readers would round are written as strings. */
export function document(content: unknown): void {
  result(JSON.stringify(content, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2));
}

type Style = Parameters<typeof styleText>[0];

/** Styles text for stdout. Honours NO_COLOR, FORCE_COLOR and whether stdout is a terminal. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Styles text for stderr. */
export function styledStory(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

/** `1 file`, `3,000 files`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
