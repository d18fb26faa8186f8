import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DuckDBConnection, DuckDBValue, DuckDBInstance as Instance } from '@duckdb/node-api';
import { messageOf } from '../../errors.ts';
import { cannotSpool, isFull } from '../../objects/disk.ts';
import type { Part } from '../../objects/part.ts';
import { loadedColumns, type Table } from '../../sql/catalogue.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { WarehouseError } from '../errors.ts';
import type { Mapping } from '../warehouse.ts';
import { DuckDBInstance, listValue } from './driver.ts';
import { recordQueries } from './records.ts';

/** More threads would need memory for buffers, and would not speed up a COPY into another server. */
const THREADS = '2';
const MEMORY_LIMIT = '512MB';

/**
 * Converts parts to CSV with the embedded DuckDB, so that engines without a JSON reader treat JSON as DuckDB does. Text
 * is quoted; NULL is an empty field without quotes.
 */
export class CsvReader {
  readonly #instance: Instance;
  readonly #connection: DuckDBConnection;
  readonly #folder: string;

  private constructor(instance: Instance, connection: DuckDBConnection, folder: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.#folder = folder;
  }

  /** The CSV files go to `folder`. Only `folder` and `readable` are accessible. */
  static async open(folder: string, readable: readonly string[]): Promise<CsvReader> {
    const instance = await DuckDBInstance.create(':memory:', { threads: THREADS, memory_limit: MEMORY_LIMIT });
    const connection = await instance.connect();
    const allowed = [folder, ...readable].map((path) => `'${path.replaceAll("'", "''")}'`);
    await connection.run(`SET allowed_directories = [${allowed.join(', ')}]`);
    await connection.run('SET preserve_insertion_order = false');
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    return new CsvReader(instance, connection, folder);
  }

  /**
   * Writes the CSV of one part. Returns its path; the caller removes the file. Throws WarehouseError `refused` for a
   * value that does not fit.
   */
  async write(table: Table, part: Part, mapping: Mapping): Promise<string> {
    const path = join(this.#folder, `${table.name}-${randomUUID()}.csv`);
    const texts = loadedColumns(table).flatMap(({ name, type }) => (type === 'varchar' ? [quoteIdentifier(name)] : []));
    const names = loadedColumns(table).map(({ name }) => quoteIdentifier(name));
    const [query] = recordQueries(table, [part], mapping);
    const values: Record<string, DuckDBValue> = {
      paths: listValue([...(query?.paths ?? [])]),
      files: listValue([part.path]),
      csv: path,
    };
    const quoted = texts.length === 0 ? '' : `, FORCE_QUOTE (${texts.join(', ')})`;
    try {
      await this.#connection.run(
        `COPY (SELECT * FROM (${query?.sql}) typed (${names.join(', ')})) TO $csv (FORMAT csv, HEADER false${quoted})`,
        values,
      );
      return path;
    } catch (error) {
      rmSync(path, { force: true });
      if (isFull(error)) {
        throw cannotSpool(dirname(this.#folder), error);
      }
      throw new WarehouseError('refused', messageOf(error).split('\n')[0] ?? '', { cause: error });
    }
  }

  /** Stops the running statement. */
  cancel(): void {
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}
