import { join } from 'node:path';
import type { Certification, Finding } from '../certify/certify.ts';
import { timeOf } from '../certify/cost.ts';
import type { TrialFiles } from '../certify/trial-load.ts';
import type { Config } from '../config/config.ts';
import { InterruptedError, StarloadError } from '../errors.ts';
import type { Stores } from '../objects/stores.ts';
import type { LoadContext } from '../pipeline/context.ts';
import type { RedshiftTarget } from '../target.ts';
import type { Service } from '../warehouse/service.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { startCleanupProcess } from './cleanup-process.ts';
import { ownVersion } from './command-line.ts';
import { type Composition, compose } from './compose.ts';
import { story } from './output.ts';

/** A configuration whose warehouse can be certified. */
export type RedshiftConfig = Config & { readonly target: RedshiftTarget };

/** How long it may take, and where it reports. */
export interface CertificationOptions {
  readonly seconds: number;
  /** Its schema; if absent, a new one. */
  readonly schema?: string | undefined;
  readonly onFinding: (finding: Finding) => void;
}

/** Opens everything that certifying a configured warehouse needs, runs the action and closes everything. */
export function withCertification<T>(
  config: RedshiftConfig,
  options: CertificationOptions,
  action: (certification: Certification) => Promise<T>,
): Promise<T> {
  return compose(config, (parts) => withParts(config, options, parts, action));
}

async function withParts<T>(
  config: RedshiftConfig,
  { seconds, schema: given, onFinding }: CertificationOptions,
  parts: Composition,
  action: (certification: Certification) => Promise<T>,
): Promise<T> {
  const { newSchema } = await import('../certify/workspace.ts');
  const { TrialFiles } = await import('../certify/trial-load.ts');
  const { openServiceOf } = await import('../warehouse/open.ts');
  const { loadModel } = await import('../sql/read-model.ts');
  const { stores, spoolRoot, open, emit } = parts;
  // Its records are those of the built-in model.
  const model = loadModel();
  const schema = given ?? newSchema(new Date());
  const own = ownConfig(config, schema);
  const service = (await openServiceOf(own, { stores, notify: story })) as Service;
  const access = { readOnly: false, reachesSources: false };
  const warehouses = [await open(access, own), await open(access, own)] as const;
  const { signal } = await parts.watching;
  const timeUp = afterSeconds(seconds, () => stopAll(warehouses));
  const files = new TrialFiles(join(spoolRoot, 'certify'));
  // A process that removes what another one left behind has no clean-up process of its own.
  const cleanup = given === undefined ? startCleanupProcess(removing(config, schema)) : undefined;
  const loaders = { model, files, spoolRoot, stores, signal: AbortSignal.any([signal, timeUp]) };
  try {
    return await action({
      model,
      service,
      schema,
      warehouse: warehouses[0],
      loaders:
        own.workPrefix === undefined ? undefined : [loader(warehouses[0], loaders), loader(warehouses[1], loaders)],
      files,
      put: putter(own, stores),
      removeFiles: (name) => removeFiles(config, name, stores),
      version: ownVersion(),
      emit,
      onFinding,
      signal,
      timeUp,
    });
  } catch (error) {
    const { reason } = signal;
    throw reason instanceof InterruptedError ? new InterruptedError(reason.signal, '', NOTHING_LEFT) : error;
  } finally {
    cleanup?.dismiss();
    await Promise.all([service, ...warehouses].map((each) => each.close()));
  }
}

/** The arguments that remove a certification's schema and files after it was killed. */
function removing({ file }: Config, schema: string): readonly string[] {
  return ['certify', '--config', file, '--remove', schema];
}

const NOTHING_LEFT = {
  outcome: 'the schema of the certification is dropped, and nothing remains of it',
  next: 'Run it again at any time.',
};

/** The configured warehouse, with a schema and a folder of the work prefix that only the certification uses. */
function ownConfig(config: RedshiftConfig, schema: string): RedshiftConfig {
  const { workPrefix } = config;
  return {
    ...config,
    target: { ...config.target, schema },
    workPrefix: workPrefix === undefined ? undefined : folderOf(workPrefix, schema),
  };
}

function folderOf(workPrefix: string, schema: string): string {
  return `${workPrefix}${schema}/`;
}

function putter({ workPrefix }: Config, { work }: Stores): Certification['put'] {
  if (workPrefix === undefined) {
    return undefined;
  }
  return async (name, text) => {
    const uri = `${workPrefix}${name}`;
    await work.put(uri, Buffer.from(text));
    return uri;
  };
}

async function removeFiles({ workPrefix }: Config, schema: string, { work }: Stores): Promise<void> {
  if (workPrefix !== undefined) {
    await work.removeBelow(folderOf(workPrefix, schema));
  }
}

interface LoaderMeans extends Pick<Composition, 'model' | 'spoolRoot' | 'stores'> {
  readonly files: TrialFiles;
  readonly signal: AbortSignal;
}

function loader(warehouse: Warehouse, { model, files, spoolRoot, stores, signal }: LoaderMeans): LoadContext {
  const staging = model.tables.filter(({ role }) => role === 'staging');
  const rootOf = (source: string | undefined) => (source === 'SONG_DATA' ? files.songs : files.logs);
  return {
    model,
    warehouse,
    sources: staging.map((table) => ({ table, root: rootOf(table.source), jsonpaths: undefined })),
    storeOf: stores.storeOf,
    spoolRoot,
    emit: () => {},
    signal,
  };
}

function stopAll(warehouses: readonly Warehouse[]): void {
  for (const warehouse of warehouses) {
    void warehouse.cancel().catch(() => undefined);
  }
}

function afterSeconds(seconds: number, stop: () => void): AbortSignal {
  const controller = new AbortController();
  const end = () => {
    controller.abort(
      new StarloadError(`the certification was stopped after ${timeOf(seconds)}, before it had any results`, {
        next: 'Nothing remains of it. Is the warehouse busy? Run again at a quieter hour, or with --minutes or --max-dollars.',
      }),
    );
    stop();
  };
  setTimeout(end, seconds * 1000).unref();
  return controller.signal;
}
