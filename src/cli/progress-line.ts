import { printable } from '../errors.ts';
import { cut, width } from './width.ts';

const CLEAR = '\r\u001b[K';
let isShown = false;
let isHeld = false;

/** Fewer columns of words would be useless, so the time is left out instead. */
const LEAST_WORDS = 16;

/**
 * Shows a progress line as the last line of a terminal, cut to its width. It cuts the words first, so that the time
 * stays. Anything else that is printed there removes the line first.
 */
export function showProgress(words: string, time: string): void {
  if (isHeld) {
    return;
  }
  const { columns = 80 } = process.stderr;
  // A terminal moves to a new line when the last column is filled.
  const room = Math.max(1, columns - 1);
  const shown = cut(printable(words), Math.max(LEAST_WORDS, room - width(time) - 1));
  process.stderr.write(`${CLEAR}${cut(`${shown} ${time}`, room)}`);
  isShown = true;
}

/** Removes the line, if one is shown. */
export function clearProgress(): void {
  if (isShown) {
    isShown = false;
    process.stderr.write(CLEAR);
  }
}

/** Suspends progress until the returned function is called, because a question is being asked on that line. */
export function holdProgress(): () => void {
  clearProgress();
  isHeld = true;
  return () => {
    isHeld = false;
  };
}
