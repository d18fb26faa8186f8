import type { Column, Table } from '../sql/catalogue.ts';
import type { RelationColumn } from '../warehouse/warehouse.ts';

/** The engines' names for each type. */
const TYPES: Readonly<Record<Column['type'], RegExp>> = {
  varchar: /^(character varying|varchar)\b/i,
  bigint: /^bigint$/i,
  double: /^double( precision)?$/i,
  timestamp: /^timestamp( without time zone)?$/i,
  other: /./,
};

/** Describes how a table differs from its CREATE TABLE. Columns that a user added do no harm. */
export function shapeProblems(table: Table, found: readonly RelationColumn[]): readonly string[] {
  const columns = new Map(found.map((column) => [column.name, column]));
  return table.columns.flatMap((column) => {
    const problem = columnProblem(column, columns.get(column.name));
    return problem === undefined ? [] : [`${table.name}.${column.name} ${problem}`];
  });
}

function columnProblem({ type, maxBytes }: Column, found: RelationColumn | undefined): string | undefined {
  if (found === undefined) {
    return 'is missing';
  }
  if (!TYPES[type].test(found.type)) {
    return `is ${found.type} instead of ${type}`;
  }
  return maxBytes !== undefined && found.length !== undefined && found.length < maxBytes
    ? `holds ${found.length} instead of ${maxBytes}`
    : undefined;
}
