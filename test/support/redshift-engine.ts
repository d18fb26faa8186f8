import { join } from 'node:path';
import { openStores } from '../../src/objects/stores.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { sharedPostgres } from '../../standin/engine/postgres.ts';
import {
  CLUSTER,
  DATABASE,
  REGION,
  ROLE,
  type Standin,
  type StandinOptions,
  startStandin,
} from '../../standin/standin.ts';
import { uniqueName } from './unique.ts';

let standin: Promise<Standin> | undefined;

/** This test file's stand-in, started when it is first asked for. */
export function sharedStandin(options: StandinOptions = {}): Promise<Standin> {
  standin ??= start(options);
  return standin;
}

async function start({ engine, ...options }: StandinOptions): Promise<Standin> {
  const started = await startStandin({ ...options, engine: { postgres: await sharedPostgres(), ...engine } });
  Object.assign(process.env, started.environment);
  started.s3.createBucket('work', REGION);
  return started;
}

export async function stopSharedStandin(): Promise<void> {
  await (await standin)?.stop();
  standin = undefined;
}

/** How a test's warehouse differs. */
export interface OpenOptions {
  readonly journalFolder: string;
  /** Undefined where dwh.cfg names none; absent, one of its own. */
  readonly schema?: string | undefined;
  readonly workPrefix?: string | undefined;
  readonly notify?: (message: string) => void;
  readonly timeoutMilliseconds?: number;
}

const schemaNames = new WeakMap<Warehouse, string>();

/** The schema a test's warehouse works in. */
export function schemaOf({ context: { warehouse } }: { readonly context: { readonly warehouse: Warehouse } }): string {
  return schemaNames.get(warehouse) ?? '';
}

/** A warehouse on the stand-in, in a schema of its own, through the real SDK clients. */
export async function openOnStandin(options: OpenOptions): Promise<Warehouse> {
  await sharedStandin();
  const schema = 'schema' in options ? options.schema : uniqueName('test');
  const workPrefix = 'workPrefix' in options ? options.workPrefix : `s3://work/${schema}/`;
  const config = {
    file: join(options.journalFolder, 'dwh.cfg'),
    target: {
      engine: 'redshift',
      region: REGION,
      database: DATABASE,
      clusterIdentifier: CLUSTER,
      iamRole: ROLE,
      schema,
    },
    sources: { LOG_DATA: { uri: 's3://data/log_data' }, SONG_DATA: { uri: 's3://data/song_data' } },
    workPrefix,
    aws: {},
    load: { timeoutMilliseconds: options.timeoutMilliseconds },
    warnings: [],
    secrets: [],
    understood: [],
    model: undefined,
  } as const;
  const stores = openStores({});
  const notify = options.notify ?? (() => {});
  const warehouse = await openWarehouse(config, {
    readOnly: false,
    readable: [],
    scratch: options.journalFolder,
    stores,
    notify,
  });
  schemaNames.set(warehouse, schema ?? 'public');
  return warehouse;
}
