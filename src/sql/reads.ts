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

/** The tables, each after those of them that it reads. Throws StarloadError if two read each other. */
export function inDependencyOrder(tables: readonly Table[]): readonly Table[] {
  const ordered: Table[] = [];
  const visit = (table: Table, readers: readonly Table[]): void => {
    if (readers.includes(table)) {
      throw circle([...readers.slice(readers.indexOf(table)), table]);
    }
    if (!ordered.includes(table)) {
      const inputs = inputsOf(table);
      for (const input of tables.filter(({ name }) => inputs.includes(name))) {
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

/**
 * Whether a statement gives a name to something other than a column of that name, as in `RTRIM(name, ' ') AS name` or `a.id
 * AS name`.
 */
export function givesAnew(sql: string, name: string): boolean {
  const tokens = tokenize(sql);
  return tokens.some((token, at) => {
    const named = tokens[at - 1]?.key === 'as' ? tokens[at - 2] : tokens[at - 1];
    const isAlias = token.key === name && tokens[at + 1]?.key !== '.' && tokens[at + 1]?.key !== '(';
    const endsValue =
      named?.key === ')' || named?.kind === 'string' || (tokens[at - 1]?.key === 'as' && named?.key !== name);
    return isAlias && (endsValue || named?.key === 'end');
  });
}

/**
 * The columns of a SELECT that are columns of its table as they are, by the table's names: `a`, `t.a` and `a AS b` in its
 * list. What a query in parentheses gives is none.
 */
export function copiedColumns(sql: string): ReadonlyMap<string, string> {
  const tokens = tokenize(sql);
  const end = tokens.findIndex(({ key }) => key === 'from');
  const list = tokens.slice(1, end === -1 ? undefined : end);
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of list) {
    depth += token.key === '(' ? 1 : token.key === ')' ? -1 : 0;
    if (token.key === ',' && depth === 0) items.push([]);
    else items.at(-1)?.push(token);
  }
  return new Map(items.flatMap((item) => copied(item.map(({ key }) => key))));
}

function copied(words: readonly string[]): readonly (readonly [string, string])[] {
  const [, column, name = column] = /^(?:\w+ \. )?(\w+)(?: as (\w+))?$/.exec(words.join(' ')) ?? [];
  return column === undefined || name === undefined ? [] : [[column, name]];
}
