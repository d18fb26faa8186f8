import { newScope, type Scope } from './correlation.ts';
import { unknownType } from './domains.ts';
import { readGroupBy } from './grouping.ts';
import type { Token } from './lexer.ts';
import { Qualify } from './qualify.ts';
import { type Frame, newFrame, type Place, quote, type Reader, refusal } from './reader.ts';
import { CATALOGUE, RESERVED } from './words.ts';

const JOINS = ['join', 'inner', 'left', 'right', 'full', 'cross', 'natural'];

/** Reads a query, from WITH to OFFSET. AWS: "SELECT" and the pages below it. */
export function readQuery(reader: Reader, place: Place = 'inner'): void {
  const outer = reader.frame;
  reader.frame = newFrame();
  readBody(reader);
  settle(reader, place);
  reader.frame = outer;
  // page "Unsupported PostgreSQL features": no FOR UPDATE, no FETCH FIRST, no WINDOW; the caller refuses them as the next
  // token.
}

function readBody(reader: Reader): void {
  if (reader.copy('with')) readWith(reader);
  readTerm(reader);
  readCombined(reader);
  readFinalOrder(reader);
  readLimit(reader);
  if (reader.frame.combines) cut(reader.frame);
}

/** The ORDER BY of a query is part of its SELECT, if it is one. */
function readFinalOrder(reader: Reader): void {
  if (!reader.is('order')) return;
  const [only, another] = reader.frame.scopes;
  within(reader, only !== undefined && another === undefined ? only : newScope(undefined), () => readOrder(reader));
}

function cut({ scopes }: Frame): void {
  for (const scope of scopes) scope.isCut = true;
}

function readCombined(reader: Reader): void {
  const { side } = reader;
  while (readSetOperator(reader)) {
    reader.frame.combines = true;
    reader.side = side === 0 ? 1 : 0;
    readTerm(reader);
  }
  reader.side = side;
}

/**
 * A bare literal has the type "unknown". A query that reads it as a column finds no conversion, as in PostgreSQL 8.0,
 * which converts constants only (tuva-health/tuva issue 1165, OHDSI/SqlRender issues 66 and 192, fleetio/dbt-segment
 * issue 16, calogica/dbt-expectations issues 98 and 130). Between the branches of a set operation it is converted. If the
 * rows are the answer or are inserted, PostgreSQL does the same as Redshift, but makes the column text, where trailing
 * blanks count.
 */
function settle(reader: Reader, place: Place): void {
  const { bare, combines } = reader.frame;
  if (bare.length > 0 && place === 'inner') reader.note('BARE LITERAL');
  for (const { slot, isNull } of bare) {
    if (place === 'inner' && !combines) slot.text = `:: text :: ${unknownType(reader.side)}`;
    else if (!isNull && (place !== 'insert' || combines)) slot.text = ':: bpchar';
  }
}

function readWith(reader: Reader): void {
  if (reader.is('recursive')) reader.refuse('recursive queries are not imitated');
  reader.list(() => {
    const name = reader.copyName();
    if (reader.is('(')) readNames(reader);
    reader.expectCopy('as', '(');
    // AWS: "WITH clause", usage notes.
    if (reader.is('with')) reader.refuse('there is no WITH inside the subquery of a WITH');
    readQuery(reader);
    reader.expectCopy(')');
    reader.common.add(name);
  });
}

/** AWS: "UNION, INTERSECT, and EXCEPT": only UNION takes ALL. */
function readSetOperator(reader: Reader): boolean {
  if (reader.copy('union')) {
    reader.copy('all');
    return true;
  }
  if (reader.is('minus')) {
    reader.note('MINUS');
    reader.write('except', reader.take());
    return true;
  }
  return reader.copy('intersect') || reader.copy('except');
}

function readTerm(reader: Reader): void {
  if (reader.copy('(')) {
    readBody(reader);
    reader.expectCopy(')');
    return;
  }
  const scope = newScope(reader.scope, reader.place);
  reader.scopes.push(scope);
  reader.frame.scopes.push(scope);
  within(reader, scope, () => readSelect(reader));
}

/** Reads a part of the statement in its own scope. */
export function within(reader: Reader, scope: Scope, read: () => void): void {
  const { scope: outer, place, qualify } = reader;
  reader.scope = scope;
  reader.place = 'elsewhere';
  reader.qualify = undefined;
  read();
  reader.scope = outer;
  reader.place = place;
  reader.qualify = qualify;
}

