import { readNames, readQuery, readTableName } from './query.ts';
import { quote, type Reader, refusal } from './reader.ts';
import { assertEncodes, TableKeys } from './table-keys.ts';
import type { Plan, TextColumn } from './translation.ts';
import { readType } from './types.ts';

/**
 * CREATE of a table, a view or a schema. There are no indexes, triggers, sequences (page "Unsupported PostgreSQL
 * features") or user-defined types.
 */
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

/** The table being read. */
interface Definition {
  readonly keys: TableKeys;
  readonly columns: string[];
  readonly texts: TextColumn[];
  /** The tables that its columns reference. */
  readonly references: string[];
}

/** Columns and attributes, or attributes and AS. AWS: "CREATE TABLE", "CREATE TABLE AS"; page "CREATE TABLE". */
function readTableBody(reader: Reader, table: string): Plan {
  const keys = new TableKeys();
  if (!reader.is('(') || reader.peek(2).key === ',' || reader.peek(2).key === ')') {
    if (reader.is('(')) readNames(reader);
    readAttributes(reader, keys);
    keys.end(false);
    reader.expectCopy('as');
    readQuery(reader);
    return { kind: 'create-as', table, keys: keys.names };
  }
  const definition: Definition = { keys, columns: [], texts: [], references: [] };
  reader.expectCopy('(');
  do {
    readElement(reader, definition);
  } while (reader.skip(','));
  reader.expectCopy(')');
  readAttributes(reader, keys);
  keys.end(true);
  return { kind: 'create', table, texts: definition.texts, references: definition.references };
}

function readElement(reader: Reader, definition: Definition): void {
  if (readTableConstraint(reader, definition)) return;
  if (reader.is('like')) reader.refuse('CREATE TABLE LIKE is not imitated');
  if (definition.columns.length > 0) reader.write(',');
  const name = reader.copyName();
  definition.columns.push(name);
  definition.keys.addColumn(name);
  const type = readType(reader);
  reader.write(type.column);
  if (type.bytes !== undefined) {
    reader.domain({ kind: 'varchar', bytes: type.bytes });
    definition.texts.push({ name, bytes: type.bytes });
  }
  const column: Column = { name, type: type.column, isEncoded: false };
  while (readColumnAttribute(reader, column, definition));
}

/** page "CREATE TABLE": PRIMARY KEY, UNIQUE and FOREIGN KEY are accepted and not enforced; CHECK is not supported. */
function readTableConstraint(reader: Reader, { keys, references }: Definition): boolean {
  if (reader.skip('constraint')) reader.name();
  if (reader.is('check')) reader.refuse('CHECK constraints are not supported');
  if (reader.skip('foreign', 'key')) {
    keys.distinguishBy(takeNames(reader));
    reader.expect('references');
    references.push(takeReference(reader));
    return true;
  }
  if (reader.skip('primary', 'key')) {
    keys.identifyBy(takeNames(reader));
    return true;
  }
  if (!reader.skip('unique')) return false;
  keys.distinguishBy(takeNames(reader));
  return true;
}

function takeNames(reader: Reader): readonly string[] {
  const names: string[] = [];
  reader.expect('(');
  do names.push(reader.name());
  while (reader.skip(','));
  reader.expect(')');
  return names;
}

/** A referenced table, as PostgreSQL text. It must exist (page "CREATE TABLE"). */
function takeReference(reader: Reader): string {
  const path: string[] = [];
  do path.push(quote(reader.name()));
  while (reader.skip('.'));
  if (reader.is('(')) takeNames(reader);
  return path.join('.');
}

/** The column being read. */
interface Column {
  readonly name: string;
  readonly type: string;
  isEncoded: boolean;
}

type ReadAttribute = (reader: Reader, column: Column, definition: Definition) => void;

function readColumnAttribute(reader: Reader, column: Column, definition: Definition): boolean {
  const read = COLUMN_ATTRIBUTES.get(reader.peek().key);
  read?.(reader, column, definition);
  return read !== undefined;
}

const COLUMN_ATTRIBUTES = new Map<string, ReadAttribute>([
  ['default', readDefault],
  ['not', (reader) => reader.expectCopy('not', 'null')],
  ['null', (reader) => reader.expectCopy('null')],
  ['encode', readEncoding],
  [
    'distkey',
    (reader, { name }, { keys }) => {
      reader.take();
      keys.distributeBy([name]);
    },
  ],
  [
    'sortkey',
    (reader, { name }, { keys }) => {
      reader.take();
      keys.sortBy([name]);
    },
  ],
  ['unique', (reader) => reader.expect('unique')],
  [
    'primary',
    (reader, { name }, { keys }) => {
      reader.expect('primary', 'key');
      keys.identifyBy([name]);
      // Its columns become NOT NULL; uncertain (page "CREATE TABLE").
      reader.write('not null');
    },
  ],
  [
    'references',
    (reader, _, { references }) => {
      reader.take();
      references.push(takeReference(reader));
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
  // page "SQL functions reference" and corrections: NOW() and CURRENT_TIMESTAMP run on the leader node only; a DEFAULT
  // takes SYSDATE or GETDATE().
  if (reader.leaderFunctions.size > before) {
    throw refusal(`function ${token.text} is not supported in DEFAULT; use SYSDATE`, token);
  }
}

function readEncoding(reader: Reader, column: Column): void {
  reader.take();
  if (column.isEncoded) throw refusal(`conflicting ENCODE of column "${column.name}"`);
  column.isEncoded = true;
  assertEncodes(reader.take().key, column.type);
}

/** AWS: "CREATE TABLE", table attributes. */
function readAttributes(reader: Reader, keys: TableKeys): void {
  while (readBackup(reader) || readDistribution(reader, keys) || readSortKey(reader, keys));
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

function readDistribution(reader: Reader, keys: TableKeys): boolean {
  if (reader.skip('diststyle')) {
    if (!reader.isAny('auto', 'even', 'key', 'all')) reader.refuse();
    keys.distribute(reader.take().key);
    return true;
  }
  if (!reader.skip('distkey')) return false;
  keys.distributeBy(takeNames(reader));
  return true;
}

function readSortKey(reader: Reader, keys: TableKeys): boolean {
  const hasKind = reader.skip('compound') || reader.skip('interleaved');
  if (!reader.is('sortkey')) {
    if (hasKind) reader.refuse();
    return false;
  }
  reader.take();
  if (hasKind || !reader.skip('auto')) keys.sortBy(takeNames(reader));
  return true;
}
