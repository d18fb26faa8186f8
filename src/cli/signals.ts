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

/**
 * Watches for SIGINT and SIGTERM. The first one calls `cancel` and aborts the watch's signal; a second one ends the
 * process at once.
 */
export function watchSignals(cancel: () => void): SignalWatch {
  const abort = new AbortController();
  const onSignal = (name: StopSignal) => {
    if (abort.signal.aborted) {
      process.exit(STOP_SIGNALS[name]);
    }
    story(`${name}: stopping; a second one ends the process at once`);
    abort.abort(new InterruptedError(name, ''));
    cancel();
  };
  for (const name of SIGNALS) {
    process.on(name, onSignal);
  }
  const release = () => {
    for (const name of SIGNALS) {
      process.off(name, onSignal);
    }
  };
  return { signal: abort.signal, release };
}
