import { createReadStream, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { type Column, loadedColumns, type Table } from '../../sql/catalogue.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import type { CsvReader } from '../reader/csv.ts';
import type { Step } from '../warehouse.ts';

const { from: copyFrom } = createRequire(import.meta.url)('pg-copy-streams') as typeof import('pg-copy-streams');

type CopyStep = Extract<Step, { kind: 'copy' }>;

/**
 * The statements of a `copy` step into a table; `into` is its quoted and qualified name. Records are first copied into
 * a temporary table, before the transaction begins: while a client feeds a COPY, none of the server's time limits
 * apply, so it must not hold the lock then.
 */
export function incomingStatements(table: Table, into = ''): { create: string; copy: string; insert: string } {
  const incoming = `pg_temp.${quoteIdentifier(`incoming_${table.name}`)}`;
  const columns = loadedColumns(table);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const typed = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${TYPES[type]}`).join(', ');
  return {
    create: `CREATE TEMP TABLE ${incoming} (${typed})`,
    copy: `COPY ${incoming} FROM STDIN (FORMAT csv)`,
    insert: `INSERT INTO ${into} (${names}) SELECT ${names} FROM ${incoming}`,
  };
}

const TYPES: Readonly<Record<Column['type'], string>> = {
  varchar: 'TEXT',
  bigint: 'BIGINT',
  double: 'DOUBLE PRECISION',
  timestamp: 'TIMESTAMP',
  other: 'TEXT',
};

/** The signal that aborts the copy, and the callback for the number of parts done. */
interface Bringing {
  readonly signal: AbortSignal;
  readonly onPart: (done: number) => void;
}

/**
 * Streams a step's parts into its temporary table. Throws WarehouseError `refused` for a value that does not fit,
 * otherwise pg's error.
 */
export async function bringIn(
  client: Client,
  reader: CsvReader,
  step: CopyStep,
  { signal, onPart }: Bringing,
): Promise<void> {
  const { create, copy } = incomingStatements(step.table);
  await client.query(create);
  await pipeline(Readable.from(csvOf(reader, step, onPart)), client.query(copyFrom(copy)), { signal });
}

/** The parts as CSV. While one part is sent, the next is prepared. */
async function* csvOf(
  reader: CsvReader,
  { table, parts, mapping }: CopyStep,
  onPart: Bringing['onPart'],
): AsyncGenerator<Buffer> {
  const prepare = (index: number) => {
    const part = parts[index];
    const path = part === undefined ? undefined : reader.write(table, part, mapping);
    // Awaited in its round, or never if a round before it fails. It must not count as an unhandled rejection then.
    path?.catch(() => {});
    return path;
  };
  let next = prepare(0);
  for (const index of parts.keys()) {
    onPart(index);
    const path = await next;
    next = prepare(index + 1);
    if (path !== undefined) {
      yield* createReadStream(path, { highWaterMark: 256 * 1024 });
      rmSync(path, { force: true });
    }
  }
}
