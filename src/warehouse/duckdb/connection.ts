import { statSync } from 'node:fs';
import type { DuckDBConnection, DuckDBInstance as Instance } from '@duckdb/node-api';
import { messageOf } from '../../errors.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { WarehouseError } from '../errors.ts';
import { DuckDBInstance } from '../reader/driver.ts';

/** How a database file is opened. */
export interface OpenOptions {
  readonly path: string;
  readonly readOnly: boolean;
  /** Folders and files the load may read. Nothing else on the machine can be reached by a statement. */
  readonly readable: readonly string[];
  readonly memoryLimit: string | undefined;
  /** The schema of the tables; made where it is missing, unless the file is only to be read. */
  readonly schema?: string | undefined;
}

/**
 * Opens a database file and locks its configuration: session time zone UTC, no file outside `readable`, no extension
 * fetched. Throws WarehouseError: `busy` when another process has the file, `missing-table` when a file that is only to
 * be read does not exist.
 */
export async function openInstance(options: OpenOptions): Promise<Instance> {
  const instance = await create(options);
  const connection = await instance.connect();
  try {
    for (const statement of settings(options)) {
      await connection.run(statement);
    }
  } catch (error) {
    throw sorted(error);
  } finally {
    connection.closeSync();
  }
  return instance;
}

/** A connection that finds and makes tables in the warehouse's schema. Throws WarehouseError. */
export async function connect(instance: Instance, schema: string | undefined): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  if (schema !== undefined) {
    try {
      // Qualified, since the file's own name, which is the catalog's, may be the same as the schema's.
      const [row] = (await connection.runAndReadAll('SELECT current_database()')).getRows();
      await connection.run(`USE ${quoteIdentifier(String(row?.[0]))}.${quoteIdentifier(schema)}`);
    } catch (error) {
      connection.closeSync();
      throw new WarehouseError('missing-table', `there is no schema ${schema} yet`, {
        next: 'Run npm run create-tables first.',
        cause: error,
      });
    }
  }
  return connection;
}

/** DuckDB's error as a WarehouseError; one that is none of its own stays what it is. */
export function sorted(error: unknown): WarehouseError {
  if (error instanceof WarehouseError) {
    return error;
  }
  const message = messageOf(error).split('\n\nLINE ')[0] ?? '';
  if (/^Catalog Error: Table with name \S+ does not exist/.test(message)) {
    return new WarehouseError('missing-table', message.split('\n')[0] ?? message, {
      next: 'Run npm run create-tables first, or correct the name.',
      cause: error,
    });
  }
  if (/attached in read-only mode|launched in read-only mode/.test(message)) {
    return new WarehouseError('refused', message, { next: 'Add --write to let it change data.', cause: error });
  }
  if (/^TransactionContext Error: .*conflict/is.test(message)) {
    return new WarehouseError('conflict', message, { cause: error });
  }
  if (message.startsWith('Out of Memory Error')) {
    return new WarehouseError('refused', message.split('\n')[0] ?? message, {
      next: 'Raise [DUCKDB] MEMORY_LIMIT in dwh.cfg, or take the line out.',
      cause: error,
    });
  }
  if (message.startsWith('INTERRUPT Error')) {
    return new WarehouseError('cancelled', 'the statement was cancelled', { cause: error });
  }
  return new WarehouseError('refused', message, { cause: error });
}

/** Nothing is fetched for a file that is another program's, such as SQLite's. */
const NO_EXTENSIONS = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };

async function create({ path, readOnly }: OpenOptions): Promise<Instance> {
  const access: Record<string, string> = readOnly && path !== ':memory:' ? { access_mode: 'READ_ONLY' } : {};
  try {
    refuseNonFile(path);
    return await DuckDBInstance.create(path, { ...NO_EXTENSIONS, ...access });
  } catch (error) {
    throw openFailure(path, error);
  }
}

/** DuckDB would wait for ever for the other end of a pipe. */
function refuseNonFile(path: string): void {
  if (path !== ':memory:' && statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    throw new Error('it is not a file');
  }
}

function openFailure(path: string, cause: unknown): WarehouseError {
  const message = messageOf(cause).split('\n')[0] ?? '';
  const holder = /Conflicting lock is held in (.+?) \(PID (\d+)\)/.exec(message);
  if (holder !== null) {
    return new WarehouseError('busy', `${path} is in use by another process: ${holder[1]}, process id ${holder[2]}`, {
      next: 'Wait until it is done and run again; a DuckDB file has one user at a time.',
      cause,
    });
  }
  if (/does not exist|No such file/.test(message)) {
    return new WarehouseError('missing-table', `there is no warehouse at ${path} yet`, {
      next: 'Run npm run create-tables first.',
      cause,
    });
  }
  return new WarehouseError('unreachable', `cannot open ${path}: ${message}`, {
    next: 'Is it a DuckDB file, and may you write to its folder? [DUCKDB] PATH in dwh.cfg names it.',
    cause,
  });
}

function settings({ readable, memoryLimit, schema, readOnly }: OpenOptions): readonly string[] {
  return [
    ...(schema === undefined || readOnly ? [] : [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`]),
    "SET GLOBAL TimeZone = 'UTC'",
    ...(memoryLimit === undefined ? [] : [`SET GLOBAL memory_limit = ${literal(half(memoryLimit))}`]),
    `SET GLOBAL allowed_directories = [${readable.map(literal).join(', ')}]`,
    'SET GLOBAL enable_external_access = false',
    'SET GLOBAL lock_configuration = true',
  ];
}

/** What DuckDB's own limit does not count, such as states of aggregates, takes about as much again. */
function half(amount: string): string {
  return amount.replace(/^[\d.]+/, (digits) => String(Number(digits) / 2));
}

/** DuckDB takes every character of a literal as it is, but for the quote. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
