import { StarloadError } from '../errors.ts';
import type { Column, Model, Table } from '../sql/catalogue.ts';
import { isOfType } from '../sql/types.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import type { Inquiry, Relation, RelationColumn } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';
import { refuseRequired, requiredColumns } from './own-columns.ts';
import { LEDGER } from './ownership.ts';

/** How a table of the warehouse differs from the model's. */
export interface Difference {
  readonly table: Table;
  /** Absent if the warehouse has none. */
  readonly found: Relation | undefined;
  readonly problems: readonly string[];
}

/** What a pipeline asks about the model's tables before it relies on them. Throws StarloadError if they do not fit. */
export function fitting(model: Model): Inquiry {
  return { names: model.tables.map(({ name }) => name), tell: (relations) => assertFitting(model, relations) };
}

/**
 * Throws StarloadError with all differences if the tables are not those of the model. Without a ledger there are no tables
 * of Starload: whatever needs them says so.
 */
export function assertFitting(model: Model, relations: readonly Relation[]): void {
  if (!relations.some(({ name }) => name === LEDGER)) return;
  const differences = differencesOf(model, relations);
  if (differences.length > 0) throw refuseDifferent(differences, 'nothing was changed');
  const [required] = requiredColumns(model, relations);
  if (required !== undefined) throw refuseRequired(required, 'nothing was changed');
}

/** The error to show for a failed query of the model's own: tables that are not those of the model may be the cause. */
export async function explainUnfit(
  { model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>,
  error: unknown,
): Promise<unknown> {
  if (error instanceof WarehouseError && (error.kind === 'refused' || error.kind === 'missing-table')) {
    const { names, tell } = fitting(model);
    tell(await warehouse.relations(names));
  }
  return error;
}

/** The differences, in the order of the tables. The order of columns does not matter: every statement names them. */
export function differencesOf(model: Model, relations: readonly Relation[]): readonly Difference[] {
  return model.tables.flatMap((table) => {
    const found = relations.find(({ name }) => name === table.name);
    const problems = problemsOf(table, found);
    return problems.length === 0 ? [] : [{ table, found, problems }];
  });
}

/** The error for tables that are not those of the model. `outcome` is that of StarloadError. */
export function refuseDifferent(differences: readonly Difference[], outcome?: string): StarloadError {
  const lines = differences.flatMap(({ problems }) => problems.map((problem) => `  ${problem}`));
  return new StarloadError(`the tables of the warehouse are not those of the model\n${lines.join('\n')}`, {
    outcome,
    next: whatToDo(differences),
  });
}

/** What to do about tables that are not those of the model. */
export function whatToDo(differences: readonly Difference[]): string {
  return differences.every(({ found }) => found === undefined || found.kind === 'table')
    ? `npm run migrate makes the tables those of the model and keeps all rows; npm run migrate -- --dry-run shows first what it changes. ${IF_OTHER}`
    : `npm run create-tables -- --force --replace-foreign drops all rows, and npm run etl loads them again. ${IF_OTHER}`;
}

const IF_OTHER = 'If another model made these tables, name it: --model DIR, or PATH under [MODEL] in dwh.cfg.';

/** Kinds of objects that hold rows and take an INSERT. */
const TABLES = new Set(['table', 'partitioned table', 'foreign table']);

function problemsOf(table: Table, found: Relation | undefined): readonly string[] {
  if (found !== undefined && TABLES.has(found.kind)) {
    return shapeProblems(table, found.columns);
  }
  // A kept table may be missing, as it is in an earlier release. Whether something else in its place may be read is asked elsewhere.
  const is = found === undefined ? 'missing' : `a ${found.kind} instead of a table`;
  return table.kept ? [] : [`${table.name} is ${is}`];
}

/**
 * Describes how a table differs from its CREATE TABLE. A column that a user added does no harm. Beside one that is
 * missing, it may be that column's former name.
 */
export function shapeProblems(table: Table, columns: readonly RelationColumn[]): readonly string[] {
  const names = new Set(columns.map(({ name }) => name));
  const lacking = table.columns.filter(({ name }) => !names.has(name));
  const known = new Set(table.columns.map(({ name }) => name));
  const others = lacking.length === 0 ? [] : columns.filter(({ name }) => !known.has(name));
  return [
    ...lacking.map(({ name }) => `${table.name}.${name} is missing`),
    ...others.map(({ name }) => `${table.name}.${name} is not in the model`),
    ...changedColumns(table, columns),
  ];
}

/** The columns of another type, or too short. */
function changedColumns(table: Table, columns: readonly RelationColumn[]): readonly string[] {
  const found = new Map(columns.map((column) => [column.name, column]));
  return table.columns.flatMap((column) => {
    const other = found.get(column.name);
    const problem = other && columnProblem(column, other);
    return problem === undefined ? [] : [`${table.name}.${column.name} ${problem}`];
  });
}

function columnProblem(column: Column, found: RelationColumn): string | undefined {
  const { maxBytes, notNull } = column;
  if (!isOfType(column, found.type)) {
    return `is ${found.type} instead of ${typeOf(column)}`;
  }
  if (found.isRequired && !notNull) {
    return 'takes no NULL';
  }
  return maxBytes !== undefined && found.length !== undefined && found.length < maxBytes
    ? `holds ${found.length} instead of ${maxBytes}`
    : undefined;
}

function typeOf({ sqlType, digits }: Column): string {
  return digits === undefined ? sqlType : `${sqlType}(${digits})`;
}
