import { StarloadError } from '../errors.ts';
import { type Model, tableNamed } from '../sql/catalogue.ts';
import type { Relation } from '../warehouse/warehouse.ts';

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
export function refuseRequired({ table, column }: OwnColumn, outcome?: string): StarloadError {
  return new StarloadError(
    `${table}.${column}, which Starload did not create, does not allow NULL and has no default, so no row can be inserted`,
    {
      outcome,
      next: `Allow NULL: npm run query -- --write "ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL". Or give it a default; or, on Redshift, drop it: npm run query -- --write "ALTER TABLE ${table} DROP COLUMN ${column}".`,
    },
  );
}
