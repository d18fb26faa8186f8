import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '../../src/objects/memory.ts';
import type { ObjectStore } from '../../src/objects/objects.ts';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { type Model, tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import type { ResultSet, Warehouse } from '../../src/warehouse/warehouse.ts';
import type { Engine } from './engines.ts';
import { type Star, sorted } from './oracle.ts';
import { LOG_ROOT, SONG_ROOT } from './scenario.ts';

/** A warehouse with fresh tables, source files in memory, and what a pipeline told. */
export interface Loader {
  readonly context: LoadContext;
  readonly store: MemoryStore;
  readonly events: PipelineEvent[];
}

/** How a loader differs from the product: mutants change its model, or wrap its warehouse or store. */
export interface LoaderOptions {
  readonly model?: Model;
  readonly wrap?: (warehouse: Warehouse) => Warehouse;
  readonly store?: (store: ObjectStore) => ObjectStore;
}

/** Runs an action with a loader on an engine. */
export async function withLoader<T>(
  engine: Engine,
  action: (loader: Loader) => Promise<T>,
  options: LoaderOptions = {},
): Promise<T> {
  const { loader, close } = await openLoader(engine, options);
  try {
    return await action(loader);
  } finally {
    await close();
  }
}

/** A loader on an engine, for tests that share one; and what ends it. */
export async function openLoader(
  engine: Engine,
  options: LoaderOptions = {},
): Promise<{ loader: Loader; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'starload-test-'));
  const warehouse = await engine.open([folder]);
  const close = async () => {
    await warehouse.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { loader: await makeLoader(warehouse, folder, options), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A loader on a warehouse that is open, with fresh tables. */
export async function makeLoader(
  warehouse: Warehouse,
  spoolRoot: string,
  options: LoaderOptions = {},
): Promise<Loader> {
  const loader = loaderOf(warehouse, spoolRoot, options);
  // Most tests look at rows only, and comments would double the time that the tables take.
  await createTables(loader.context.model, warehouse, { commented: false });
  return loader;
}

/** A loader on a warehouse as it is. */
export function loaderOf(
  warehouse: Warehouse,
  spoolRoot: string,
  { model = loadModel(), wrap = (same) => same, store: change = (same) => same }: LoaderOptions = {},
): Loader {
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
    storeOf: () => change(store),
    spoolRoot,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
  };
  return { context, store, events };
}

/** The star as the warehouse holds it. */
export async function readStar(warehouse: Warehouse): Promise<Star> {
  return readTables(warehouse, ['songplays', 'users', 'songs', 'artists', 'time']);
}

/** Every table the loader writes, for before-and-after comparisons. */
export function readEverything({ context: { model, warehouse } }: Loader): Promise<Record<string, readonly unknown[]>> {
  const names = model.tables.map(({ name }) => name);
  return readTables(warehouse, names);
}

/** In one batch, since most of a test's time goes into asking. */
export async function readTables<Name extends string>(
  warehouse: Warehouse,
  names: readonly Name[],
): Promise<Record<Name, Star['songs']>> {
  const steps = names.map((name) => ({ kind: 'sql', name, sql: `SELECT * FROM ${name}`, wanted: 'always' }) as const);
  const read = await warehouse.run({ name: `read-${randomUUID()}`, locks: false, steps });
  return Object.fromEntries(read.map(({ name, result }) => [name, comparable(result?.rows ?? [])])) as Record<
    Name,
    Star['songs']
  >;
}

function comparable(rows: ResultSet['rows']): Star['songs'] {
  return sorted(
    rows.map((row) =>
      row.map((value) => (typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : value)),
    ),
  );
}
