import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DuckDBConnection, DuckDBInstance as Instance } from '@duckdb/node-api';
import { messageOf } from '../../errors.ts';
import { freeIn, isFull } from '../../objects/disk.ts';
import type { Places } from '../../sql/qualify.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import type { DuckdbTarget } from '../../target.ts';
import { WarehouseError } from '../errors.ts';
import { DuckDBInstance } from '../reader/driver.ts';

/** How a database file is opened. */
export interface FileOptions extends DuckdbTarget {
  readonly readOnly: boolean;
  /** Folders and files the load may read. Statements cannot reach anything else on the machine. */
  readonly readable: readonly string[];
  /** How many threads run a statement; as many as there are cores if absent. */
  readonly threads?: number | undefined;
}

/** An open database file, and where the warehouse is in it. */
export interface OpenFile {
  readonly instance: Instance;
  /** DuckDB's name for the database, which it derives from the file's name. */
  readonly database: string;
  readonly schema: string;
}

/**
 * Opens a database file and locks its configuration: session time zone UTC, no access to files outside `readable`, no
 * extension fetched. Throws WarehouseError: `busy` if another process has the file, `missing-table` if a file that is
 * opened only for reading does not exist.
 */
export async function openFile(options: FileOptions): Promise<OpenFile> {
  const instance = await create(options);
  const connection = await instance.connect();
  try {
    const [row] = (await connection.runAndReadAll('SELECT current_database()')).getRows();
    const database = String(row?.[0]);
    for (const statement of settings(options, database)) {
      await connection.run(statement);
    }
    return { instance, database, schema: options.schema ?? OWN_SCHEMA };
  } catch (error) {
    throw sorted(error);
  } finally {
    connection.closeSync();
  }
}

/** The schema that every DuckDB file has. */
const OWN_SCHEMA = 'main';

/**
 * A connection in which unqualified names never refer to the file: neither to its tables, nor to its macros, which
 * could hide functions.
 */
export async function connect({ instance, database }: OpenFile): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run(`USE ${quoteIdentifier(nowhere(database))}.main`);
  return connection;
}

/**
 * A connection that resolves unqualified names in the warehouse's schema. Throws WarehouseError if the schema does not
 * exist.
 */
export async function connectToSchema({ instance, database, schema }: OpenFile): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  try {
    await connection.run(`USE ${quoteIdentifier(database)}.${quoteIdentifier(schema)}`);
    return connection;
  } catch (error) {
    connection.closeSync();
    throw new WarehouseError('missing-table', `the schema ${schema} does not exist yet`, {
      next: 'Run npm run create-tables first.',
      cause: error,
    });
  }
}

/** The prefixes of table names. DuckDB keeps temporary tables in a separate database. */
export function placesOf({ database, schema }: Pick<OpenFile, 'database' | 'schema'>): Places {
  return { tables: `${quoteIdentifier(database)}.${quoteIdentifier(schema)}.`, temporary: 'temp.main.' };
}

/**
 * The name of an empty in-memory database. DuckDB always resolves unqualified names somewhere, and this cannot be
 * switched off.
 */
function nowhere(database: string): string {
  return `${database}_nowhere`;
}

/**
 * Converts a DuckDB error to a WarehouseError; any other error is returned unchanged. It points at the place in the
 * statement only if a user wrote the statement.
 */
export function sorted(error: unknown, { isUsersOwn = false } = {}): WarehouseError {
  if (error instanceof WarehouseError) {
    return error;
  }
  const whole = messageOf(error);
  const message = isUsersOwn ? whole : (whole.split('\n\nLINE ')[0] ?? '');
  const line = Number(/\n\nLINE (\d{1,9}): /.exec(whole)?.[1] ?? Number.NaN) || undefined;
  if (/^Catalog Error: Table with name \S+ does not exist/.test(message)) {
    return new WarehouseError('missing-table', message.split('\n')[0] ?? message, {
      next: 'Run npm run create-tables first (npm run create-tables -- --missing where some tables are there), or correct the name.',
      line,
      cause: error,
    });
  }
  if (/attached in read-only mode|launched in read-only mode/.test(message)) {
    return new WarehouseError('refused', message, { next: 'Add --write to let it change data.', cause: error });
  }
  if (/^TransactionContext Error: .{0,300}conflict/is.test(message)) {
    return new WarehouseError('conflict', message, { cause: error });
  }
  if (isFull(message)) {
    return noSpace(message, error);
  }
  if (message.includes('Out of Memory Error')) {
    return new WarehouseError('refused', message.split('\n')[0] ?? message, {
      next: 'Raise [DUCKDB] MEMORY_LIMIT in dwh.cfg, or remove the line.',
      cause: error,
    });
  }
  if (message.startsWith('INTERRUPT Error')) {
    return new WarehouseError('cancelled', 'the statement was cancelled', { cause: error });
  }
  return new WarehouseError('refused', message, { line, cause: error });
}

/**
 * DuckDB names the file that it could not write: the warehouse, its log, or a temporary file beside it for data that
 * does not fit into memory.
 */
