import { unknownType } from './domains.ts';
import { type Bare, type Place, quote, type Reader, refusal, type Scope } from './reader.ts';
import { RESERVED } from './words.ts';

const JOINS = ['join', 'inner', 'left', 'right', 'full', 'cross', 'natural'];

/** Reads a query, from WITH to OFFSET. AWS: "SELECT" and the pages below it. */
export function readQuery(reader: Reader, place: Place = 'inner'): void {
  const outer = reader.bare;
  reader.bare = { slots: [], combines: false };
  readBody(reader);
  settle(reader.bare, place, reader.side);
  reader.bare = outer;
  // page "Unsupported PostgreSQL features": no FOR UPDATE, no FETCH FIRST, no WINDOW; what follows is for the caller to refuse.
}

function readBody(reader: Reader): void {
  if (reader.copy('with')) readWith(reader);
  readTerm(reader);
  readCombined(reader);
  if (reader.is('order')) readOrder(reader);
  readLimit(reader);
}

function readCombined(reader: Reader): void {
  const { side } = reader;
  while (readSetOperator(reader)) {
    reader.bare.combines = true;
    reader.side = side === 0 ? 1 : 0;
    readTerm(reader);
  }
  reader.side = side;
}

/**
 * A bare literal is of type "unknown", and what reads it as a column finds no conversion: PostgreSQL 8.0's coercion,
 * which converts constants only (tuva-health/tuva issue 1165, OHDSI/SqlRender issues 66 and 192, fleetio/dbt-segment issue
 * 16, calogica/dbt-expectations issues 98 and 130). Between the branches of a set operation it is converted. Where rows are
 * the answer or are inserted, PostgreSQL does as Redshift does, but calls it text, which minds trailing blanks.
 */
function settle({ slots, combines }: Bare, place: Place, side: 0 | 1): void {
  for (const { slot, isNull } of slots) {
    if (place === 'inner' && !combines) slot.text = `:: text :: ${unknownType(side)}`;
    else if (!isNull && (place !== 'insert' || combines)) slot.text = ':: bpchar';
  }
}

