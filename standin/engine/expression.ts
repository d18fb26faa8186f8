import { classify, type Reference } from './correlation.ts';
import { assertFinite, readInterval, readLiteral, readNumber, readParameter } from './literals.ts';
import { literal, type Reader, refusal } from './reader.ts';
import { readPart, SPECIAL_CALLS } from './special-calls.ts';
import { readType } from './types.ts';
import { SYSTEM_COLUMNS } from './words.ts';

const OPERATORS = [
  '=',
  '<>',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '~',
  '!~',
  'and',
  'or',
  'like',
  'ilike',
  'between',
];

/**
 * Reads an expression and writes it for PostgreSQL. Operators are written in order: their precedence is the same in both.
 */
export function readExpression(reader: Reader): void {
  const condition = new Condition(reader);
  do readOperand(reader, condition);
  while (readOperator(reader, condition));
  condition.end();
}

/** The conditions that AND joins: what each one compares, for the rules on correlated subqueries. */
class Condition {
  readonly #reader: Reader;
  readonly #references: readonly Reference[];
  #from: number;
  #scopes: number;
  #operators: string[] = [];

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#references = reader.scope?.references ?? [];
    this.#from = this.#references.length;
    this.#scopes = reader.scopes.length;
  }

  add(operator: string): void {
    if (operator === 'and') this.end();
    else this.#operators.push(operator);
  }

  end(): void {
    classify(this.#references.slice(this.#from), this.#operators);
    if (this.#operators.includes('or')) this.#reader.branch(this.#scopes);
    this.#from = this.#references.length;
    this.#scopes = this.#reader.scopes.length;
    this.#operators = [];
  }
}

function readOperator(reader: Reader, condition: Condition): boolean {
  readPostfix(reader, condition);
  if (OPERATORS.includes(reader.peek().key)) {
    condition.add(reader.pass().key);
    readQuantifier(reader);
    return true;
  }
  if (reader.copy('similar', 'to') || reader.copy('escape')) {
    condition.add('similar to');
    return true;
  }
  if (!reader.is('not') || !['like', 'ilike', 'between', 'similar'].includes(reader.peek(1).key)) return false;
  condition.add(reader.pass().key);
  if (reader.pass().key === 'similar') reader.expectCopy('to');
  return true;
}

/** `= ANY (SELECT …)`; an array is not allowed (page "Character types"). */
function readQuantifier(reader: Reader): void {
  if (!reader.isAny('any', 'some', 'all')) return;
  const token = reader.pass();
  if (!reader.is('(', 'select') && !reader.is('(', 'with')) {
    throw refusal('arrays are not supported', token);
  }
  // The query in parentheses is read as the operand that follows.
}

/** IS NULL, IN (…) and other ends of an operand. */
function readPostfix(reader: Reader, condition: Condition): void {
  while (reader.isAny('is', 'in', 'isnull', 'notnull') || reader.is('not', 'in')) {
    condition.add(reader.peek().key);
    if (reader.is('is')) readIs(reader);
    else if (reader.copy('isnull') || reader.copy('notnull')) continue;
    else readIn(reader);
  }
}

function readIs(reader: Reader): void {
  reader.pass();
  reader.copy('not');
  // page "Unsupported PostgreSQL features": no IS [NOT] DISTINCT FROM.
  if (!reader.isAny('null', 'true', 'false', 'unknown')) reader.refuse();
  reader.pass();
}

function readIn(reader: Reader): void {
  reader.copy('not');
  reader.expectCopy('in', '(');
  const { place } = reader;
  reader.place = 'in';
  readParenthesis(reader);
  reader.place = place;
}

/** The content of parentheses after the opening one: a query or expressions. Returns their number. */
function readParenthesis(reader: Reader): number {
  let count = 0;
  if (startsQuery(reader)) reader.grammar.query(reader);
  else {
    reader.list(() => {
      readExpression(reader);
      count += 1;
    });
  }
  reader.expectCopy(')');
  return count;
}

/** PostgreSQL 8.0 compares each column of such rows separately, later versions one after the other; AWS does not say. */
function readRowOrExpression(reader: Reader): void {
  const isRow = readParenthesis(reader) > 1;
  if (isRow && reader.isAny('<', '>', '<=', '>=')) reader.refuse('rows have no order');
}

/** Whether the next tokens begin a query, with or without parentheses around it. */
export function startsQuery(reader: Reader): boolean {
  let offset = 0;
  while (reader.peek(offset).key === '(') offset += 1;
  return ['select', 'with'].includes(reader.peek(offset).key);
}

function readOperand(reader: Reader, condition?: Condition): void {
  while (reader.isAny('not', '-', '+')) condition?.add(reader.pass().key);
  const mark = reader.mark();
  readPrimary(reader);
  while (reader.skip('::')) {
    writeCast(reader, mark);
  }
  // page "Unsupported PostgreSQL features", page "Character types": COLLATE takes CASE_SENSITIVE or CASE_INSENSITIVE on Redshift, never "C".
  if (reader.is('collate')) reader.refuse('Redshift has no such collation');
  if (reader.copy('at', 'time', 'zone')) readPrimary(reader);
}

/** Wraps the text written since the mark in a cast to the type that comes next. */
function writeCast(reader: Reader, mark: number): void {
  const { cast, bytes } = readType(reader);
  assertFinite(reader.written(mark), cast);
  // An explicit cast cuts text that is too long, and counts bytes (AWS: "Character types").
  reader.insert(mark, `${bytes === undefined ? '' : 'redshift."varchar"('}CAST(`);
  reader.write(`AS ${cast})${bytes === undefined ? '' : `, ${bytes})`}`);
}