function readSelect(reader: Reader): void {
  const qualify = new Qualify(reader);
  reader.qualify = qualify;
  reader.expectCopy('select');
  readTop(reader);
  if (!reader.copy('all') && reader.copy('distinct')) {
    qualify.obstacle = 'DISTINCT';
    // page "Unsupported PostgreSQL features".
    if (reader.is('on')) reader.refuse('Redshift has no DISTINCT ON');
  }
  reader.list(() => readItem(reader, qualify));
  qualify.endList();
  if (reader.is('into')) reader.refuse('SELECT INTO is not imitated');
  if (reader.copy('from')) readSources(reader);
  const afterFrom = reader.position;
  readWhere(reader);
  readGroupBy(reader);
  const subqueries = reader.scopes.length;
  if (reader.copy('having')) reader.grammar.expression(reader);
  reader.branch(subqueries);
  qualify.read(reader.position === afterFrom);
}

/** AWS: "SELECT list": TOP takes a number; it is another form of LIMIT. */
function readTop(reader: Reader): void {
  if (!reader.skip('top')) return;
  reader.note('TOP');
  const token = reader.take();
  if (token.kind !== 'number') throw refusal(`syntax error at or near "${token.text}"`, token);
  reader.frame.top = token.text;
}

/** WHERE, of a SELECT or of a statement that changes rows. */
export function readWhere(reader: Reader): void {
  if (!reader.copy('where')) return;
  if (reader.scope !== undefined) reader.scope.isInWhere = true;
  reader.grammar.expression(reader);
  if (reader.scope !== undefined) reader.scope.isInWhere = false;
}

function readItem(reader: Reader, qualify: Qualify): void {
  if (reader.is('*')) {
    qualify.addColumn({ star: reader.star(), table: undefined });
    return;
  }
  if (reader.peek(1).key === '.' && reader.peek(2).key === '*') {
    const table = reader.name();
    reader.take();
    qualify.addColumn({ star: reader.star(table), table });
    return;
  }
  const [before, mark] = [reader.scopes.length, reader.position];
  readColumn(reader);
  const given = readLabel(reader);
  const label = given ?? implied(reader, mark);
  qualify.addColumn({ label });
  reader.scope?.items.push({ alias: label, isNamed: given !== undefined, scopes: reader.scopes.slice(before) });
}

function readLabel(reader: Reader): string | undefined {
  if (reader.copy('as')) return writeLabel(reader);
  if (!reader.isBareAlias()) return undefined;
  reader.write('as');
  return reader.copyName();
}

/** The name of a column without a label: that of the column or the function. */
function implied(reader: Reader, from: number): string {
  const tokens = Array.from({ length: reader.position - from }, (_, index) =>
    reader.peek(index + from - reader.position),
  );
  const isPath = tokens.every(({ kind, key }, index) =>
    index % 2 === 0 ? kind === 'word' || kind === 'quoted' : key === '.',
  );
  if (isPath) return reader.fold(tokens.at(-1) as Token);
  return tokens[1]?.key === '(' && tokens[0]?.kind === 'word' ? tokens[0].key : '?column?';
}

/** Reads an expression and records whether it is only a literal or NULL, in parentheses or not. */
function readColumn(reader: Reader): void {
  let depth = 0;
  while (reader.peek(depth).key === '(') depth += 1;
  const { kind, key } = reader.peek(depth);
  const mark = reader.mark();
  reader.grammar.expression(reader);
  const isNull = key === 'null' && kind === 'word';
  if ((kind === 'string' || isNull) && reader.mark() === mark + 1 + 2 * depth) {
    reader.frame.bare.push({ slot: reader.slot(), isNull });
  }
}

/** After AS any word is a column's name, reserved or not. */
function writeLabel(reader: Reader): string {
  const token = reader.peek();
  if (token.kind !== 'word' && token.kind !== 'quoted') reader.refuse();
  const label = reader.fold(reader.take());
  reader.write(quote(label), token);
  return label;
}

/** The tables of FROM and their joins. */
export function readSources(reader: Reader): void {
  reader.list(() => readSource(reader));
}

function readSource(reader: Reader): void {
  readFromItem(reader);
  if (reader.isAny('pivot', 'unpivot')) throw refusal('PIVOT and UNPIVOT are not imitated', reader.peek());
  while (reader.isAny(...JOINS)) readJoin(reader);
}

function readJoin(reader: Reader): void {
  const start = reader.peek();
  const isNatural = reader.copy('natural');
  if (reader.isAny('left', 'right', 'full')) {
    if (reader.outerJoins !== 'allowed') throw refusal(`${reader.outerJoins}`, start);
    reader.pass();
    reader.copy('outer');
  } else if (!reader.copy('inner') && reader.copy('cross')) {
    reader.expectCopy('join');
    readFromItem(reader);
    return;
  }
  reader.expectCopy('join');
  readFromItem(reader);
  if (reader.qualify !== undefined && (isNatural || reader.is('using'))) reader.qualify.obstacle = 'NATURAL or USING';
  if (isNatural) return;
  if (reader.copy('using')) {
    readNames(reader);
    return;
  }
  reader.expectCopy('on');
  reader.place = 'on';
  reader.grammar.expression(reader);
  reader.place = 'elsewhere';
}

