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
 * The statements of a `copy` step into a table whose name, quoted and qualified, is `into`. Records come in before the transaction, into a temporary table: while a client feeds a
 * COPY no time limit of the server's works, so that none may hold the lock then.
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

/** What breaks bringing in off, and who is told how many parts are done. */
interface Bringing {
  readonly signal: AbortSignal;
  readonly onPart: (done: number) => void;
}

/** Streams a step's parts into its temporary table. Throws WarehouseError `refused` for a value that does not fit, else what pg throws. */
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

/** The parts' CSV; while one part is sent, the next is made. */
async function* csvOf(
  reader: CsvReader,
  { table, parts, mapping }: CopyStep,
  onPart: Bringing['onPart'],
): AsyncGenerator<Buffer> {
  let next = parts[0] === undefined ? undefined : reader.write(table, parts[0], mapping);
  for (const index of parts.keys()) {
    onPart(index);
    const path = await next;
    const following = parts[index + 1];
    next = following === undefined ? undefined : reader.write(table, following, mapping);
    // Awaited in the next round, or never when this one fails: then it must not count as unhandled.
    next?.catch(() => {});
    if (path !== undefined) {
      yield* createReadStream(path, { highWaterMark: 256 * 1024 });
      rmSync(path, { force: true });
    }
  }
}
