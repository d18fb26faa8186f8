import { readNames, readQuery, readTableName } from './query.ts';
import { literal, quote, type Reader, refusal } from './reader.ts';
import type { Plan, TextColumn } from './translation.ts';
import { readType } from './types.ts';
import { ENCODINGS } from './words.ts';

/** CREATE of a table, a view or a schema; there are no indexes, triggers, sequences (page "Unsupported PostgreSQL features") or types of one's own. */
export function readCreate(reader: Reader): Plan {
  reader.pass();
  if (reader.is('schema')) return readSchema(reader);
  if (reader.is('view') || reader.is('or', 'replace', 'view')) return readView(reader);
  reader.skip('local');
  const isTemporary = reader.skip('temp') || reader.skip('temporary');
  if (isTemporary) reader.write('temp');
  if (!reader.is('table')) reader.refuse();
  reader.pass();
  const hasIf = reader.copy('if', 'not', 'exists');
  const name = readNewTable(reader);
  const plan = readTableBody(reader, name);
  if (plan.kind === 'create-as' && hasIf) throw refusal('syntax error at or near "as"');
  return plan;
}

/** AWS: "DROP TABLE", "DROP VIEW", "DROP SCHEMA". */
export function readDrop(reader: Reader): Plan {
  reader.pass();
  if (!reader.isAny('table', 'view', 'schema')) reader.refuse();
  const what = reader.pass().key;
  reader.copy('if', 'exists');
  reader.list(() => (what === 'schema' ? reader.copyName() : readTableName(reader)));
  if (!reader.copy('cascade')) reader.copy('restrict');
  return { kind: 'drop' };
}

function readSchema(reader: Reader): Plan {
  reader.pass();
  reader.copy('if', 'not', 'exists');
  reader.copyName();
  if (reader.skip('authorization')) reader.name();
  return { kind: 'none' };
}

function readView(reader: Reader): Plan {
  reader.copy('or', 'replace');
  reader.pass();
  readNewTable(reader);
  if (reader.is('(')) readNames(reader);
  reader.expectCopy('as');
  readQuery(reader);
  if (reader.is('with')) reader.refuse('views without schema binding are not imitated');
  return { kind: 'none' };
}

/** A name that need not exist yet. */
function readNewTable(reader: Reader): string {
  const path = [reader.copyName()];
  if (reader.copy('.')) path.push(reader.copyName());
  return path.map(quote).join('.');
}

/** Columns and attributes, or attributes and AS. AWS: "CREATE TABLE", "CREATE TABLE AS"; page "CREATE TABLE". */
function readTableBody(reader: Reader, table: string): Plan {
  const attributes = new Attributes();
  if (!reader.is('(') || reader.peek(2).key === ',' || reader.peek(2).key === ')') {
    if (reader.is('(')) readNames(reader);
    readAttributes(reader, attributes);
    reader.expectCopy('as');
    readQuery(reader);
    return { kind: 'create-as', table };
  }
  const texts: TextColumn[] = [];
  reader.expectCopy('(');
  const definitions: string[] = [];
  do {
    readElement(reader, definitions, texts, attributes);
  } while (reader.skip(','));
  reader.expectCopy(')');
  readAttributes(reader, attributes);
  return { kind: 'create', table, texts };
}

/** The keys of a table: they say where rows lie, which nobody can observe here, but they must be consistent. */
class Attributes {
  style: string | undefined;
  #keys = 0;

