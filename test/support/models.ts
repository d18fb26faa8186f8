import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalStore } from '../../src/objects/local.ts';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { type Model, tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { withFolder } from './engines.ts';
import type { Loader } from './loader.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Runs an action with a model from the contents of its files, which are there until it ends. */
export function withModelOf<T>(files: Files, action: (model: Model) => Promise<T>): Promise<T> {
  return withFolder((folder) => {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    return action(loadModel(folder));
  });
}

/** A model without jsonpaths files from the contents of its files. */
export function modelOf(files: Files): Promise<Model> {
  return withModelOf(files, async (model) => model);
}

/** The context of a loader whose sources are in memory, in folders with the sources' names. */
export function inMemory({ context, store }: Loader): LoadContext {
  const sources = tablesOf(context.model, 'staging').map((table) => ({
    table,
    root: `memory://${table.source}`,
    jsonpaths: table.jsonpaths,
  }));
  const local = new LocalStore();
  return { ...context, sources, storeOf: (root) => (root.startsWith('/') ? local : store) };
}

/** A file of records, one a line. */
export function lines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