function readPrimary(reader: Reader): void {
  const token = reader.peek();
  if (token.kind === 'string') {
    readLiteral(reader);
  } else if (token.kind === 'number') readNumber(reader);
  else if (token.kind === 'parameter') readParameter(reader);
  else if (reader.copy('(')) readRowOrExpression(reader);
  else if (reader.is('approximate') && reader.peek(2).key === '(') throw refusal('APPROXIMATE is not imitated', token);
  else if (!readKeyword(reader)) readNamed(reader);
}

/** Reads a construct that begins with a keyword, if one comes next. */
function readKeyword(reader: Reader): boolean {
  const { key } = reader.peek();
  const read = KEYWORDS.get(key);
  if (read === undefined) return false;
  // DATE, TIME and similar words are types before a literal, and otherwise names.
  if (TYPED.includes(key) && reader.peek(1).kind !== 'string') return false;
  if (CALLED.includes(key) && reader.peek(1).key !== '(') return false;
  if (CALLED.includes(key) || !UNNOTED.includes(key)) reader.note(key);
  read(reader);
  return true;
}

const TYPED = ['timestamp', 'timestamptz', 'date', 'time', 'timetz'];
const CALLED = [
  ...['extract', 'date_part', 'cast', 'convert', 'substring', 'position', 'trim', 'exists'],
  ...SPECIAL_CALLS.keys(),
];

const UNNOTED = ['null', 'true', 'false', 'case', 'interval', ...TYPED];

const pass = (reader: Reader): void => void reader.pass();

const KEYWORDS: ReadonlyMap<string, (reader: Reader) => void> = new Map([
  ['null', pass],
  ['true', pass],
  ['false', pass],
  ['current_date', pass],
  ['sysdate', (reader) => reader.write('redshift.sysdate()', reader.take())],
  // page "SQL functions reference" and the corrections: they exist on the leader node only.
  ['current_timestamp', readLeaderWord],
  ['current_time', readLeaderWord],
  ['localtime', readLeaderWord],
  ['localtimestamp', readLeaderWord],
  ['current_user', readUser],
  ['session_user', readUser],
  ['user', readUser],
  ['interval', readInterval],
  ['case', readCase],
  ['cast', readCastCall],
  ['convert', readConvert],
  ['extract', readExtract],
  ['date_part', readDatePart],
  ['substring', readSubstring],
  ['position', readPosition],
  ['trim', readTrim],
  ['exists', readExists],
  ...SPECIAL_CALLS,
  ...TYPED.map((type) => [type, readTyped] as const),
]);

function readLeaderWord(reader: Reader): void {
  reader.leaderFunctions.add(reader.pass().key);
}

function readUser(reader: Reader): void {
  reader.write(`CAST(${literal(reader.surroundings.user)} AS bpchar)`, reader.take());
}

function readTyped(reader: Reader): void {
  const { key } = reader.pass();
  const text = literal(reader.take().value);
  assertFinite(text, key);
  reader.write(text);
}

