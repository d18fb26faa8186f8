import { type Reader, refusal } from './reader.ts';
import { DATE_PARTS } from './words.ts';

/** Readers for Redshift functions that PostgreSQL lacks or has in another form. */
export const SPECIAL_CALLS: ReadonlyMap<string, (reader: Reader) => void> = new Map([
  ['dateadd', (reader) => readDatePartCall(reader, 'redshift.dateadd')],
  ['datediff', (reader) => readDatePartCall(reader, 'redshift.datediff')],
  ['date_diff', (reader) => readDatePartCall(reader, 'redshift.datediff')],
  ['nvl2', readNvl2],
  ['decode', readDecode],
  ['listagg', readListagg],
  ['grouping', readGroupingCall],
  ['grouping_id', readGroupingCall],
]);

/** A date part, in quotes or not. */
export function readPart(reader: Reader): string {
  const token = reader.take();
  const part = DATE_PARTS.get(token.kind === 'string' ? token.value.toLowerCase() : token.key);
  // page "SQL functions reference": no isodow, isoyear or julian.
  if (part === undefined) throw refusal(`timestamp units "${token.value}" not recognized`, token);
  return part;
}

/** AWS: "DATEADD function", "DATEDIFF function". */
function readDatePartCall(reader: Reader, name: string): void {
  reader.take();
  reader.expect('(');
  reader.write(`${name}('${readPart(reader)}',`);
  reader.expect(',');
  reader.grammar.expression(reader);
  reader.expectCopy(',');
  reader.grammar.expression(reader);
  reader.expectCopy(')');
}

/** AWS: "NVL2 function". */
function readNvl2(reader: Reader): void {
  reader.take();
  reader.expect('(');
  const [value, known, unknown] = readArguments(reader);
  if (unknown === undefined) reader.refuse();
  reader.write(`CASE WHEN ${value} IS NOT NULL THEN ${known} ELSE ${unknown} END`);
}

/** AWS: "DECODE expression": NULL matches NULL. */
function readDecode(reader: Reader): void {
  reader.take();
  reader.expect('(');
  const [value, ...rest] = readArguments(reader);
  if (rest.length < 2) reader.refuse();
  const otherwise = rest.length % 2 === 1 ? ` ELSE ${rest.pop()}` : '';
  const branches = rest.flatMap((found, index) =>
    index % 2 === 0
      ? [`WHEN ${value} = ${found} OR (${value} IS NULL AND ${found} IS NULL) THEN ${rest[index + 1]}`]
      : [],
  );
  reader.write(`CASE ${branches.join(' ')}${otherwise} END`);
}

/** The arguments of a call, each in parentheses, and its closing parenthesis. */
function readArguments(reader: Reader): string[] {
  const texts: string[] = [];
  do {
    const mark = reader.mark();
    reader.grammar.expression(reader);
    texts.push(`(${reader.cut(mark)})`);
  } while (reader.skip(','));
  reader.expect(')');
  return texts;
}

/** AWS: "LISTAGG function", "LISTAGG window function". */
function readListagg(reader: Reader): void {
  reader.computeFunctions.add(reader.take().key);
  if (reader.scope !== undefined) reader.scope.hasAggregate = true;
  reader.write('redshift.listagg');
  reader.expectCopy('(');
  if (!reader.copy('distinct')) reader.copy('all');
  reader.grammar.expression(reader);
  if (reader.copy(',')) {
    if (reader.peek().kind !== 'string' || reader.peek(1).key !== ')') {
      throw refusal('the delimiter of LISTAGG must be a string constant', reader.peek());
    }
    reader.grammar.expression(reader);
  } else reader.write(", ''");
  reader.write(':: bpchar');
  reader.expect(')');
  if (reader.skip('within', 'group')) {
    reader.expect('(');
    const mark = reader.mark();
    reader.grammar.order(reader);
    assertSameOrder(reader, reader.written(mark));
    reader.expect(')');
  }
  reader.write(')');
  if (reader.is('over')) reader.refuse('LISTAGG with OVER is not imitated');
}

/** AWS: "LISTAGG function": several in one query must have the same order. */
function assertSameOrder({ scope }: Reader, order: string): void {
  if (scope === undefined) return;
  scope.listOrder ??= order;
  if (scope.listOrder !== order) throw refusal('LISTAGG functions of one query must have the same ORDER BY');
}

/** AWS: "Aggregation extensions". */
function readGroupingCall(reader: Reader): void {
  reader.write('grouping', reader.take());
  reader.expectCopy('(');
  reader.list(() => reader.grammar.expression(reader));
  reader.expectCopy(')');
}
