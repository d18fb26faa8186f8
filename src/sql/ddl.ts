import { StarloadError } from '../errors.ts';
import { type CommentedLine, commentedLines, commentOf } from './comments.ts';

/** The column types allowed in a staging table: those that every engine loads in the same way. */
export type ColumnType = 'varchar' | 'bigint' | 'double' | 'timestamp';

/** A column of a CREATE TABLE. `maxBytes` is set for text: Redshift counts bytes, so the load does on every engine. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType | 'other';
  /** The type as it is written, in capitals and without a length. */
  readonly sqlType: string;
  readonly maxBytes: number | undefined;
  /** Precision and scale of a DECIMAL: `18,2`. */
  readonly digits?: string | undefined;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** The least and the greatest value of a BIGINT, if the comment behind it begins with `from … to …`. */
  readonly range?: readonly [least: bigint, most: bigint] | undefined;
  /** Its former name, if the comment behind it begins with `was: …`: `migrate` renames it. */
  readonly was?: string | undefined;
  /** What the comments above and behind it say, without the range and the former name. */
  readonly comment: string | undefined;
}

/**
 * Reads the columns of a CREATE TABLE of this project: one column per line, the closing parenthesis on a line of its
 * own. Between them there may be comments and blank lines. Throws StarloadError if it finds no columns.
 */
export function parseColumns(ddl: string, file: string): readonly Column[] {
  const body = /CREATE TABLE\s+\w+\s*\(\n(.*?)\n\)/s.exec(ddl)?.[1];
  if (body === undefined) {
    throw new StarloadError(`${file}: no columns found`, {
      next: 'Write CREATE TABLE name ( on one line, then one column per line, then ) on a separate line.',
    });
  }
  return commentedLines(body).map((line) => parseColumn(line, { file, line: lineOfCode(ddl, line) }));
}

const TYPES: readonly (readonly [RegExp, ColumnType])[] = [
  [/^VARCHAR\((\d+)\)/i, 'varchar'],
  [/^BIGINT\b/i, 'bigint'],
  [/^DOUBLE PRECISION\b/i, 'double'],
  [/^TIMESTAMP\b/i, 'timestamp'],
];

function lineOfCode(ddl: string, { code }: CommentedLine): number {
  return ddl.slice(0, ddl.indexOf(code)).split('\n').length;
}

/** Redshift believes such constraints without checking them, and engines differ in the others. */
const CONSTRAINT = /\b(?:PRIMARY KEY|UNIQUE|REFERENCES|CHECK|GENERATED|IDENTITY|CONSTRAINT)\b/i;

/** A name that is written in quotes, or would have to be. */
const QUOTED = /^(?:"[^"]*"|`[^`]*`|\[[^\]]*\]|[\p{L}_][\p{L}\p{N}_$]*)(?=\s+[a-z])/iu;

function parseColumn(
  { code, above, behind }: CommentedLine,
  { file, line }: { readonly file: string; readonly line: number },
): Column {
  const [, name, rest] = /^(\w+)\s+(.+?),?$/.exec(code) ?? [];
  const quoted = name === undefined ? QUOTED.exec(code)?.[0] : undefined;
  if (quoted !== undefined) {
    throw new StarloadError(`${file}, line ${line}: ${quoted} cannot be the name of a column on every engine`, {
      next: 'Write a name of lower-case letters, digits and _, without quotes.',
    });
  }
  if (name === undefined || rest === undefined || hasBareComma(rest)) {
    throw new StarloadError(`${file}, line ${line}: not a column: ${code}`, {
      next: 'Write one column per line: name TYPE …',
    });
  }
  const constraint = CONSTRAINT.exec(rest.replace(/'[^']*'/g, ''))?.[0];
  if (constraint !== undefined) {
    throw new StarloadError(`${file}, line ${line}: ${constraint.toUpperCase()} is not the same on every engine`, {
      next: 'Write the type, and NOT NULL if it is so. A load refuses several rows of one key, and checks hold other rules.',
    });
  }
  const [pattern, type] = TYPES.find(([candidate]) => candidate.test(rest)) ?? [undefined, 'other' as const];
  const length = pattern?.exec(rest)?.[1];
  const said = behind.replace(FORMER_NAME, '');
  return {
    // As engines read a name without quotes.
    name: name.toLowerCase(),
    type,
    sqlType: (/^[a-z]\w*(?: precision| varying| with(?:out)? time zone)?/i.exec(rest)?.[0] ?? rest).toUpperCase(),
    maxBytes: length === undefined ? undefined : Number(length),
    notNull: /\bNOT NULL\b/i.test(rest),
    hasDefault: /\bDEFAULT\b/i.test(rest),
    range: parseRange(said),
    comment: commentOf([...above, said.replace(RANGE, '')]),
    ...formerName(behind),
    ...digitsOf(rest),
  };
}

function digitsOf(rest: string): Pick<Column, 'digits'> {
  const digits = /^(?:DECIMAL|NUMERIC)\s*\(([^)]*)\)/i.exec(rest)?.[1];
  return digits === undefined ? {} : { digits: digits.replaceAll(/\s/g, '') };
}

/** Whether a comma separates something outside of parentheses and quotes, such as a second column. */
function hasBareComma(rest: string): boolean {
  return rest.replace(/'[^']*'|"[^"]*"|\([^()]*\)/g, '').includes(',');
}

/** A former name at the beginning of a comment. What follows its full stop is a range, or for readers. */
const FORMER_NAME = /^ was: *(\w+)(?:\.(?= |$)|\s*$)/;

function formerName(comment: string): Pick<Column, 'was'> {
  const was = FORMER_NAME.exec(comment)?.[1];
  return was === undefined ? {} : { was: was.toLowerCase() };
}

/** A range at the beginning of a comment. What follows its full stop is for readers. */
const RANGE = /^ from (-?\d+) to (-?\d+)(?:\.(?= |$)|\s*$)/;

function parseRange(comment: string): Column['range'] {
  const [, least, most] = RANGE.exec(comment) ?? [];
  return least === undefined || most === undefined ? undefined : [BigInt(least), BigInt(most)];
}
