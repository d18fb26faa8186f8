import type { TableLineage } from '../lineage/model.ts';
import type { Model, NamedSql, SourceHead, Table } from '../sql/catalogue.ts';
import { fileOf, isLoaders } from '../sql/written.ts';

/** How many statements a task can need in one transaction on Redshift. */
export interface Need {
  readonly task: string;
  readonly needs: number;
  readonly most: number;
}

/** What the page of a model is made of. */
export interface Facts {
  /** The name of the model: that of its folder. */
  readonly name: string;
  readonly model: Model;
  readonly sources: readonly SourceHead[];
  readonly lineage: readonly TableLineage[];
  readonly needs: readonly Need[];
  /** Where a value stands in a record of a source, for a column of a staging table. */
  readonly keyOf: (table: Table, column: string) => string | undefined;
}

/** The model's tables, without the loader's own. */
export function ownTables({ model }: Facts): readonly Table[] {
  return model.tables.filter(({ role }) => role !== 'control');
}

/** Those of some statements that are the model's, not the loader's, which every model has. */
export function ownRules<T extends NamedSql>(statements: readonly T[]): readonly T[] {
  return statements.filter((statement) => !isLoaders(fileOf(statement)));
}
