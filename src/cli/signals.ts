import { constants } from 'node:os';
import { InterruptedError, STOP_SIGNALS, type StopSignal } from '../errors.ts';
import { story } from './output.ts';

const SIGNALS = Object.keys(STOP_SIGNALS) as StopSignal[];

/** Signals while a command runs. */
export interface SignalWatch {
  /** Aborted by the first signal, with an InterruptedError as its reason. */
  readonly signal: AbortSignal;
  /** Stops watching. */
  release(): void;
}

let inThread = false;

/** From now on, signals are watched in a separate thread. Only for a process that runs nothing but this program. */
export function watchInThread(): void {
  inThread = true;
}

/** Whether this process runs nothing but this program; false in a test. */
export function isWholeProcess(): boolean {
  return inThread;
}

/**
 * Watches for SIGINT and SIGTERM. The first one calls `cancel` and aborts the watch's signal. From then on the system
 * handles them: a second one ends the process at once, even while the main thread is busy.
 */
export async function watchSignals(cancel: () => void): Promise<SignalWatch> {
  const abort = new AbortController();
  const onSignal = (name: StopSignal) => {
    story(`${name}: stopping; send it again to end the process at once`);
    abort.abort(new InterruptedError(name, ''));
    cancel();
  };
  const release = (inThread ? await watchWithThread(onSignal) : undefined) ?? watchHere(onSignal);
  return { signal: abort.signal, release };
}

async function watchWithThread(onSignal: (name: StopSignal) => void): Promise<(() => void) | undefined> {
  const { startSignalThread } = await import('./signal-thread.ts');
  const { SIGINT, SIGTERM } = constants.signals;
  const thread = await startSignalThread({ SIGINT, SIGTERM }, onSignal);
  return thread && (() => thread.stop());
}

/** Here, a signal that arrives while the main thread is busy has to wait. */
function watchHere(onSignal: (name: StopSignal) => void): () => void {
  const release = () => {
    for (const name of SIGNALS) {
      process.off(name, onFirst);
    }
  };
  const onFirst = (name: StopSignal) => {
    release();
    onSignal(name);
  };
  for (const name of SIGNALS) {
    process.on(name, onFirst);
  }
  return release;
}
