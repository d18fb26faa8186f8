import type { Config } from '../config/config.ts';
import { InterruptedError, messageOf, StarloadError } from '../errors.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { StepFailed, WarehouseError } from '../warehouse/errors.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { Attempt } from './attempt.ts';
import { compose } from './compose.ts';
import { tryInMemory } from './model-trial.ts';
import { story, styledStory } from './output.ts';
import { openPatiently } from './patience.ts';
import type { SignalWatch } from './signals.ts';
import { type ToleranceArgs, toleranceOf } from './tolerance.ts';
import { type UnknownKeysArgs, unknownKeysPolicy } from './unknown-keys.ts';

/** What a command does with the warehouse. */
export interface SessionOptions {
  readonly config: string;
  /** A model's folder, instead of the one that dwh.cfg names. */
  readonly model?: string | undefined;
  /** The command's name, if the ends of its runs are logged. */
  readonly recorded?: string | undefined;
  readonly readOnly: boolean;
  /** False if the warehouse must not access the sources' files, neither to read nor to write them. */
  readonly reachesSources?: boolean;
  /** Whether somebody's own model is tried before the warehouse is opened, so that nothing is created for a wrong one. */
  readonly triesModel?: boolean;
  /** How many minutes to wait for a file that another process holds. */
  readonly wait?: number | undefined;
  /** The command line's options for bad records. */
  readonly tolerance?: ToleranceArgs | undefined;
  /** The command line's option for keys that no column takes. */
  readonly unknownKeys?: UnknownKeysArgs | undefined;
}

/**
 * Reads the configuration, opens the warehouse, runs the action and closes everything, also if it throws. A signal
 * cancels what is running. The action then fails with InterruptedError, unless it had already ended.
 */
export async function withWarehouse<T>(
  options: SessionOptions,
  action: (context: LoadContext) => Promise<T>,
): Promise<T> {
  const { readConfig } = await import('../config/read.ts');
  const attempt = new Attempt(options.config, options.recorded);
  return attempt.make(async () => {
    const config = await readConfig(options.config, process.env, options.model);
    for (const { message } of config.warnings) {
      story(`${styledStory('yellow', 'warning')}: ${message}`);
    }
    await attempt.means(config);
    return withConfig(config, options, action, attempt);
  });
}

/** The same with a configuration that has already been read. */
export function withConfig<T>(
  config: Config,
  {
    readOnly,
    reachesSources = true,
    triesModel,
    wait = 0,
    tolerance = {},
    unknownKeys = {},
  }: Omit<SessionOptions, 'config' | 'model'>,
  action: (context: LoadContext) => Promise<T>,
  attempt = new Attempt(config.file, undefined),
): Promise<T> {
  return compose(config, async ({ model, sources, stores, spoolRoot, watching, open, emit }) => {
    if (triesModel && !model.isPackaged) await tryInMemory(model);
    const opening = () => open({ readOnly, reachesSources });
    const warehouse = await (wait === 0 ? opening() : openPatiently(wait, (await watching).signal, opening)).catch(
      async (error) => {
        const { signal } = await watching;
        throw signal.aborted ? signal.reason : error;
      },
    );
    const watch = await watching;
    try {
      watch.signal.throwIfAborted();
      return await action({
        model,
        warehouse,
        sources,
        storeOf: stores.storeOf,
        spoolRoot,
        emit: attempt.listening(emit),
        signal: watch.signal,
        maxRunBytes: config.load.maxRunBytes,
        tolerance: toleranceOf(config.load, tolerance),
        unknownKeys: unknownKeysPolicy(config.load, unknownKeys),
      });
    } catch (error) {
      throw watch.signal.aborted ? interrupted(watch, warehouse, error) : error;
    } finally {
      watch.release();
      await warehouse.close();
    }
  });
}

/** The error for something that failed because it was stopped. The original error is kept as the cause. */
function interrupted({ signal }: SignalWatch, warehouse: Warehouse, cause: unknown): unknown {
  if (!(signal.reason instanceof InterruptedError)) {
    return cause;
  }
  const { signal: name } = signal.reason;
  const { committed } = cause instanceof StarloadError ? cause : {};
  if (!isUndone(cause)) {
    const error = new InterruptedError(name, `; the outcome of the transaction is not known (${messageOf(cause)})`, {
      next: 'npm run status shows what is loaded; running the same command again loads nothing twice.',
      cause,
    });
    return committed === undefined ? error : error.afterCommitting(committed);
  }
  const next = 'Run the same command again at any time: nothing is loaded twice.';
  return committed === undefined
    ? new InterruptedError(name, '', {
        outcome: `nothing was committed, ${warehouse.location} is unchanged`,
        next,
        cause,
      })
    : new InterruptedError(name, '', { outcome: 'nothing was committed', next, cause }).afterCommitting(committed);
}

/** Whether the last run was certainly not committed: its statement was cancelled, or none had been submitted. */
function isUndone(cause: unknown): boolean {
  const failure = cause instanceof StepFailed ? cause.failure : cause;
  return (
    failure instanceof InterruptedError ||
    (failure instanceof WarehouseError && failure.kind === 'cancelled') ||
    isAbandoned(failure)
  );
}

/** The pause before another attempt was interrupted. */
function isAbandoned(failure: unknown): boolean {
  const error = failure instanceof StarloadError ? failure.cause : failure;
  return error instanceof Error && error.name === 'AbortError';
}
