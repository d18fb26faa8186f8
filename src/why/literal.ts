import { UsageError } from '../errors.ts';
import type { Column } from '../sql/catalogue.ts';
import { quoteLiteral } from '../sql/render.ts';
import type { Value } from '../warehouse/warehouse.ts';

/** How the values of a type are written. Whatever else was given is refused before it gets near a statement. */
const NUMBERS = /^(?:BIGINT|INTEGER|INT|SMALLINT|DOUBLE PRECISION|DECIMAL|NUMERIC|REAL|FLOAT)/;
const NUMBER = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\d(?: |T)\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?$/;

/** A value as a literal of its column's type, for a condition; undefined if it cannot be a value of it. */
export function literalOf({ sqlType }: Pick<Column, 'sqlType'>, value: Value): string | undefined {
  const text = String(value);
  if (NUMBERS.test(sqlType)) return NUMBER.test(text) ? text : undefined;
  if (sqlType.startsWith('BOOL')) return /^(?:true|false)$/i.test(text) ? text.toUpperCase() : undefined;
  if (sqlType === 'DATE') return DAY.test(text.slice(0, 10)) ? `CAST('${text.slice(0, 10)}' AS DATE)` : undefined;
  if (sqlType.startsWith('TIMESTAMP')) {
    return TIME.test(text) || DAY.test(text) ? `CAST('${text.replace('T', ' ')}' AS TIMESTAMP)` : undefined;
  }
  return /[\\\p{Cc}]/u.test(text) ? undefined : quoteLiteral(text);
}

/** The same for a value that a user gave. Throws UsageError if the column cannot have it. */
export function givenLiteral(column: Column, text: string): string {
  const literal = literalOf(column, text);
  if (literal === undefined) {
    throw new UsageError(`${column.name} is a ${column.sqlType}, which cannot be ${JSON.stringify(text)}`, {
      next: 'Write the value as npm run query shows it: a number by its digits, a time as 2018-11-01 21:01:46.796.',
    });
  }
  return literal;
}
