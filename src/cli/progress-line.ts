import { printable } from '../errors.ts';
import { cut } from './width.ts';

const CLEAR = '\r\u001b[K';
let isShown = false;
let isHeld = false;

/** Shows the last line of a terminal, which tells what is going on, cut to the width. Whatever is printed there takes it away first. */
export function showProgress(text: string): void {
  if (isHeld) {
    return;
  }
  const { columns = 80 } = process.stderr;
  // A terminal goes to a new line when the last column is taken.
  process.stderr.write(`${CLEAR}${cut(printable(text), Math.max(1, columns - 1))}`);
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