function readFromItem(reader: Reader): void {
  // page "Unsupported PostgreSQL features": VALUES is not a table, and there is no LATERAL.
  if (reader.isAny('lateral', 'only', 'values')) reader.refuse();
  if (reader.copy('(')) {
    readNested(reader);
  } else if (reader.peek(1).key === '(') {
    if (!reader.is('generate_series')) throw refusal(`function ${reader.peek().text}() does not exist`, reader.peek());
    reader.grammar.call(reader);
    readAlias(reader, {});
  } else {
    readAlias(reader, readTable(reader));
  }
}

function readNested(reader: Reader): void {
  if (reader.isAny('select', 'with')) {
    // A table of FROM does not see its neighbours, and the outer queries are one level further away.
    within(reader, newScope(reader.scope?.parent), () => readQuery(reader));
    reader.expectCopy(')');
    // AWS: "FROM clause": a subquery needs an alias.
    if (!reader.is('as') && !reader.isBareAlias()) throw refusal('subquery in FROM must have an alias', reader.peek());
    readAlias(reader, {});
    return;
  }
  readSource(reader);
  reader.expectCopy(')');
}

function readAlias(reader: Reader, { name, text }: Partial<TableName>): void {
  const hasAs = reader.copy('as');
  const isAliased = hasAs || reader.isBareAlias();
  if (isAliased && !hasAs) reader.write('as');
  const called = isAliased ? reader.copyName() : name;
  const renames = isAliased && reader.is('(');
  if (called !== undefined) addTable(reader, called, isAliased);
  reader.scope?.sources.push(renames ? undefined : text);
  if (renames) readNames(reader);
}

function addTable(reader: Reader, name: string, isAliased: boolean): void {
  reader.scope?.names.add(name);
  reader.qualify?.addTable(name, isAliased);
}

/** A parenthesized list of names. */
export function readNames(reader: Reader): void {
  reader.expectCopy('(');
  reader.list(() => reader.copyName());
  reader.expectCopy(')');
}

/** A table's name: its last part and, for a user's table, the whole name as PostgreSQL text. */
export interface TableName {
  readonly name: string;
  readonly text?: string;
}

/** Reads a table's name and returns its last part. */
export function readTableName(reader: Reader): string {
  return readTable(reader).name;
}

/** Reads a table's name and records the table. */
export function readTable(reader: Reader): TableName {
  const name = readPath(reader);
  const last = name.at(-1) as string;
  if (name.length === 1 && reader.common.has(last)) return { name: last };
  const schema = name.length > 1 ? name[0] : undefined;
  const text = name.map(quote).join('.');
  if (schema === 'information_schema' || schema === 'pg_catalog' || last.startsWith('pg_')) {
    if (!CATALOGUE.has(last)) throw refusal(`relation "${last}" does not exist`);
    reader.catalogueTables.add(last);
    return { name: last };
  }
  if (/^(svv|svl|svcs|sys|stl|stv)_/.test(last)) {
    reader.systemTables.add(last);
    return { name: last };
  }
  reader.tables.add(text);
  return { name: last, text };
}

function readPath(reader: Reader): string[] {
  const path = [reader.copyName()];
  while (reader.copy('.')) {
    const token = reader.take();
    if (token.kind !== 'quoted' && (token.kind !== 'word' || RESERVED.has(token.key))) reader.refuse();
    path.push(reader.fold(token));
    reader.write(quote(path.at(-1) as string), token);
  }
  if (path.length > 2) throw refusal('cross-database references are not imitated');
  return path;
}

/** ORDER BY with its directions; NULLS FIRST and LAST are allowed, in a window too (page "ORDER BY clause"). */
export function readOrder(reader: Reader): void {
  reader.expectCopy('order', 'by');
  const subqueries = reader.scopes.length;
  reader.list(() => {
    reader.grammar.expression(reader);
    if (!reader.copy('asc')) reader.copy('desc');
    if (reader.copy('nulls') && !reader.copy('first')) reader.expectCopy('last');
  });
  reader.branch(subqueries);
}

function readLimit(reader: Reader): void {
  const { frame } = reader;
  if (frame.top !== undefined) writeTop(reader, frame.top);
  for (const word of ['limit', 'offset']) {
    if (!reader.copy(word)) continue;
    cut(frame);
    if (reader.copy('all')) continue;
    // AWS: "ORDER BY clause": a number.
    if (reader.peek().kind === 'number') reader.pass();
    else if (reader.peek().kind === 'parameter') reader.grammar.expression(reader);
    else reader.refuse();
  }
}

function writeTop(reader: Reader, top: string): void {
  if (reader.frame.combines) throw refusal('TOP in a branch of UNION, INTERSECT or EXCEPT is not imitated');
  if (reader.is('limit')) reader.refuse();
  cut(reader.frame);
  reader.frame.top = undefined;
  reader.write(`limit ${top}`);
}
