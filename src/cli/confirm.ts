import { createInterface } from 'node:readline/promises';
import { InterruptedError } from '../errors.ts';
import { holdProgress } from './progress-line.ts';

/** Asks for confirmation at a terminal. Without a terminal, the answer is no. */
export async function confirmed(question: string, signal?: AbortSignal): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    return false;
  }
  const release = holdProgress();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While a terminal is being read, it captures Ctrl-C.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`${question} [y/N] `, signal === undefined ? {} : { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    throw signal?.reason instanceof InterruptedError
      ? new InterruptedError(signal.reason.signal, '; nothing was done')
      : error;
  } finally {
    terminal.close();
    release();
  }
}