function noSpace(message: string, cause: unknown): WarehouseError {
  const file = /"([^"\n]{1,1000})"/.exec(message)?.[1];
  const free = file === undefined ? '' : `: ${freeIn(dirname(file))}`;
  return new WarehouseError('unreachable', `no space for the warehouse${free} (${message.split('\n')[0]})`, {
    next: 'Free some space there and run again: what was not committed is undone, and nothing is loaded twice. Or move the file to another disk, and name it in [DUCKDB] PATH.',
    cause,
  });
}

/** Nothing is fetched for a file of another program, such as SQLite. */
const NO_EXTENSIONS = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };

async function create({ path, readOnly }: FileOptions): Promise<Instance> {
  const access: Record<string, string> = readOnly && path !== ':memory:' ? { access_mode: 'READ_ONLY' } : {};
  try {
    refuseNonFile(path);
    return await DuckDBInstance.create(path, { ...NO_EXTENSIONS, ...access });
  } catch (error) {
    throw openFailure(path, error);
  }
}

/** DuckDB would wait forever for the other end of a pipe. */
function refuseNonFile(path: string): void {
  if (path !== ':memory:' && statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    throw new Error('it is not a file');
  }
}

function openFailure(path: string, cause: unknown): WarehouseError {
  const message = messageOf(cause).split('\n')[0] ?? '';
  const holder = /Conflicting lock is held in (.{1,300}?) \(PID (\d{1,20})\)/.exec(message);
  if (holder !== null) {
    return new WarehouseError('busy', `${path} is in use by another process: ${holder[1]}, process id ${holder[2]}`, {
      next: 'Wait until it is done and run again; only one process at a time can use a DuckDB file.',
      cause,
    });
  }
  const folder = dirname(path);
  if (!existsSync(folder)) {
    return new WarehouseError('unreachable', `the folder ${folder} for the warehouse does not exist`, {
      next: 'Create the folder, or correct [DUCKDB] PATH in dwh.cfg.',
      cause,
    });
  }
  if (/does not exist|No such file/.test(message)) {
    return new WarehouseError('missing-table', `there is no warehouse at ${path} yet`, {
      next: 'Run npm run create-tables first.',
      cause,
    });
  }
  if (isFull(message)) {
    return noSpace(message, cause);
  }
  return new WarehouseError('unreachable', `cannot open ${path}: ${message}`, {
    next: OPEN_ADVICE.find(([pattern]) => pattern.test(message))?.[1] ?? NO_ADVICE,
    cause,
  });
}

const OPEN_ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    // DuckDB 0.9 writes version 64, the first that later releases read (DuckDB's manual, storage versions).
    /read a database file with version number [1-5]?[0-9],/,
    'A DuckDB before 0.9 wrote the file, so it is not from Starload: name another file in [DUCKDB] PATH.',
  ],
  [
    /read a database file with version/,
    'A newer DuckDB wrote the file: install a newer Starload, or name another file in [DUCKDB] PATH.',
  ],
  [
    /not a valid DuckDB database/,
    'The file belongs to another program or is damaged: name another one in [DUCKDB] PATH in dwh.cfg, or delete it.',
  ],
  [
    /Could not read enough bytes|[Cc]orrupt|checksum/,
    'The file is damaged: restore a copy of it, or delete it and run npm run create-tables and npm run etl, which load all files again.',
  ],
  [
    /Permission denied|[Rr]ead-only file system/,
    'You may not read or write it: change its permissions or those of its folder, or name another file in [DUCKDB] PATH.',
  ],
];
const NO_ADVICE = 'Is it a DuckDB file, and may you write to its folder? The path is [DUCKDB] PATH in dwh.cfg.';

function settings({ path, readable, memoryLimit, threads }: FileOptions, database: string): readonly string[] {
  return [
    `ATTACH ':memory:' AS ${quoteIdentifier(nowhere(database))} (READ_WRITE)`,
    "SET GLOBAL TimeZone = 'UTC'",
    ...(memoryLimit === undefined ? [] : [`SET GLOBAL memory_limit = ${literal(half(memoryLimit))}`]),
    ...(threads === undefined ? [] : [`SET GLOBAL threads = ${threads}`]),
    `SET GLOBAL allowed_directories = [${readable.map(literal).join(', ')}]`,
    `SET GLOBAL allowed_paths = [${logsOf(path).map(literal).join(', ')}]`,
    'SET GLOBAL enable_external_access = false',
    'SET GLOBAL lock_configuration = true',
  ];
}

/**
 * The log files of a database with a question mark in its name: DuckDB inserts the suffix before it, and no longer
 * recognises the files.
 */
function logsOf(path: string): readonly string[] {
  const at = path.indexOf('?');
  const [name, rest] = [path.slice(0, at), path.slice(at)];
  return at === -1 ? [] : ['.wal', '.wal.checkpoint', '.wal.recovery'].map((ending) => `${name}${ending}${rest}`);
}

/** Memory that DuckDB's own limit does not count, such as the states of aggregates, takes about as much again. */
function half(amount: string): string {
  return amount.replace(/^[\d.]+/, (digits) => String(Number(digits) / 2));
}

/** DuckDB takes every character of a literal literally, except the quote. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
