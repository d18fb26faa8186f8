import { DataError, InterruptedError, StarloadError } from '../errors.ts';
import { StepFailed, WarehouseError } from '../warehouse/errors.ts';

const LONGEST = 500;

/** What went wrong, in one line without any value of the data, because it is kept longer than the data may be. */
export function plainMessage(error: unknown): string {
  return textOf(error).slice(0, LONGEST);
}

function textOf(error: unknown): string {
  if (!(error instanceof StarloadError)) {
    // Its message may contain anything.
    return `${error instanceof Error ? error.name : 'an error'}: a mistake in Starload`;
  }
  if (repeats(error, error.cause)) {
    return textOf(error.cause);
  }
  const { headline } = error.withoutExcerpts();
  if (error instanceof DataError) {
    return `${headline}${placeOf(error)}`;
  }
  if (error instanceof InterruptedError) {
    return headline.replace(/ \(.*/s, '');
  }
  return isRefused(error) ? withoutNumbers(headline) : headline;
}

/** Whether its message is that of an error that Starload did not raise, such as after a committed run. */
function repeats(error: StarloadError, cause: unknown): boolean {
  const isForeign = cause instanceof Error && !(cause instanceof StarloadError);
  const [first = ''] = isForeign ? cause.message.split('\n') : [];
  return isForeign && error.constructor === StarloadError && error.headline.startsWith(first);
}

/** Numbers are values, except line numbers. */
function withoutNumbers(text: string): string {
  const words = text.split(' ');
  return words.map((word, at) => (isNumber(word) && words[at - 1] !== 'line' ? '…' : word)).join(' ');
}

function isNumber(word: string): boolean {
  return /^[\d.,:;()+\-eE/]+$/.test(word) && /\d/.test(word);
}

/** Where the first record is. Its reason may quote the record. */
function placeOf({ problems: [first] }: DataError): string {
  const { file, line, column } = first ?? {};
  if (file === undefined) {
    return '';
  }
  const place = [
    file,
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(typeof column === 'string' ? [`column ${column}`] : []),
  ];
  return ` (first: ${place.join(', ')})`;
}

/** An engine that refuses a value quotes it in its message; numbers without quotes. */
function isRefused(error: StarloadError): boolean {
  const failure = error instanceof StepFailed ? error.failure : error;
  return failure instanceof WarehouseError && failure.kind === 'refused';
}
