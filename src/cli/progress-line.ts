import { printable } from '../errors.ts';
import { cut, width } from './width.ts';

const CLEAR = '\r\u001b[K';
let isShown = false;
let isHeld = false;

/** Fewer columns of words say nothing: the time gives way to them. */
const LEAST_WORDS = 16;

/**
 * Shows the last line of a terminal, which tells what is going on, cut to the width: the words first, so that the time stays.
 * Whatever is printed there takes it away first.
 */
export function showProgress(words: string, time: string): void {
  if (isHeld) {
    return;
  }
  const { columns = 80 } = process.stderr;
  // A terminal goes to a new line when the last column is taken.
  const room = Math.max(1, columns - 1);
  const shown = cut(printable(words), Math.max(LEAST_WORDS, room - width(time) - 1));
  process.stderr.write(`${CLEAR}${cut(`${shown} ${time}`, room)}`);
  isShown = true;
}

/** Takes the line away, if one is shown. */
export function clearProgress(): void {
  if (isShown) {
    isShown = false;
    process.stderr.write(CLEAR);
  }
}

/** Shows no progress until what it returns is called: somebody is asked a question on that line. */
export function holdProgress(): () => void {
  clearProgress();
  isHeld = true;
  return () => {
    isHeld = false;
  };
}
