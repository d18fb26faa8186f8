import { literal, type Reader, refusal } from './reader.ts';
import { DATE_PARTS } from './words.ts';

/** The longest VARCHAR; AWS: "Character types". Redshift's message for a longer literal is not known. */
const LONGEST_LITERAL = 65_535;

/** A string literal. */
export function readLiteral(reader: Reader): void {
  const token = reader.take();
  if (Buffer.byteLength(token.value) > LONGEST_LITERAL) {
    throw refusal(`a literal is longer than ${LONGEST_LITERAL} bytes`, token);
  }
  reader.write(literal(token.value), token);
}

/** AWS: "Numeric types": 38 digits at most. */
const MOST_DIGITS = 38;

/** A number without a sign. */
export function readNumber(reader: Reader): void {
  const token = reader.pass();
  const [mantissa = ''] = token.text.split(/e/i);
  if (mantissa.replace('.', '').replace(/^0+/, '').length > MOST_DIGITS || !Number.isFinite(Number(token.text))) {
    throw refusal('numeric value is out of range', token);
  }
}

/** A parameter of the statement. All uses of one name get the same number. */
export function readParameter(reader: Reader): void {
  const token = reader.take();
  let index = reader.parameters.indexOf(token.value);
  if (index === -1) index = reader.parameters.push(token.value) - 1;
  reader.write(`$${index + 1}`, token);
}

/** Only REAL and DOUBLE PRECISION have infinity and NaN (AWS: "Numeric types", "Datetime types"). */
export function assertFinite(text: string, type: string): void {
  if (/^'\s*[+-]?(inf|infinity|nan)\s*'$/i.test(text) && /^(numeric|date|time)/.test(type)) {
    throw refusal(`invalid input syntax for type ${type}: ${text}`);
  }
}

/** INTERVAL '1 second' or INTERVAL '1' second. AWS: "Interval literals". */
export function readInterval(reader: Reader): void {
  reader.pass();
  if (reader.peek().kind !== 'string') reader.refuse();
  const token = reader.take();
  // AWS: "Interval literals": quantities and date parts, not ISO 8601.
  if (/^\s*P/i.test(token.value)) throw refusal(`invalid input syntax for type interval: ${token.text}`, token);
  const part = DATE_PARTS.get(reader.peek().key);
  const unit = part === undefined ? '' : ` ${reader.take().key}`;
  reader.write(literal(token.value + unit), token);
}
