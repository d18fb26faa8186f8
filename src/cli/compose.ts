import type { Config } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Stores } from '../objects/stores.ts';
import type { Source } from '../pipeline/context.ts';
import type { Emit } from '../pipeline/events.ts';
import type { Model } from '../sql/catalogue.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { story } from './output.ts';
import { holdProgress } from './progress-line.ts';
import { startReporter } from './reporter.ts';
import { type SignalWatch, watchSignals } from './signals.ts';
import { sourcesOf } from './sources.ts';

/** The parts of commands that use a configured warehouse. */
export interface Composition {
  readonly model: Model;
  readonly sources: readonly Source[];
  readonly stores: Stores;
  readonly spoolRoot: string;
  /** Reports the command's events, and its current activity until a signal arrives. */
  readonly emit: Emit;
  /** A signal cancels what runs in the opened warehouses. It takes a moment until signals are watched. */
  readonly watching: Promise<SignalWatch>;
  /** Opens the warehouse, or that of another configuration. The caller closes it. */
  open(access: OpenAccess, of?: Config): Promise<Warehouse>;
}

interface OpenAccess {
  readonly readOnly: boolean;
  /** False if the warehouse must not access the sources' files, neither to read nor to write them. */
  readonly reachesSources?: boolean;
}

/**
 * Creates these parts from a configuration, runs the action, and closes and removes everything except warehouses, also
 * if it throws.
 */
export async function compose<T>(config: Config, action: (parts: Composition) => Promise<T>): Promise<T> {
  const { loadModel } = await import('../sql/read-model.ts');
  const { withSpoolRoot } = await import('../objects/spool-root.ts');
  const { localRoots, openStores } = await import('../objects/stores.ts');
  const { openWarehouse } = await import('../warehouse/open.ts');
  const { keepContents, openContents } = await import('./known-contents.ts');
  return withSpoolRoot(async (spoolRoot) => {
    const model = loadModel(config.model);
    const contents = openContents(config.file);
    const stores = openStores(config.aws, contents);
    const sources = sourcesOf(model, config);
    const opened: Warehouse[] = [];
    const open: Composition['open'] = async ({ readOnly, reachesSources = true }, of = config) => {
      const readable = reachesSources ? [spoolRoot, ...localRoots(sources.map(({ root }) => root))] : [];
      reporter.emit({ type: 'doing', what: 'opening the warehouse' });
      const warehouse = await openWarehouse(of, { readOnly, readable, scratch: spoolRoot, stores, notify: story });
      opened.push(warehouse);
      return warehouse;
    };
    const reporter = startReporter();
    // A signal that nobody watches yet ends the process and would leave the progress line there.
    const showProgress = holdProgress();
    const watching = watchSignals(() => {
      reporter.stop();
      opened.forEach((warehouse) => void cancel(warehouse));
    }).finally(showProgress);
    try {
      return await action({ model, sources, stores, spoolRoot, watching, open, emit: reporter.emit });
    } finally {
      reporter.stop();
      (await watching).release();
      keepContents(config.file, contents);
      await stores.close();
    }
  });
}

/** A failed cancel request does not fail the command: whatever is running then continues to its end. */
async function cancel(warehouse: Warehouse): Promise<void> {
  try {
    await warehouse.cancel();
  } catch (error) {
    story(`the running statement could not be cancelled: ${messageOf(error)}`);
  }
}