  addKey(): void {
    this.#keys += 1;
    if (this.#keys > 1) throw refusal('Multiple distkey columns are not allowed');
    this.check();
  }

  check(): void {
    // page "CREATE TABLE": DISTKEY requires DISTSTYLE KEY or none at all.
    if (this.#keys > 0 && this.style !== undefined && this.style !== 'key') {
      throw refusal(`Cannot specify DISTKEY for a table with DISTSTYLE ${this.style.toUpperCase()}`);
    }
  }
}

function readElement(reader: Reader, written: string[], texts: TextColumn[], attributes: Attributes): void {
  if (readTableConstraint(reader)) return;
  if (reader.is('like')) reader.refuse('CREATE TABLE LIKE is not imitated');
  if (written.length > 0) reader.write(',');
  const name = reader.copyName();
  written.push(name);
  const type = readType(reader);
  reader.write(type.column);
  if (type.bytes !== undefined) {
    reader.domain({ kind: 'varchar', bytes: type.bytes });
    texts.push({ name, bytes: type.bytes });
  }
  while (readColumnAttribute(reader, attributes));
}

/** page "CREATE TABLE": PRIMARY KEY, UNIQUE and FOREIGN KEY are accepted and not enforced; CHECK is not supported. */
function readTableConstraint(reader: Reader): boolean {
  if (reader.skip('constraint')) reader.name();
  if (reader.is('check')) reader.refuse('CHECK constraints are not supported');
  if (reader.skip('foreign', 'key')) {
    skipNames(reader);
    reader.expect('references');
    skipReference(reader);
    return true;
  }
  if (!reader.skip('primary', 'key') && !reader.skip('unique')) return false;
  skipNames(reader);
  return true;
}

function skipNames(reader: Reader): void {
  reader.expect('(');
  do reader.name();
  while (reader.skip(','));
  reader.expect(')');
}

function skipReference(reader: Reader): void {
  do reader.name();
  while (reader.skip('.'));
  if (reader.is('(')) skipNames(reader);
}

function readColumnAttribute(reader: Reader, attributes: Attributes): boolean {
  const read = COLUMN_ATTRIBUTES.get(reader.peek().key);
  read?.(reader, attributes);
  return read !== undefined;
}

const COLUMN_ATTRIBUTES = new Map<string, (reader: Reader, attributes: Attributes) => void>([
  ['default', readDefault],
  ['not', (reader) => reader.expectCopy('not', 'null')],
  ['null', (reader) => reader.expectCopy('null')],
  ['encode', readEncoding],
  [
    'distkey',
    (reader, attributes) => {
      reader.take();
      attributes.addKey();
    },
  ],
  ['sortkey', (reader) => reader.expect('sortkey')],
  ['unique', (reader) => reader.expect('unique')],
  [
    'primary',
    (reader) => {
      reader.expect('primary', 'key');
      // Its columns become NOT NULL; uncertain (page "CREATE TABLE").
      reader.write('not null');
    },
  ],
  [
    'references',
    (reader) => {
      reader.take();
      skipReference(reader);
    },
  ],
  ['check', (reader) => reader.refuse('CHECK constraints are not supported')],
  ['identity', (reader) => reader.refuse('IDENTITY is not imitated')],
  ['generated', (reader) => reader.refuse('IDENTITY is not imitated')],
]);

function readDefault(reader: Reader): void {
  reader.pass();
  const token = reader.peek();
  const before = reader.leaderFunctions.size;
  reader.grammar.expression(reader);
  // page "SQL functions reference" and corrections: NOW() and CURRENT_TIMESTAMP belong to the leader node; a DEFAULT takes SYSDATE or GETDATE().
  if (reader.leaderFunctions.size > before) {
    throw refusal(`function ${token.text} is not supported in DEFAULT; use SYSDATE`, token);
  }
}

function readEncoding(reader: Reader): void {
  reader.take();
  const token = reader.take();
  if (!ENCODINGS.has(token.key)) throw refusal(`invalid encoding type specified for column: ${literal(token.text)}`);
}

/** AWS: "CREATE TABLE", table attributes. */
function readAttributes(reader: Reader, attributes: Attributes): void {
  while (readBackup(reader) || readDistribution(reader, attributes) || readSortKey(reader));
}

function readBackup(reader: Reader): boolean {
  if (reader.skip('encode')) {
    reader.expect('auto');
    return true;
  }
  if (!reader.skip('backup')) return false;
  if (!reader.skip('yes')) reader.expect('no');
  return true;
}

function readDistribution(reader: Reader, attributes: Attributes): boolean {
  if (reader.skip('diststyle')) {
    if (!reader.isAny('auto', 'even', 'key', 'all')) reader.refuse();
    attributes.style = reader.take().key;
    attributes.check();
    return true;
  }
  if (!reader.skip('distkey')) return false;
  skipNames(reader);
  attributes.addKey();
  return true;
}

function readSortKey(reader: Reader): boolean {
  const hasKind = reader.skip('compound') || reader.skip('interleaved');
  if (!reader.is('sortkey')) {
    if (hasKind) reader.refuse();
    return false;
  }
  reader.take();
  if (hasKind || !reader.skip('auto')) skipNames(reader);
  return true;
}