function readWith(reader: Reader): void {
  if (reader.is('recursive')) reader.refuse('recursive queries are not imitated');
  reader.list(() => {
    const name = reader.copyName();
    if (reader.is('(')) readNames(reader);
    reader.expectCopy('as', '(');
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
  const scope: Scope = {
    parent: reader.scope,
    inOn: reader.isInOn,
    names: new Set(),
    references: [],
    hasWindow: false,
  };
  reader.scopes.push(scope);
  const { isInOn } = reader;
  reader.scope = scope;
  reader.isInOn = false;
  readSelect(reader);
  reader.scope = scope.parent;
  reader.isInOn = isInOn;
}

function readSelect(reader: Reader): void {
  reader.expectCopy('select');
  if (reader.is('top')) reader.refuse('TOP is not imitated; write LIMIT');
  if (!reader.copy('all') && reader.copy('distinct') && reader.is('on')) {
    // page "Unsupported PostgreSQL features".
    reader.refuse('Redshift has no DISTINCT ON');
  }
  reader.list(() => readItem(reader));
  if (reader.is('into')) reader.refuse('SELECT INTO is not imitated');
  if (reader.copy('from')) readSources(reader);
  if (reader.copy('where')) reader.grammar.expression(reader);
  if (reader.copy('group', 'by')) reader.list(() => reader.grammar.expression(reader));
  if (reader.copy('having')) reader.grammar.expression(reader);
  if (reader.is('qualify')) reader.refuse('QUALIFY is Redshift’s, but not portable; number the rows in a subquery');
}

function readItem(reader: Reader): void {
  if (reader.copy('*')) return;
  if (reader.peek(1).key === '.' && reader.peek(2).key === '*') {
    reader.copyName();
    reader.expectCopy('.', '*');
    return;
  }
  readColumn(reader);
  if (reader.copy('as')) writeLabel(reader);
  else if (reader.isBareAlias()) {
    reader.write('as');
    reader.copyName();
  }
}

/** An expression; a literal or NULL alone, in parentheses or not, is noted. */
function readColumn(reader: Reader): void {
  let depth = 0;
  while (reader.peek(depth).key === '(') depth += 1;
  const { kind, key } = reader.peek(depth);
  const mark = reader.mark();
  reader.grammar.expression(reader);
  const isNull = key === 'null' && kind === 'word';
  if ((kind === 'string' || isNull) && reader.mark() === mark + 1 + 2 * depth) {
    reader.bare.slots.push({ slot: reader.slot(), isNull });
  }
}

/** After AS any word is a column's name, reserved or not. */
function writeLabel(reader: Reader): void {
  const token = reader.peek();
  if (token.kind !== 'word' && token.kind !== 'quoted') reader.refuse();
  reader.write(quote(reader.fold(reader.take())), token);
}

/** The tables of FROM and how they are joined. */
export function readSources(reader: Reader): void {
  reader.list(() => readSource(reader));
}

function readSource(reader: Reader): void {
  readTable(reader);
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
    readTable(reader);
    return;
  }
  reader.expectCopy('join');
  readTable(reader);
  if (isNatural) return;
  if (reader.copy('using')) {
    readNames(reader);
    return;
  }
  reader.expectCopy('on');
  reader.isInOn = true;
  reader.grammar.expression(reader);
  reader.isInOn = false;
}

function readTable(reader: Reader): void {
  // page "Unsupported PostgreSQL features": VALUES is no table, and there is no LATERAL.
  if (reader.isAny('lateral', 'only', 'values')) reader.refuse();
  if (reader.copy('(')) {
    readNested(reader);
  } else if (reader.peek(1).key === '(') {
    if (!reader.is('generate_series')) throw refusal(`function ${reader.peek().text}() does not exist`, reader.peek());
    reader.grammar.call(reader);
    readAlias(reader, undefined);
  } else {
    readAlias(reader, readTableName(reader));
  }
}

function readNested(reader: Reader): void {
  if (reader.isAny('select', 'with')) {
    // A table of FROM does not see its neighbours, and what lies further out is a level away.
    const { scope, isInOn } = reader;
    reader.scope = { parent: scope?.parent, inOn: false, names: new Set(), references: [], hasWindow: false };
    reader.isInOn = false;
    readQuery(reader);
    reader.scope = scope;
    reader.isInOn = isInOn;
    reader.expectCopy(')');
    // AWS: "FROM clause": a subquery needs an alias.
    if (!reader.is('as') && !reader.isBareAlias()) throw refusal('subquery in FROM must have an alias', reader.peek());
    readAlias(reader, undefined);
    return;
  }
  readSource(reader);
  reader.expectCopy(')');
}

function readAlias(reader: Reader, table: string | undefined): void {
  const hasAs = reader.copy('as');
  if (!hasAs && !reader.isBareAlias()) {
    if (table !== undefined) reader.scope?.names.add(table);
    return;
  }
  if (!hasAs) reader.write('as');
  reader.scope?.names.add(reader.copyName());
  if (reader.is('(')) readNames(reader);
}

/** A parenthesized list of names. */
export function readNames(reader: Reader): void {
  reader.expectCopy('(');
  reader.list(() => reader.copyName());
  reader.expectCopy(')');
}

/** Reads a table's name, notes which it is, and gives its last part. */
export function readTableName(reader: Reader): string {
  const name = readPath(reader);
  const last = name.at(-1) as string;
  if (name.length === 1 && reader.common.has(last)) return last;
  const schema = name.length > 1 ? name[0] : undefined;
  const text = name.map(quote).join('.');
  if (schema === 'information_schema' || schema === 'pg_catalog' || last.startsWith('pg_')) {
    reader.catalogueTables.add(last);
  } else if (/^(svv|svl|svcs|sys|stl|stv)_/.test(last)) reader.systemTables.add(last);
  else reader.tables.add(text);
  return last;
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

/** ORDER BY with its directions; NULLS FIRST and LAST are fine, in a window too (page "ORDER BY clause"). */
export function readOrder(reader: Reader): void {
  reader.expectCopy('order', 'by');
  reader.list(() => {
    reader.grammar.expression(reader);
    if (!reader.copy('asc')) reader.copy('desc');
    if (reader.copy('nulls') && !reader.copy('first')) reader.expectCopy('last');
  });
}

function readLimit(reader: Reader): void {
  for (const word of ['limit', 'offset']) {
    if (!reader.copy(word)) continue;
    if (reader.copy('all')) continue;
    if (!['number', 'parameter'].includes(reader.peek().kind)) reader.refuse();
    reader.grammar.expression(reader);
  }
}

/**
 * The rules on correlated subqueries, as far as qualified names tell (AWS: "Correlated
 * subqueries"): none may skip a level, stand in an ON clause or contain a window function.
 */
export function checkCorrelation(scopes: readonly Scope[]): void {
  for (const scope of scopes) {
    for (const { name, token } of scope.references) {
      let level: Scope | undefined = scope;
      let depth = 0;
      while (level !== undefined && !level.names.has(name)) {
        level = level.parent;
        depth += 1;
      }
      if (level !== undefined && (depth > 1 || (depth === 1 && (scope.inOn || scope.hasWindow)))) {
        throw refusal('This type of correlated subquery pattern is not supported due to internal error', token);
      }
    }
  }
}
