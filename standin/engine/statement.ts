import { readCall } from './call.ts';
import { readComment } from './comment.ts';
import { readCopy } from './copy-statement.ts';
import { needsColumns, unsupportedReference, wholeRow } from './correlation.ts';
import { readCreate, readDrop } from './ddl.ts';
import type { TextType } from './domains.ts';
import { readExpression } from './expression.ts';
import { syntaxError } from './lexer.ts';
import { readDelete, readInsert, readUpdate } from './modify.ts';
import { readOrder, readQuery, readSources, readTableName } from './query.ts';
import { type Grammar, literal, Reader, refusal, type Surroundings } from './reader.ts';
import { readReset, readSet, readShow } from './settings.ts';
import type { Plan } from './translation.ts';
import { NOT_IMITATED_STATEMENTS } from './words.ts';

const GRAMMAR: Grammar = {
  expression: readExpression,
  query: readQuery,
  order: readOrder,
  sources: readSources,
  call: readCall,
};

/** An accepted Redshift statement, translated for PostgreSQL. */
export type Translation = Plan & {
  readonly sql: string;
  /** The names of its parameters, in the order of $1, $2 … */
  readonly parameters: readonly string[];
  /** The user tables that it names, as PostgreSQL text. */
  readonly tables: readonly string[];
  readonly systemTables: readonly string[];
  /** Its non-portable parts: functions by their names, clauses in capitals. */
  readonly uses: ReadonlySet<string>;
  /** Whether it must be translated again with the columns of its tables, to determine which subqueries are correlated. */
  readonly needsColumns: boolean;
  /** The text types that need a domain. */
  readonly domains: readonly TextType[];
  /** The place in the statement, from 1, for a place in `sql`. */
  origin(position: number): number;
};

/** The kinds of statement that are accepted; AWS: "SQL commands". All others are refused. */
const STATEMENTS: ReadonlyMap<string, (reader: Reader) => Plan> = new Map<string, (reader: Reader) => Plan>([
  ['select', readSelectStatement],
  ['with', readSelectStatement],
  ['(', readSelectStatement],
  ['explain', readExplain],
  ['insert', readInsert],
  ['update', readUpdate],
  ['delete', readDelete],
  ['truncate', readTruncate],
  ['create', readCreate],
  ['drop', readDrop],
  ['copy', readCopy],
  ['lock', readLock],
  ['set', readSet],
  ['reset', readReset],
  ['show', readShow],
  ['begin', readBegin],
  ['start', readBegin],
  ['commit', (reader) => readEnd(reader, 'commit')],
  ['end', (reader) => readEnd(reader, 'commit')],
  ['rollback', (reader) => readEnd(reader, 'rollback')],
  ['abort', (reader) => readEnd(reader, 'rollback')],
  ['analyze', readAnalyze],
  ['vacuum', readVacuum],
  ['grant', readGrant],
  ['revoke', readGrant],
  ['comment', readComment],
]);

/** Translates one statement. Throws EngineError if Redshift refuses it or the stand-in does not imitate it. */
export function translate(sql: string, surroundings: Surroundings): Translation {
  const reader = new Reader(sql, surroundings, GRAMMAR);
  const read = STATEMENTS.get(reader.peek().key);
  if (read === undefined && NOT_IMITATED_STATEMENTS.has(reader.peek().key)) {
    throw refusal(`the statement ${reader.peek().text.toUpperCase()} is not imitated`, reader.peek());
  }
  if (read === undefined) throw syntaxError(reader.peek());
  const plan = read(reader);
  reader.end();
  check(reader, plan);
  return {
    ...plan,
    sql: reader.sql,
    parameters: reader.parameters,
    tables: [...reader.tables],
    systemTables: [...reader.systemTables],
    uses: reader.uses,
    needsColumns: reader.tables.size > 0 && needsColumns(reader.scopes),
    domains: [...reader.domains.values()],
    origin: (position) => reader.origin(position),
  };
}

