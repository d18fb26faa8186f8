import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { UsageError } from '../errors.ts';
import { placeOf } from '../objects/s3/uri.ts';
import type { Stores } from '../objects/stores.ts';
import type { RedshiftTarget, Target } from '../target.ts';
import { ENGINE_NAMES } from '../target.ts';
import type { WorkFolder } from './redshift/work.ts';
import type { Service } from './service.ts';
import type { Warehouse } from './warehouse.ts';

/** What a command will do with the warehouse, and what it has for it. */
export interface Access {
  readonly readOnly: boolean;
  /** Local folders whose files the warehouse may read by itself. */
  readonly readable: readonly string[];
  /** A folder for files in between; it is gone when the command is done. */
  readonly scratch: string;
  readonly stores: Stores;
  /** Tells people about waits and repeated calls. */
  readonly notify: (message: string) => void;
}

/**
 * Opens the warehouse the configuration names. An engine's driver is imported only here, when it is used. Throws
 * WarehouseError when it cannot be opened.
 */
export async function openWarehouse(config: Config, access: Access): Promise<Warehouse> {
  const { target } = config;
  switch (target.engine) {
    case 'duckdb': {
      const { openDuckdb } = await import('./duckdb/warehouse.ts');
      return openDuckdb({ ...target, readOnly: access.readOnly, readable: access.readable });
    }
    case 'redshift':
      return openRedshiftFor(config, target, access);
    case 'postgres': {
      const { openPostgres } = await import('./postgres/warehouse.ts');
      const { readable, scratch } = access;
      return openPostgres({ target, readable, scratch, timeoutMilliseconds: config.load.timeoutMilliseconds });
    }
  }
}

/** Where the warehouse of a configuration is, as `Warehouse.location` says once it is open. */
export async function locationOf(target: Target): Promise<string> {
  switch (target.engine) {
    case 'duckdb':
      return target.path;
    case 'redshift':
      return (await import('./redshift/target.ts')).locationOf(target);
    case 'postgres':
      return (await import('./postgres/target.ts')).locationOf(target);
  }
}

/** Makes the database the configuration names, where there is none. Whether it did. Throws StarloadError. */
export async function createDatabaseOf({ file, target, load }: Config): Promise<boolean> {
  if (target.engine !== 'postgres') {
    throw new UsageError(
      `--create-database is for PostgreSQL, but the target of ${file} is ${ENGINE_NAMES[target.engine]}`,
      {
        next: 'Run it without this option: DuckDB creates its file, and a Redshift cluster has its database.',
      },
    );
  }
  const { createDatabase } = await import('./postgres/create-database.ts');
  return createDatabase({ target, timeoutMilliseconds: load.timeoutMilliseconds });
}

async function openRedshiftFor(config: Config, target: RedshiftTarget, { stores, notify }: Access): Promise<Warehouse> {
  const { openRedshift } = await import('./redshift/warehouse.ts');
  return openRedshift({
    target,
    aws: config.aws,
    work: config.workPrefix === undefined ? undefined : workStore(stores, config.workPrefix),
    regionOf: (uri) => stores.regionOf(placeOf(uri).bucket),
    journalFolder: journalFolder(config),
    notify,
    timeoutMilliseconds: config.load.timeoutMilliseconds,
  });
}

/** The Data API of a Redshift warehouse, to ask how it behaves; undefined for any other warehouse. */
export async function openServiceOf(
  { target, aws, workPrefix }: Config,
  { stores, notify }: Pick<Access, 'stores' | 'notify'>,
): Promise<Service | undefined> {
  if (target.engine !== 'redshift') {
    return undefined;
  }
  const { openService } = await import('./redshift/service.ts');
  const copyRegion = workPrefix === undefined ? target.region : await stores.regionOf(placeOf(workPrefix).bucket);
  return openService({ target, aws, copyRegion, notify });
}

/** The work prefix, as the engine knows it. */
function workStore({ work, regionOf }: Stores, prefix: string): WorkFolder {
  return {
    prefix,
    region: () => regionOf(placeOf(prefix).bucket),
    put: (uri, body) => work.put(uri, body),
    copy: (from, toUri) => work.copy(from, toUri),
    remove: (uris) => work.remove(uris),
  };
}

/** Where the commands of this dwh.cfg keep what they have submitted to Redshift. */
export function journalFolder({ file }: Pick<Config, 'file'>): string {
  return join(dirname(resolve(file)), '.starload');
}
