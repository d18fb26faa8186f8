/** A file and the lines of a statement that come from it. Lines count from 1. */
export interface Written {
  readonly file: string;
  /** The first line of the statement that is in the file. */
  readonly from: number;
  /** The last line of the statement that is in the file. */
  readonly to: number;
  /** Where in the file the first of these lines is; 1 if absent. */
  readonly line?: number;
}

/** A named statement. */
export interface NamedSql {
  readonly name: string;
  readonly sql: string;
  /** The files it comes from; absent for a statement that is in no file. */
  readonly written?: readonly Written[] | undefined;
}

/** The place of a statement that is a whole file, or what is left of it from a line on. */
export function wholeFile(file: string, sql: string, line = 1): readonly Written[] {
  return [{ file, from: 1, to: linesIn(sql), ...(line > 1 && { line }) }];
}

/** A statement that fills a temporary table. */
export interface FillingSql extends NamedSql {
  /** The columns by which later statements look for its rows, as lists: engines that have indexes make one for each. */
  readonly lookups?: readonly (readonly string[])[];
}

/** How messages name the file of a statement; its own name if it is in none. */
export function fileOf({ name, written = [] }: NamedSql): string {
  return written[0]?.file ?? name;
}

/** The places in a statement that contains the texts of several files, in this order, with other text around them. */
export function writtenIn(
  sql: string,
  files: readonly { readonly sql: string; readonly written?: readonly Written[] | undefined }[],
): readonly Written[] {
  let end = 0;
  return files.flatMap((one) => {
    const at = sql.indexOf(one.sql, end);
    const [whole] = one.written ?? [];
    if (at === -1 || whole === undefined) {
      return [];
    }
    end = at + one.sql.length;
    return [{ ...whole, from: linesIn(sql.slice(0, at)), to: linesIn(sql.slice(0, end)) }];
  });
}

/** A statement with the texts of other statements in it, in this order. */
export function around(name: string, sql: string, parts: readonly NamedSql[]): NamedSql {
  return { name, sql, written: writtenIn(sql, parts) };
}

/**
 * `sql/models/sparkify/star/users.sql, line 3`: the place of a line of a statement. For text before or after a file's text, it is the
 * file. Without a line, it is the only file, or the folder of all files. Undefined if unknown.
 */
export function placeOf(written: readonly Written[], line: number | undefined): string | undefined {
  if (line === undefined) {
    return written.length > 1 ? `a file in ${commonFolder(written)}` : written[0]?.file;
  }
  const found = written.find(({ to }) => line <= to) ?? written.at(-1);
  const isWithin = found !== undefined && line >= found.from && line <= found.to;
  return isWithin ? `${found.file}, line ${line - found.from + (found.line ?? 1)}` : found?.file;
}

/** The place of a statement's character, counted from 0: its file, and the line if it is known. */
export function lineOf(statement: NamedSql, at: number): string {
  return placeOf(statement.written ?? [], linesIn(statement.sql.slice(0, at + 1))) ?? fileOf(statement);
}

/**
 * The line of a statement, counted from 1, that holds its character number `position`, counted from 1. Characters are
 * code points.
 */
export function lineAt(sql: string, position: number): number {
  return linesIn([...sql].slice(0, position - 1).join(''));
}

/** Whether a file, as messages name it, is the loader's own and not a model's. */
export function isLoaders(file: string): boolean {
  return file.startsWith('sql/loader/');
}

/** The folder of all files, without those of the loader if others are among them: mistakes are in these. */
function commonFolder(written: readonly Written[]): string {
  const own = written.filter(({ file }) => !isLoaders(file));
  const [first = [], ...others] = (own.length === 0 ? written : own).map(({ file }) => file.split('/').slice(0, -1));
  const differs = first.findIndex((folder, at) => others.some((other) => other[at] !== folder));
  return first.slice(0, differs === -1 ? first.length : differs).join('/');
}

/** The number of lines of a text. */
export function linesIn(text: string): number {
  return text.split('\n').length;
}
