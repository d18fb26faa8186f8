import type { Reader } from './reader.ts';

/** GROUP BY, with the extensions of the AWS page "Aggregation extensions", which do not accept constants as keys. */
export function readGroupBy(reader: Reader): void {
  if (!reader.copy('group', 'by')) return;
  reader.list(() => {
    if (readExtension(reader)) return;
    const text = reader.fold(reader.peek());
    const [before, at] = [reader.scopes.length, reader.position];
    reader.grammar.expression(reader);
    const isAlone = reader.position === at + 1;
    reader.scope?.keys.push({ text: isAlone ? text : '', scopes: reader.scopes.slice(before) });
  });
}

function readExtension(reader: Reader): boolean {
  const isSets = reader.is('grouping', 'sets');
  if (!isSets && !(reader.isAny('rollup', 'cube') && reader.peek(1).key === '(')) return false;
  reader.note('GROUPING SETS');
  reader.pass();
  if (isSets) reader.pass();
  reader.expectCopy('(');
  reader.list(() => {
    if (!readExtension(reader) && !reader.copy('(', ')')) readKey(reader);
  });
  reader.expectCopy(')');
  return true;
}

function readKey(reader: Reader): void {
  if (['number', 'string'].includes(reader.peek().kind)) reader.refuse('a constant is no grouping column');
  reader.grammar.expression(reader);
}
