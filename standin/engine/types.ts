import { domainOf } from './domains.ts';
import { type Reader, refusal } from './reader.ts';

/** A Redshift type and the PostgreSQL type that represents it. `bytes` is set for VARCHAR. */
export interface SqlType {
  /** In an expression; a VARCHAR is a `bpchar` without length, which ignores trailing blanks in comparisons. */
  readonly cast: string;
  /** In a column definition. */
  readonly column: string;
  readonly bytes: number | undefined;
}

const plain = (name: string): SqlType => ({ cast: name, column: name, bytes: undefined });

/**
 * AWS: "Data types" (c_Supported_data_types); page "Character types". The stand-in does not imitate SUPER, VARBYTE,
 * GEOMETRY and similar types.
 */
const PLAIN: ReadonlyMap<string, SqlType> = new Map(
  Object.entries({
    smallint: 'smallint int2',
    integer: 'integer int int4',
    bigint: 'bigint int8',
    real: 'real float4',
    'double precision': 'float8 float',
    boolean: 'boolean bool',
    date: 'date',
    timestamptz: 'timestamptz',
    timetz: 'timetz',
  }).flatMap(([name, spellings]) => spellings.split(' ').map((spelling) => [spelling, plain(name)] as const)),
);

/** Lengths are in bytes; AWS: "Character types" (r_Character_types). */
const TEXT_DEFAULT = 256;
const VARCHAR_MAX = 65_535;
const CHAR_MAX = 4096;
/** A DECIMAL without arguments is DECIMAL(18,0). AWS: "Numeric types". */
const DECIMAL_DEFAULT = 18;
const DECIMAL_MAX = 38;

/** Reads a type's name without writing it. Throws EngineError for a type that Redshift does not have. */
export function readType(reader: Reader): SqlType {
  const token = reader.peek();
  const known = PLAIN.get(token.key);
  if (known !== undefined) {
    reader.take();
    return known;
  }
  switch (token.key) {
    case 'double':
      reader.expect('double', 'precision');
      return plain('double precision');
    case 'decimal':
    case 'numeric':
      return readDecimal(reader);
    case 'timestamp':
    case 'time':
      return readTime(reader);
    case 'text':
      // AWS: "Character types": TEXT is VARCHAR(256), and does not take a length.
      reader.take();
      if (reader.is('(')) reader.refuse();
      return varchar(TEXT_DEFAULT);
    default:
      return readText(reader);
  }
}

function varchar(bytes: number): SqlType {
  return { cast: 'bpchar', column: domainOf({ kind: 'varchar', bytes }), bytes };
}

function readDecimal(reader: Reader): SqlType {
  reader.take();
  const [precision = DECIMAL_DEFAULT, scale = 0] = readArguments(reader);
  if (precision < 1 || precision > DECIMAL_MAX) {
    throw refusal(`DECIMAL precision ${precision} must be between 1 and ${DECIMAL_MAX}`);
  }
  if (scale > precision) throw refusal(`DECIMAL scale ${scale} must be between 0 and precision ${precision}`);
  return plain(`numeric(${precision},${scale})`);
}

function readTime(reader: Reader): SqlType {
  const name = reader.take().key;
  if (reader.skip('with', 'time', 'zone')) return plain(`${name}tz`);
  reader.skip('without', 'time', 'zone');
  return plain(name);
}

function readText(reader: Reader): SqlType {
  const token = reader.take();
  const isVarying = (token.key === 'character' || token.key === 'char') && reader.skip('varying');
  if (isVarying || token.key === 'varchar' || token.key === 'nvarchar') {
    const [bytes = TEXT_DEFAULT] = readArguments(reader, VARCHAR_MAX);
    if (bytes < 1 || bytes > VARCHAR_MAX) throw tooLong('varchar', VARCHAR_MAX);
    return varchar(bytes);
  }
  if (['char', 'character', 'nchar', 'bpchar'].includes(token.key)) {
    const [bytes = token.key === 'bpchar' ? TEXT_DEFAULT : 1] = readArguments(reader, CHAR_MAX);
    if (bytes < 1 || bytes > CHAR_MAX) throw tooLong('char', CHAR_MAX);
    return plain(reader.domain({ kind: 'char', bytes }));
  }
  // page "Character types": no arrays, BYTEA, SERIAL, UUID, JSON, ENUM, MONEY, INTERVAL columns.
  throw refusal(`type "${token.text}" does not exist`, token);
}

function tooLong(type: string, most: number): Error {
  return refusal(`length for type ${type} cannot exceed ${most}`);
}

function readArguments(reader: Reader, most = 0): number[] {
  if (!reader.skip('(')) return [];
  const numbers: number[] = [];
  do {
    const token = reader.take();
    if (token.key === 'max' && most > 0) numbers.push(most);
    else if (token.kind === 'number' && /^\d+$/.test(token.text)) numbers.push(Number(token.text));
    else throw refusal(`syntax error at or near "${token.text}"`, token);
  } while (reader.skip(','));
  reader.expect(')');
  return numbers;
}
