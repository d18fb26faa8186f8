import { StarloadError } from '../errors.ts';
import { type Model, tableNamed } from '../sql/catalogue.ts';
import type { StepFailed } from '../warehouse/errors.ts';
import type { Relation } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';

/** A column that a user added to a table. */
interface OwnColumn {
  readonly table: string;
  readonly column: string;
}

/** Columns that users added and that Starload's inserts cannot fill: they are NOT NULL and have no default. */
export function requiredColumns(model: Model, relations: readonly Relation[]): readonly OwnColumn[] {
  return relations.flatMap(({ name: table, columns }) => {
    const known = new Set(tableNamed(model, table).columns.map(({ name }) => name));
    return columns
      .filter(({ name, isRequired }) => isRequired && !known.has(name))
      .map(({ name }) => ({ table, column: name }));
  });
}

/** The error for a column that no insert can fill. `outcome` is that of StarloadError. */
export function refuseRequired({ table, column }: OwnColumn, outcome?: string, cause?: unknown): StarloadError {
  return new StarloadError(
    `${table}.${column}, which Starload did not create, does not allow NULL and has no default, so no row can be inserted`,
    {
      outcome,
      next: `Allow NULL: npm run query -- --write "ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL". Or give it a default; or, on Redshift, drop it: npm run query -- --write "ALTER TABLE ${table} DROP COLUMN ${column}".`,
      cause,
    },
  );
}

/**
 * The error for a step that failed because of such a column: a COPY into its table, or a statement whose failure names
 * it. Returns undefined for any other cause, or if the catalogue cannot be queried.
 */
export async function requiredColumnFailure(
  { model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>,
  error: StepFailed,
): Promise<StarloadError | undefined> {
  const { step, failure } = error;
  if (failure.kind !== 'refused') {
    return undefined;
  }
  const tables = step.kind === 'sql' ? model.tables.map(({ name }) => name) : [step.table.name];
  const relations = await warehouse.relations(tables).catch(() => []);
  const [found] = requiredColumns(model, relations).filter(
    ({ column }) => step.kind !== 'sql' || failure.message.includes(column),
  );
  return found && refuseRequired(found, 'nothing was changed', error);
}
