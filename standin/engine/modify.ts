import { newScope } from './correlation.ts';
import { startsQuery } from './expression.ts';
import { readNames, readQuery, readTable, readWhere, type TableName } from './query.ts';
import { quote, type Reader, refusal } from './reader.ts';
import type { Plan } from './translation.ts';

/**
 * INSERT. AWS: "INSERT". page "Unsupported PostgreSQL features": no ON CONFLICT, no RETURNING; the check on the following
 * token refuses both.
 */
export function readInsert(reader: Reader): Plan {
  reader.expectCopy('insert', 'into');
  const writes = readTarget(reader);
  if (reader.is('(') && !startsQuery(reader)) readNames(reader);
  if (reader.copy('default', 'values')) return { kind: 'modify', writes };
  if (reader.copy('values')) reader.list(() => readRow(reader));
  else readQuery(reader, 'insert');
  return { kind: 'modify', writes };
}

function readRow(reader: Reader): void {
  reader.expectCopy('(');
  reader.list(() => {
    if (!reader.copy('default')) reader.grammar.expression(reader);
  });
  reader.expectCopy(')');
}

/** UPDATE. AWS: "UPDATE": FROM takes no outer joins. */
export function readUpdate(reader: Reader): Plan {
  return inScope(reader, readUpdateRows);
}

function readUpdateRows(reader: Reader): Plan {
  reader.expectCopy('update');
  const writes = readTarget(reader);
  if (reader.copy('as') || (!reader.is('set') && reader.isBareAlias())) reader.scope?.names.add(reader.copyName());
  reader.expectCopy('set');
  reader.list(() => {
    reader.copyName();
    reader.expectCopy('=');
    if (!reader.copy('default')) reader.grammar.expression(reader);
  });
  if (reader.copy('from')) readUpdateSources(reader);
  readWhere(reader);
  return { kind: 'modify', writes };
}

function readUpdateSources(reader: Reader): void {
  reader.outerJoins = 'Outer joins are not supported in the FROM clause of UPDATE';
  reader.grammar.sources(reader);
  reader.outerJoins = 'allowed';
}

/** DELETE. AWS: "DELETE"; page "Unsupported PostgreSQL features" and corrections: no alias for the target, only names of tables after USING. */
export function readDelete(reader: Reader): Plan {
  return inScope(reader, readDeleteRows);
}

/** Lets the subqueries of a statement that changes rows refer to its tables, as those of a SELECT can. */
function inScope(reader: Reader, read: (reader: Reader) => Plan): Plan {
  reader.scope = newScope(undefined);
  return read(reader);
}

function readDeleteRows(reader: Reader): Plan {
  reader.expectCopy('delete');
  const hasFrom = reader.skip('from');
  reader.write('from');
  const writes = readTarget(reader);
  if (reader.is('using')) {
    if (!hasFrom) throw refusal('syntax error at or near "using"', reader.peek());
    reader.pass();
    reader.list(() => addSource(reader));
  }
  readWhere(reader);
  return { kind: 'modify', writes };
}

function readTarget(reader: Reader): string {
  const { name, text } = addSource(reader);
  return text ?? quote(name);
}

/** Reads a table's name; its columns can be used from then on. */
function addSource(reader: Reader): TableName {
  const table = readTable(reader);
  reader.scope?.names.add(table.name);
  reader.scope?.sources.push(table.text);
  return table;
}
