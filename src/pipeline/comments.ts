import type { Table } from '../sql/catalogue.ts';
import { commentStatements } from '../sql/comment-on.ts';
import { fileOf } from '../sql/written.ts';
import type { Batch, Step, Warehouse } from '../warehouse/warehouse.ts';

/**
 * The steps that put the comments of tables, in the transaction that creates them: one for each table, as its indexes
 * are. Their placeholders are not filled in: nothing in a comment is one.
 */
export function commentSteps(tables: readonly Table[], engine: string): readonly Step[] {
  return tables.flatMap((table) => stepsOf(table, [commentStatements(table, engine).join(';\n')]));
}

/**
 * The batches that put them where a batch takes so few statements that they cannot be in the one that creates the
 * tables. Each has as many as fit.
 */
export function commentBatches(
  tables: readonly Table[],
  { engine, statementLimit }: Pick<Warehouse, 'engine' | 'statementLimit'>,
  id: string,
): readonly Batch[] {
  const steps = tables.flatMap((table) => stepsOf(table, commentStatements(table, engine)));
  const batchOf = (part: readonly Step[], at: number): Batch => ({
    name: `${id}-comments-${at + 1}`,
    locks: true,
    steps: part,
  });
  const most = statementLimit === undefined ? steps.length : statementLimit.most - statementLimit.needs(batchOf([], 0));
  const parts = Array.from({ length: Math.ceil(steps.length / most) }, (_, at) =>
    steps.slice(at * most, (at + 1) * most),
  );
  return parts.map(batchOf);
}

function stepsOf({ name, create }: Table, statements: readonly string[]): readonly Step[] {
  const written = [{ file: fileOf(create), from: 1, to: 1 }];
  return statements
    .filter((sql) => sql !== '')
    .map((sql) => ({ kind: 'sql' as const, name: `comment_${name}`, sql, written }));
}
