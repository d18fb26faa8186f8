import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import type { Change } from './changed-model.ts';
import type { Engine } from './engines.ts';
import { type Loader, readTables, withLoader } from './loader.ts';

/** Events get a device of this type, which only the files know. */
export function deviceOf(type: string): readonly Change[] {
  return [
    ['staging/staging_events.sql', 'userid BIGINT --', `userid BIGINT, -- Its id.\n  device ${type} --`],
    ['current/current_events.sql', 'gender VARCHAR(256) --', `gender VARCHAR(256), -- F or M.\n  device ${type} --`],
    ['current/current_events.sql', '  gender\nFROM', '  gender,\n  device\nFROM'],
  ];
}

/** A run's files: URI and text. */
export type RunFiles = readonly (readonly [uri: string, text: string])[];

/** Loads files, run by run. */
export async function loadRuns({ store, context }: Loader, runs: readonly RunFiles[]): Promise<void> {
  for (const files of runs) {
    for (const [uri, text] of files) store.files.set(uri, text);
    await etl(context);
  }
}

/** The loader with another model; the warehouse has the tables of the former one. */
export function withModel({ context, ...rest }: Loader, model: Model): Loader {
  const sources = context.sources.map((source) => ({
    ...source,
    table: model.tables.find(({ name }) => name === source.table.name) ?? source.table,
  }));
  return { ...rest, context: { ...context, model, sources } };
}

/** The tables of a model but the loader's own: staging without stamps, current and star. */
export async function contentOf({ model, warehouse }: LoadContext): Promise<Record<string, readonly unknown[]>> {
  const derived = model.tables.filter(({ role }) => role === 'current' || role === 'star');
  const content: Record<string, readonly unknown[]> = await readTables(
    warehouse,
    derived.map(({ name }) => name),
  );
  for (const { name, columns } of model.tables.filter(({ role }) => role === 'staging')) {
    const own = columns.filter(({ hasDefault }) => !hasDefault).map((column) => `"${column.name}"`);
    const { rows } = await warehouse.query(`SELECT ${own.join(', ')} FROM ${name}`);
    content[name] = rows.map((row) => JSON.stringify(row.map(String))).sort();
  }
  return content;
}

/** The same after these runs into fresh tables of the model. */
export function freshContent(engine: Engine, model: Model, runs: readonly RunFiles[]) {
  return withLoader(
    engine,
    async (loader) => {
      await loadRuns(loader, runs);
      return contentOf(loader.context);
    },
    { model },
  );
}
