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

/** What a command does with the warehouse, and what it provides for it. */
export interface Access {
  readonly readOnly: boolean;
  /** Local folders from which the warehouse may read files directly. */
  readonly readable: readonly string[];
  /** A folder for temporary files. It is removed when the command ends. */
  readonly scratch: string;
  readonly stores: Stores;
  /** Tells the user about waits and repeated calls. */
  readonly notify: (message: string) => void;
}

/**
 * Opens the configured warehouse. Imports an engine's driver only here, when it is used. Throws WarehouseError if the
 * warehouse cannot be opened.
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

/**
 * Opens a new warehouse in memory, which is gone once it is closed. It may read the files of `readable`. It is for small
 * tables: what further threads would do for these costs less than waking them.
 */
export async function openInMemory(readable: readonly string[]): Promise<Warehouse> {
  const { openDuckdb } = await import('./duckdb/warehouse.ts');
  return openDuckdb({ path: ':memory:', readOnly: false, readable, memoryLimit: undefined, threads: 1 });
}

/** Parses SELECTs to syntax trees with an embedded DuckDB, which runs none of them. */
export async function parser() {
  return (await import('./duckdb/parse.ts')).parseSelects;
}

/** What limits a model on Redshift, without a warehouse. */
export async function redshiftRules(): Promise<Pick<Warehouse, 'engine' | 'now' | 'statementLimit'>> {
  const { countStatements, MAX_STATEMENTS } = await import('./redshift/statements.ts');
  return { engine: 'redshift', now: 'SYSDATE', statementLimit: { most: MAX_STATEMENTS, needs: countStatements } };
}

/** The location of a configured warehouse, the same as `Warehouse.location` once it is open. */
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

/** Creates the configured database if it does not exist. Returns whether it did. Throws StarloadError. */
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

/** The Data API of a Redshift warehouse, for examining its behaviour; undefined for any other warehouse. */
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

/** The work prefix in the form that the engine uses. */
function workStore({ work, regionOf }: Stores, prefix: string): WorkFolder {
  return {
    prefix,
    region: () => regionOf(placeOf(prefix).bucket),
    put: (uri, body) => work.put(uri, body),
    copy: (from, toUri) => work.copy(from, toUri),
    remove: (uris) => work.remove(uris),
  };
}

/** The folder in which the commands of this dwh.cfg record what they have submitted to Redshift. */
export function journalFolder({ file }: Pick<Config, 'file'>): string {
  return join(dirname(resolve(file)), '.starload');
}
