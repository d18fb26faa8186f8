import type { LoadContext } from '../../src/pipeline/context.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { loadModel, type Model, tablesOf } from '../../src/sql/catalogue.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { type Engine, withFolder } from './engines.ts';
import { MemoryStore } from './memory-store.ts';
import { type Star, sorted } from './oracle.ts';
import { LOG_ROOT, SONG_ROOT } from './scenario.ts';

/** A warehouse with fresh tables, source files in memory, and what a pipeline told. */
export interface Loader {
  readonly context: LoadContext;
  readonly store: MemoryStore;
  readonly events: PipelineEvent[];
}

/** How a loader differs from the product: mutants change its model or wrap its warehouse. */
export interface LoaderOptions {
  readonly model?: Model;
  readonly wrap?: (warehouse: Warehouse) => Warehouse;
}

/** Runs an action with a loader on an engine. */
export function withLoader<T>(
  engine: Engine,
  action: (loader: Loader) => Promise<T>,
  options: LoaderOptions = {},
): Promise<T> {
  return withFolder(async (folder) => {
    const warehouse = await engine.open([folder]);
    try {
      return await action(await makeLoader(warehouse, folder, options));
    } finally {
      await warehouse.close();
    }
  });
}

/** A loader on a warehouse that is open. */
export async function makeLoader(
  warehouse: Warehouse,
  spoolRoot: string,
  { model = loadModel(), wrap = (same) => same }: LoaderOptions = {},
): Promise<Loader> {
  const store = new MemoryStore();
  const events: PipelineEvent[] = [];
  const sources = tablesOf(model, 'staging').map((table) => ({
    table,
    root: table.name === 'staging_songs' ? SONG_ROOT : LOG_ROOT,
    jsonpaths: undefined,
  }));
  const context: LoadContext = {
    model,
    warehouse: wrap(warehouse),
    sources,
    storeOf: () => store,
    spoolRoot,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
  };
  await createTables(model, warehouse);
  return { context, store, events };
}

/** The star as the warehouse holds it. */
export async function readStar(warehouse: Warehouse): Promise<Star> {
  return {
    songplays: await readTable(warehouse, 'songplays'),
    users: await readTable(warehouse, 'users'),
    songs: await readTable(warehouse, 'songs'),
    artists: await readTable(warehouse, 'artists'),
    time: await readTable(warehouse, 'time'),
  };
}

/** Every table the loader writes, for before-and-after comparisons. */
export async function readEverything({
  context: { model, warehouse },
}: Loader): Promise<Record<string, readonly unknown[]>> {
  const contents: Record<string, readonly unknown[]> = {};
  for (const { name } of model.tables) {
    contents[name] = await readTable(warehouse, name);
  }
  return contents;
}

async function readTable(warehouse: Warehouse, table: string): Promise<Star['songs']> {
  const { rows } = await warehouse.query(`SELECT * FROM ${table}`);
  return sorted(
    rows.map((row) =>
      row.map((value) => (typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : value)),
    ),
  );
}
