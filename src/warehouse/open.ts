import type { Config } from '../config/config.ts';
import { StarloadError } from '../errors.ts';
import type { Warehouse } from './warehouse.ts';

/** What a command will do with the warehouse. */
export interface Access {
  readonly readOnly: boolean;
  /** Local folders whose files the warehouse may read by itself. */
  readonly readable: readonly string[];
}

/**
 * Opens the warehouse the configuration names. An engine's driver is imported only here, when it is used. Throws
 * WarehouseError when it cannot be opened.
 */
export async function openWarehouse({ target }: Config, { readOnly, readable }: Access): Promise<Warehouse> {
  if (target.engine !== 'duckdb') {
    throw new StarloadError(
      `this version loads into the embedded DuckDB only, and dwh.cfg names a ${target.engine} warehouse`,
      {
        next: 'Take [CLUSTER] out of dwh.cfg to load into a DuckDB file.',
      },
    );
  }
  const { openDuckdb } = await import('./duckdb/warehouse.ts');
  const { path, memoryLimit, schema } = target;
  return openDuckdb({ path, readOnly, readable, memoryLimit, schema });
}
