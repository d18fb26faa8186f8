import { StarloadError } from '../errors.ts';
import { byName } from '../pipeline/batches.ts';
import { createTables } from '../pipeline/create-tables.ts';
import { explainAll, type RefusedStatement } from '../pipeline/explain-statements.ts';
import { comparisonSql } from '../pipeline/reconcile/tables.ts';
import { newRunId } from '../pipeline/run-id.ts';
import { temporarily, temporaryCopy } from '../pipeline/temporary.ts';
import { type Model, type NamedSql, tablesOf } from '../sql/catalogue.ts';
import { Mistakes } from '../sql/mistakes.ts';
import { placeOfStep, StepFailed } from '../warehouse/errors.ts';
import type { Step, Warehouse } from '../warehouse/warehouse.ts';

/**
 * Tries every statement of a model on an empty warehouse, an embedded DuckDB in memory: its tables, loads, rebuilds,
 * checks, comparisons and questions. Returns how many there are. Throws StarloadError with all that cannot run, each
 * with file and line.
 */
export async function tryModel(model: Model, open: () => Promise<Warehouse>): Promise<number> {
  const warehouse = await open();
  try {
    await createTables(model, warehouse, { force: true });
    const { statements, refused } = await explainAll(model, warehouse);
    const read = [...model.comparisons.map(alone), ...model.queries];
    const mistakes = new Mistakes();
    mistakes.add(...causes(refused).map(mistakeOf));
    for (const statement of read) {
      const found = await explainQuery(warehouse, sourceTables(model), statement);
      if (found !== undefined) mistakes.add(mistakeOf(found));
    }
    mistakes.throwIfAny();
    return model.tables.length + statements + read.length;
  } finally {
    await warehouse.close();
  }
}

/** What cannot run, and DuckDB's message. */
type Refused = Pick<RefusedStatement, 'place' | 'said'>;

/** A comparison as reconcile runs it. */
function alone(comparison: Model['comparisons'][number]): NamedSql {
  return { name: comparison.name, ...comparisonSql([comparison]) };
}

/** What makes the tables of the files' records, which comparisons may read. */
function sourceTables(model: Model): readonly Step[] {
  return tablesOf(model, 'staging').flatMap((table) =>
    temporaryCopy(temporarily({ table, parts: [], mapping: byName(table) })),
  );
}

async function explainQuery(
  warehouse: Warehouse,
  before: readonly Step[],
  { sql, ...statement }: NamedSql,
): Promise<Refused | undefined> {
  try {
    const step: Step = { kind: 'sql', ...statement, sql: `EXPLAIN ${sql}` };
    await warehouse.run({ name: `explain-${newRunId()}`, locks: false, steps: [...before, step] });
    return undefined;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return { place: placeOfStep(error.step, error.failure), said: error.failure.message };
  }
}

/** Each mistake once, and without those that only follow from a temporary table that another one kept from being made. */
function causes(refused: readonly Refused[]): readonly Refused[] {
  const once = refused.filter(
    ({ place, said }, at) => refused.findIndex((other) => other.place === place && other.said === said) === at,
  );
  const first = once.filter(({ said }) => !said.includes('Table with name '));
  return first.length > 0 ? first : once;
}

/** DuckDB says on further lines what it would have understood. */
function mistakeOf({ place, said }: Refused): StarloadError {
  const lines = said.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => line !== '').join(' ');
  return new StarloadError(`${place}: ${told.replace(/^\w+ Error: /, '')}`, { next: 'Correct the statement.' });
}
