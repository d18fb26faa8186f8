import { Worker } from 'node:worker_threads';
import type { StopSignal } from '../errors.ts';

/**
 * The code the thread runs. Node delivers signals only to the main thread, and not while it is busy. So this uses
 * Node's own internal signal watcher, with a separate event loop. If that API is missing, the thread ends with an
 * error. After the first signal it stops watching, and the system handles the next one. A signal that arrived together
 * with the first is sent again.
 */
const PROGRAM = `
process.emitWarning = () => {};
const { parentPort, workerData } = require('node:worker_threads');
const { Signal } = require('internal/test/binding').internalBinding('signal_wrap');
const { writeSync } = require('node:fs');
const watches = [];
const stop = () => watches.splice(0).forEach((watch) => watch.close());
// The main thread may be too busy to take its progress away, and be ended before it can.
const clearLine = () => {
  try {
    if (workerData.isTerminal) writeSync(2, '\\r\\u001b[K');
  } catch {}
};
let isFirst = true;
const onSignal = (name) => {
  clearLine();
  if (isFirst) {
    isFirst = false;
    parentPort.postMessage(name);
    setImmediate(stop);
  } else {
    stop();
    process.kill(process.pid, name);
  }
};
for (const [name, number] of workerData.numbers) {
  const watch = new Signal();
  watch.onsignal = () => onSignal(name);
  if (watch.start(number) !== 0) throw new Error('cannot watch ' + name);
  watches.push(watch);
}
parentPort.once('message', () => { stop(); parentPort.close(); });
parentPort.postMessage('ready');
`;

/** Watches signals in a thread until one arrives. */
export interface SignalThread {
  stop(): void;
}

/**
 * Starts a thread that reports the first of these signals, whatever the main thread is doing. The system's default
 * handling is then restored for all of them, so that the next one ends the process. Undefined if Node does not allow
 * it.
 */
export function startSignalThread(
  numbers: Readonly<Record<StopSignal, number>>,
  onSignal: (name: StopSignal) => void,
): Promise<SignalThread | undefined> {
  return new Promise((resolve) => {
    const workerData = { numbers: Object.entries(numbers), isTerminal: process.stderr.isTTY === true };
    const options = { eval: true, env: {}, execArgv: ['--expose-internals'], workerData };
    const worker = new Worker(PROGRAM, options);
    worker.on('error', () => resolve(undefined));
    worker.on('exit', () => resolve(undefined));
    worker.on('message', (message: 'ready' | StopSignal) => {
      if (message === 'ready') {
        worker.unref();
        resolve({ stop: () => worker.postMessage('stop') });
      } else {
        onSignal(message);
      }
    });
  });
}
