import type { Config } from '../config/config.ts';
import { StarloadError } from '../errors.ts';
import type { ObjectStore } from '../objects/objects.ts';
import { type Model, type Table, tablesOf } from '../sql/catalogue.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Emit } from './events.ts';

/** Where a staging table's files are. */
export interface Source {
  readonly table: Table;
  readonly root: string;
  readonly jsonpaths: string | undefined;
}

/** Everything a load works with. */
export interface LoadContext {
  readonly model: Model;
  readonly warehouse: Warehouse;
  readonly sources: readonly Source[];
  /** The store that holds the files of a root. */
  readonly storeOf: (root: string) => ObjectStore;
  /** The folder below which runs spool their parts. */
  readonly spoolRoot: string;
  readonly emit: Emit;
  /** Aborted when the user wants the load to stop; its reason is thrown. */
  readonly signal: AbortSignal;
}

/** The model's staging tables with the sources the configuration gives them. Throws StarloadError for one without. */
export function sourcesOf(model: Model, { sources }: Config): readonly Source[] {
  return tablesOf(model, 'staging').map((table) => {
    const source = table.source === undefined ? undefined : sources[table.source as keyof Config['sources']];
    if (source === undefined) {
      throw new StarloadError(
        `sql/staging/${table.name}.sql names the source ${table.source}, which dwh.cfg does not have`,
        {
          next: `Begin the file with "-- source: " and one of ${Object.keys(sources).join(', ')}.`,
        },
      );
    }
    return { table, root: source.uri, jsonpaths: source.jsonpaths };
  });
}
