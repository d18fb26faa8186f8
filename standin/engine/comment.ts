import { readLiteral } from './literals.ts';
import { readTableName } from './query.ts';
import { quote, type Reader } from './reader.ts';
import type { Plan } from './translation.ts';

/** AWS: "COMMENT": on a table or a column. The text is a literal or NULL; no parameter or expression. */
export function readComment(reader: Reader): Plan {
  reader.pass();
  reader.expectCopy('on');
  if (!reader.isAny('table', 'column')) reader.refuse('only comments on tables and columns are imitated');
  if (reader.pass().key === 'table') readTableName(reader);
  else readColumn(reader);
  reader.expectCopy('is');
  if (reader.peek().kind === 'string') readLiteral(reader);
  else reader.expectCopy('null');
  return { kind: 'none' };
}

/** table.column or schema.table.column. */
function readColumn(reader: Reader): void {
  const path = [reader.copyName()];
  do {
    reader.expectCopy('.');
    path.push(reader.copyName());
  } while (reader.is('.'));
  reader.tables.add(path.slice(0, -1).map(quote).join('.'));
}
