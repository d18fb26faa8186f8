import { type Table, tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';

/**
 * The star as a Mermaid diagram of entities, which GitHub draws: every table of star/ with its columns and types, and a
 * line from each table to those that have its key as a column.
 */
export function starDiagram(tables: readonly Table[] = tablesOf(loadModel(), 'star')): string {
  const lines = [
    ...tables.flatMap((table) => linesFrom(table, tables)),
    ...tables.flatMap((table) => entity(table, tables)),
  ];
  return ['```mermaid', 'erDiagram', ...lines.map((line) => `  ${line}`), '```'].join('\n');
}

/** One row of the table, or none where the column may be NULL, belongs to any number of rows of the other. */
function linesFrom(table: Table, tables: readonly Table[]): readonly string[] {
  return tables.flatMap((other) => {
    const column = other === table ? undefined : referenceTo(table, other);
    return column === undefined
      ? []
      : [`${table.name} ${column.notNull ? '||' : '|o'}--o{ ${other.name} : ${column.name}`];
  });
}

/** The column of a table that is the whole key of another one. */
function referenceTo({ key }: Table, { columns }: Table) {
  return key.length === 1 ? columns.find(({ name }) => name === key[0]) : undefined;
}

function entity(table: Table, tables: readonly Table[]): readonly string[] {
  const attributes = table.columns.map(({ name }) => {
    const isReference = tables.some((other) => other !== table && referenceTo(other, table)?.name === name);
    const key = table.key.includes(name) ? ' PK' : isReference ? ' FK' : '';
    return `  ${typeOf(table, name)} ${name}${key}`;
  });
  return [`${table.name} {`, ...attributes, '}'];
}

/** The type as the file has it, in the one word that Mermaid wants. */
function typeOf({ create, name: table }: Table, column: string): string {
  const pattern = new RegExp(`^ +${column} +([A-Z]+( PRECISION)?(\\(\\d+\\))?)`, 'm');
  const type = pattern.exec(create.sql)?.[1];
  if (type === undefined) throw new Error(`no type of ${table}.${column}`);
  return type.replace(' ', '_');
}