function readCase(reader: Reader): void {
  const { scope } = reader;
  const before = scope?.references.length ?? 0;
  const subqueries = reader.scopes.length;
  readBranches(reader);
  reader.branch(subqueries);
  classify(scope?.references.slice(before) ?? [], ['case']);
}

function readBranches(reader: Reader): void {
  reader.pass();
  if (!reader.is('when')) readExpression(reader);
  while (reader.copy('when')) {
    readExpression(reader);
    reader.expectCopy('then');
    readExpression(reader);
  }
  if (reader.copy('else')) readExpression(reader);
  reader.expectCopy('end');
}

function readCastCall(reader: Reader): void {
  reader.expect('cast', '(');
  const mark = reader.mark();
  readExpression(reader);
  reader.expect('as');
  writeCast(reader, mark);
  reader.expect(')');
}

/** CONVERT(type, expression). AWS: "CONVERT function". */
function readConvert(reader: Reader): void {
  reader.expect('convert', '(');
  const { cast, bytes } = readType(reader);
  reader.expect(',');
  reader.write(`${bytes === undefined ? '' : 'redshift."varchar"('}CAST(`);
  readExpression(reader);
  reader.write(`AS ${cast})${bytes === undefined ? '' : `, ${bytes})`}`);
  reader.expect(')');
}

/**
 * An INTEGER for a TIMESTAMP, with seconds without their fraction (page "SQL functions reference"): redshift.date_part
 * does this.
 */
function readExtract(reader: Reader): void {
  reader.expect('extract', '(');
  reader.write(`redshift.date_part('${readPart(reader)}',`);
  reader.expect('from');
  readExpression(reader);
  reader.expectCopy(')');
}

/** A DOUBLE, with the fraction (page "SQL functions reference"). */
function readDatePart(reader: Reader): void {
  reader.expect('date_part', '(');
  reader.write(`pg_catalog.date_part('${readPart(reader)}',`);
  reader.expect(',');
  readExpression(reader);
  reader.expectCopy(')');
}

/** SUBSTRING(x FROM a FOR b) or SUBSTRING(x, a, b). */
function readSubstring(reader: Reader): void {
  reader.expectCopy('substring', '(');
  readExpression(reader);
  for (const word of ['from', 'for']) {
    if (!reader.skip(word) && !reader.skip(',')) break;
    reader.write(',');
    readExpression(reader);
  }
  reader.expectCopy(')');
}

function readPosition(reader: Reader): void {
  reader.expect('position', '(');
  reader.write('redshift.position(');
  readOperand(reader);
  reader.expect('in');
  reader.write(',');
  readExpression(reader);
  reader.expectCopy(')');
}

/** TRIM([BOTH | LEADING | TRAILING] ['c' FROM] x). PostgreSQL's own would convert a bpchar to text and cut its blanks. */
function readTrim(reader: Reader): void {
  reader.expect('trim', '(');
  const mark = reader.mark();
  let name = 'btrim';
  if (reader.skip('leading')) name = 'ltrim';
  else if (reader.skip('trailing')) name = 'rtrim';
  else reader.skip('both');
  const hasCharacters = !reader.skip('from');
  readExpression(reader);
  if (hasCharacters && reader.skip('from')) {
    reader.write(',');
    readExpression(reader);
    name = `redshift.${name}_from`;
  }
  reader.insert(mark, `${name}(`);
  reader.expectCopy(')');
}

function readExists(reader: Reader): void {
  reader.expectCopy('exists', '(');
  if (!startsQuery(reader)) reader.refuse();
  reader.grammar.query(reader);
  reader.expectCopy(')');
}

/** A function, or a column with its qualifiers. */
function readNamed(reader: Reader): void {
  if (reader.peek(1).key === '(') {
    reader.grammar.call(reader);
    return;
  }
  const first = reader.peek();
  const path = [reader.copyName()];
  while (reader.is('.') && reader.peek(1).key !== '*') {
    reader.pass();
    path.push(reader.fold(reader.peek()));
    reader.write(`"${path.at(-1)?.replaceAll('"', '""')}"`, reader.take());
  }
  if (SYSTEM_COLUMNS.has(path.at(-1) ?? '')) throw refusal(`column "${path.at(-1)}" does not exist`, first);
  const { scope } = reader;
  const [column = '', table] = path.toReversed();
  scope?.references.push({ table, column, token: first, isInWhere: scope.isInWhere, form: 'alone' });
}
