import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { lineageOf } from '../lineage/model.ts';
import type { ParseSelects } from '../lineage/tree.ts';
import { budgetsOf } from '../pipeline/budget.ts';
import { loadedColumns, type Model, type Table } from '../sql/catalogue.ts';
import { decodeJsonPaths, type JsonPath, parseJsonPaths } from '../sql/jsonpaths.ts';
import { BUILT_IN_MODEL, loadModel, readSources } from '../sql/read-model.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Facts, Need } from './facts.ts';

/** What the facts are found out with. */
export interface Means {
  readonly parse: ParseSelects;
  /** The engine whose transactions are limited. */
  readonly redshift: Pick<Warehouse, 'engine' | 'now' | 'statementLimit'>;
}

/** Reads a model for its page. Throws StarloadError if there are mistakes in it. */
export async function readFacts(folder: string = BUILT_IN_MODEL, { parse, redshift }: Means): Promise<Facts> {
  const model = loadModel(folder);
  const places = new Map(model.tables.map((table) => [table.name, placesOf(table)]));
  return {
    name: basename(folder),
    model,
    sources: readSources(folder),
    lineage: await lineageOf(model, parse),
    needs: needsOf(model, redshift),
    keyOf: (table, column) => places.get(table.name)?.get(column),
  };
}

/** By column, where the model's own jsonpaths file says that its value stands. */
function placesOf(table: Table): ReadonlyMap<string, string> {
  if (table.jsonpaths === undefined) {
    return new Map();
  }
  const columns = loadedColumns(table);
  const text = decodeJsonPaths(readFileSync(table.jsonpaths), table.jsonpaths, 'model');
  const paths = parseJsonPaths(text, table.jsonpaths, columns.length, 'model');
  return new Map(columns.map(({ name }, at) => [name, shown(paths[at] ?? [])]));
}

/** `actor.id`, `commits[0].sha` */
function shown(path: JsonPath): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
}

const TASKS: Readonly<Record<string, string>> = {
  load: 'etl, with a work prefix',
  refresh: 'etl of whole folders, without a work prefix',
};

function needsOf(model: Model, redshift: Means['redshift']): readonly Need[] {
  const [parts, folders] = (['parts', 'folders'] as const).map((loads) => budgetsOf(model, { ...redshift, loads }));
  const all = [...(parts ?? []), ...(folders ?? [])].filter(
    ({ task }, at, every) => every.findIndex((other) => other.task === task) === at,
  );
  return all
    .map(({ task, needs, most }) => ({ task: TASKS[task] ?? task, needs, most }))
    .sort((one, other) => Number(other.task.startsWith('etl')) - Number(one.task.startsWith('etl')));
}
