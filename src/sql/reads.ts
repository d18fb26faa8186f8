import { StarloadError } from '../errors.ts';
import type { Table } from './catalogue.ts';
import { RelationScan } from './relations.ts';
import { type Token, tokenize } from './tokens.ts';
import { fileOf, type NamedSql } from './written.ts';

const SCANNED = new WeakMap<NamedSql, readonly Token[]>();

/** Where a statement reads or writes tables, in order. */
export function mentionsIn(statement: NamedSql): readonly Token[] {
  const known = SCANNED.get(statement);
  if (known !== undefined) return known;
  const { tables } = new RelationScan(tokenize(statement.sql)).relations();
  const tokens = tables.map(({ token }) => token);
  SCANNED.set(statement, tokens);
  return tokens;
}

/** The names of the tables that a statement reads or writes, each once. */
export function tablesIn(statement: NamedSql): readonly string[] {
  return [...new Set(mentionsIn(statement).map(({ key }) => key))];
}

/** The tables that a table's SELECT reads. */
export function inputsOf({ select }: Table): readonly string[] {
  return select === undefined ? [] : tablesIn(select);
}

/** In the query for affected keys, the rows of a table that a load changes, as they were before it and as they are now. */
export function changed(table: string): string {
  return `changed_${table}`;
}

/** Whether another table must be up to date before a table is: its SELECT or its query for affected keys reads it. */
function needs(table: Table, { name }: Table): boolean {
  const searched = table.affected === undefined ? [] : tablesIn(table.affected);
  return [...inputsOf(table), ...searched].some((one) => one === name || one === changed(name));
}

/** The tables, each after those of them that it reads. Throws StarloadError if two read each other. */
export function inDependencyOrder(tables: readonly Table[]): readonly Table[] {
  const ordered: Table[] = [];
  const visit = (table: Table, readers: readonly Table[]): void => {
    if (readers.includes(table)) {
      throw circle([...readers.slice(readers.indexOf(table)), table]);
    }
    if (!ordered.includes(table)) {
      for (const input of tables.filter((other) => other !== table && needs(table, other))) {
        visit(input, [...readers, table]);
      }
      ordered.push(table);
    }
  };
  for (const table of tables) {
    visit(table, []);
  }
  return ordered;
}

function circle(tables: readonly Table[]): StarloadError {
  const [first] = tables;
  return new StarloadError(
    `${first && fileOf(first.create)}: the tables read each other in a circle: ${tables.map(({ name }) => name).join(' reads ')}`,
    { next: 'Let one of them read current tables instead.' },
  );
}