function check(reader: Reader, { kind }: Plan): void {
  const columns = reader.surroundings.columns ?? new Map();
  const row = wholeRow(reader.scopes, columns);
  if (row !== undefined) throw refusal(`column "${row.text}" does not exist`, row);
  const token = unsupportedReference(reader.scopes, columns);
  if (token !== undefined) {
    throw refusal('This type of correlated subquery pattern is not supported due to internal error', token);
  }
  // AWS: "SQL functions supported on the leader node": they fail in a statement with user tables or system tables. The
  // catalogue's tables fail beside user tables, and CREATE TABLE AS creates a user table.
  const hasTables = reader.tables.size > 0 || kind === 'create-as';
  const isDistributed = hasTables || reader.systemTables.size > 0;
  if ((isDistributed && reader.leaderFunctions.size > 0) || (hasTables && reader.catalogueTables.size > 0)) {
    throw refusal('Specified types or functions (one per INFO message) not supported on Redshift tables.');
  }
  if (reader.computeFunctions.size > 0 && !isDistributed) {
    throw refusal(
      'One or more of the used functions must be applied on at least one user created tables. Examples of user table only functions are LISTAGG, MEDIAN, PERCENTILE_CONT, etc.',
    );
  }
}

/** AWS: "EXPLAIN": not for statements that only define or load. The plan itself is PostgreSQL's. */
function readExplain(reader: Reader): Plan {
  reader.note('EXPLAIN');
  reader.pass();
  reader.copy('verbose');
  const read = STATEMENTS.get(reader.peek().key);
  const plan = read?.(reader);
  if (plan === undefined || !['query', 'modify', 'create-as'].includes(plan.kind)) {
    throw refusal('EXPLAIN takes SELECT, INSERT, UPDATE, DELETE and CREATE TABLE AS');
  }
  return { kind: 'query' };
}

function readSelectStatement(reader: Reader): Plan {
  readQuery(reader, 'answer');
  return { kind: 'query' };
}

/**
 * pages "Serializable isolation", "TRUNCATE" and "LOCK": it commits the transaction so far, and cannot be rolled back.
 */
function readTruncate(reader: Reader): Plan {
  reader.pass();
  reader.copy('table');
  readTableName(reader);
  return { kind: 'truncate' };
}

/** AWS: "LOCK": ACCESS EXCLUSIVE, and only inside a transaction. */
function readLock(reader: Reader): Plan {
  reader.pass();
  reader.copy('table');
  reader.list(() => readTableName(reader));
  return { kind: 'lock' };
}

/** pages "Serializable isolation", "TRUNCATE" and "LOCK": isolation levels are accepted and have no effect. */
function readBegin(reader: Reader): Plan {
  if (!reader.skip('begin')) reader.expect('start', 'transaction');
  if (!reader.skip('work')) reader.skip('transaction');
  if (reader.skip('isolation', 'level')) {
    const isKnown =
      reader.skip('serializable') ||
      reader.skip('repeatable', 'read') ||
      reader.skip('read', 'committed') ||
      reader.skip('read', 'uncommitted');
    if (!isKnown) reader.refuse();
  }
  if (!reader.skip('read', 'write')) reader.skip('read', 'only');
  return { kind: 'begin' };
}

function readEnd(reader: Reader, kind: 'commit' | 'rollback'): Plan {
  // page "Unsupported PostgreSQL features": no savepoints, so the check on the following token refuses ROLLBACK TO.
  reader.take();
  if (!reader.skip('work')) reader.skip('transaction');
  return { kind };
}

/** AWS: "ANALYZE". It has no visible effect, except the error for a missing table. */
function readAnalyze(reader: Reader): Plan {
  reader.pass();
  reader.skip('verbose');
  if (reader.peek().kind !== 'end') {
    readTableName(reader);
    if (reader.is('(')) {
      reader.copy('(');
      reader.list(() => reader.copyName());
      reader.expectCopy(')');
    }
  }
  if (!reader.skip('predicate', 'columns')) reader.skip('all', 'columns');
  return { kind: 'analyze' };
}

/** pages "Serializable isolation", "TRUNCATE" and "LOCK": not allowed in a transaction block. */
function readVacuum(reader: Reader): Plan {
  reader.take();
  while (reader.isAny('full', 'sort', 'delete', 'reindex', 'recluster')) reader.take();
  if (reader.skip('only')) reader.skip('full');
  reader.write('vacuum');
  if (reader.peek().kind !== 'end') readTableName(reader);
  if (reader.skip('to')) {
    reader.take();
    reader.expect('percent');
  }
  reader.skip('boost');
  return { kind: 'vacuum' };
}

/** The stand-in does not imitate privileges: it accepts any GRANT with valid syntax, for tables that exist or not. */
function readGrant(reader: Reader): Plan {
  const what = reader.take();
  const words: string[] = [];
  while (reader.peek().kind !== 'end' && !reader.is(';')) words.push(reader.take().key);
  if (!words.includes('on') || !words.includes(what.key === 'grant' ? 'to' : 'from')) reader.refuse();
  reader.write(`select ${literal(what.key)}`);
  return { kind: 'none' };
}
