import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, StarloadError } from '../errors.ts';
import type { Mistakes } from './mistakes.ts';
import { linesIn, type NamedSql, wholeFile } from './written.ts';

/** A folder of SQL files, and how messages name it. */
export interface SqlFolder {
  readonly path: string;
  readonly shown: string;
  /** Whether each of its folders must be there. A model may leave some out, the loader's own SQL may not. */
  readonly isWhole: boolean;
}

const SQL = fileURLToPath(new URL('../../sql/', import.meta.url));

/** The folder of the loader's own SQL: what is the same for every model. */
export const LOADER_SQL = join(SQL, 'loader');

/** The folder of the models in the package. */
const MODELS = join(SQL, 'models');

/** The folder of a model in the package. */
export function packagedModel(name: string): string {
  return join(MODELS, name);
}

/** The names of the models in the package. */
export function packagedModels(): readonly string[] {
  return readdirSync(MODELS).sort();
}

/** The folder of the model that is used if no other is named. */
export const BUILT_IN_MODEL = packagedModel('sparkify');

/** Whether a folder is that of a model in the package. */
export function isPackaged(path: string): boolean {
  return path.startsWith(MODELS);
}

/** The folder of a model. */
export function modelAt(path: string): SqlFolder {
  return { path, shown: path.startsWith(SQL) ? `sql/${path.slice(SQL.length)}` : path, isWhole: false };
}

/** The folder of the loader's own SQL. */
export function loaderAt(path: string): SqlFolder {
  return { ...modelAt(path), isWhole: true };
}

/**
 * The statements of a folder below another one, in the order of their names. Throws StarloadError if it must be there, and
 * for the first file that cannot be read, unless there are `mistakes` to add it to.
 */
export function readFolder(
  { path, shown, isWhole }: SqlFolder,
  folder: string,
  mistakes?: Mistakes,
): readonly NamedSql[] {
  const files = filesIn(join(path, folder));
  if (files === undefined && isWhole) {
    throw new StarloadError(`${shown} has no folder ${folder}`, { next: 'Restore sql/loader from the package.' });
  }
  const read = (file: string): NamedSql => {
    const sql = readStatement(join(path, folder, file));
    return { name: basename(file, '.sql'), sql, written: wholeFile(`${shown}/${folder}/${file}`, sql) };
  };
  return mistakes === undefined ? (files ?? []).map(read) : mistakes.each(files ?? [], read);
}

/** The path of the jsonpaths file beside the file of a staging table; undefined if there is none. */
export function jsonpathsIn({ path }: SqlFolder, folder: string, table: string): string | undefined {
  const file = resolve(path, folder, `${table}${JSONPATHS}`);
  return folder === 'staging' && existsSync(file) ? file : undefined;
}

const JSONPATHS = '.jsonpaths';

/** Undefined if the folder is not there. */
function filesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw unreadable(folder, error);
  }
}

/** The folders of a model that are read. */
const FOLDERS = [
  'staging',
  'current',
  'star',
  'checks/staged',
  'checks/star',
  'queries',
  'reconcile',
  'reconcile/recount',
];
const ENGINES = ['duckdb', 'postgres', 'redshift'];

/** What a file of a star table may say besides its name: an engine's design, or which keys a change affects. */
const ADDITIONS: Readonly<Record<string, readonly string[]>> = { star: [...ENGINES, 'affected'] };

/**
 * Refuses SQL and jsonpaths files that would not be read, such as those of a folder with a misspelt name or of an engine that there is
 * not: what they say would be missing without a word.
 */
export function refuseStrays({ path, shown }: SqlFolder): void {
  const files = filesBelow(path);
  const sql = files.filter((file) => /\.sql$/i.test(file)).sort();
  const paths = files.filter((file) => /\.jsonpaths$/i.test(file)).sort();
  const strays = [
    ...sql.filter((file) => !file.endsWith('.sql') || !FOLDERS.includes(dirname(file)) || isStrayAddition(file, sql)),
    ...paths.filter((file) => isStrayPaths(file, sql)),
  ];
  if (strays.length > 0) {
    throw new StarloadError(
      `files that no part of a model reads:\n${strays.map((file) => `  ${shown}/${file}`).join('\n')}`,
      {
        next: `Move them to one of ${FOLDERS.join(', ')}, name engines ${ENGINES.join(', ')}, name jsonpaths files like staging tables, or take them out of the model (docs/models.md).`,
      },
    );
  }
}

/** Whether a jsonpaths file is of no staging table. */
function isStrayPaths(file: string, sql: readonly string[]): boolean {
  const table = `staging/${basename(file, JSONPATHS)}.sql`;
  return dirname(file) !== 'staging' || !file.endsWith(JSONPATHS) || !sql.includes(table);
}

function filesBelow(path: string): readonly string[] {
  try {
    return existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Whether a file `table.addition.sql` is of no table, or of nothing that can be added. */
function isStrayAddition(file: string, files: readonly string[]): boolean {
  const [, table = '', addition] = /^([^.]*)(?:\.(.*))?\.sql$/.exec(file) ?? [];
  const known = ADDITIONS[dirname(file)] ?? ENGINES;
  return addition !== undefined && !(known.includes(addition) && files.includes(`${table}.sql`));
}

const MOST_BYTES = 1024 * 1024;

/** The first line that is not UTF-8. */
function lineOfOther(bytes: Buffer): number {
  const lines = bytes.toString('latin1').split('\n');
  return lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1'))) + 1;
}

/**
 * One statement per file. A trailing semicolon is dropped, because the Data API accepts single statements. The line
 * numbers are those of the file.
 */
function readStatement(file: string): string {
  const bytes = bytesOf(file);
  if (bytes.length > MOST_BYTES) {
    throw new StarloadError(`${file}: it is larger than 1 MiB, too large for one statement`, {
      next: 'Take it out of the model, or write the statement without so much text.',
    });
  }
  if (!isUtf8(bytes)) {
    throw new StarloadError(`${file}, line ${lineOfOther(bytes)}: it is not UTF-8`, {
      next: 'Save the file as UTF-8.',
    });
  }
  // Windows may write a mark at the beginning, and its own ends of lines.
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n');
  refuseEnds(file, text);
  return text.trimEnd().replace(/;$/, '');
}

/**
 * Refuses what only engines take for an end: a carriage return ends a comment, so that they would run what is written
 * behind it, and a NUL ends a statement.
 */
function refuseEnds(file: string, text: string): void {
  const at = text.search(/[\r\0]/);
  if (at !== -1) {
    const character = text[at] === '\r' ? 'U+000D' : 'U+0000';
    throw new StarloadError(`${file}, line ${linesIn(text.slice(0, at))}: it has the character ${character}`, {
      next: 'Delete it. Lines end with LF or CRLF.',
    });
  }
}

/** The content of a file of a model. Throws StarloadError if it cannot be read: a pipe or a device may never end. */
export function bytesOf(file: string): Buffer {
  try {
    if (!statSync(file).isFile()) throw new Error('it is not a file');
    return readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(path: string, cause: unknown): StarloadError {
  return new StarloadError(`cannot read ${path}, a part of the model: ${messageOf(cause)}`, {
    next: 'Make it readable, or name the folder of a model: PATH under [MODEL] in dwh.cfg.',
    cause,
  });
}
