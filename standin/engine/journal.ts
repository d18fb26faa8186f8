import pg from 'pg';
import type { TargetColumn } from './copy-values.ts';
import { domainOf, domainSql, type TextType } from './domains.ts';

/** A record that COPY refused. */
export interface LoadError {
  readonly file: string;
  readonly line: number;
  readonly column: TargetColumn | undefined;
  readonly position: number;
  readonly code: number;
  readonly message: string;
  readonly rawLine: string;
  readonly rawValue: string;
  readonly offset: number;
}

export interface LoadIdentity {
  readonly queryId: number;
  readonly session: number;
  readonly table: string;
  readonly tableId: number;
}

export interface FinishedLoad {
  readonly queryId: number;
  readonly session: number;
  readonly started: Date;
  readonly table: string;
  readonly source: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly errors: number;
}

export interface FinishedQuery {
  readonly queryId: number;
  readonly session: number;
  readonly started: Date;
  readonly type: string;
  readonly rows: number;
  readonly error: string | undefined;
  readonly text: string;
}

const USER_ID = 100;

/**
 * Writes the system tables of one database through its own connection, so that they survive every rollback (COPY messages
 * users have shown).
 */
export class Journal {
  readonly #client: pg.Client;
  readonly #database: string;
  #last: Promise<unknown> = Promise.resolve();
  readonly #domains = new Map<string, Promise<unknown>>();

  constructor(client: pg.Client, database: string) {
    this.#client = client;
    this.#database = database;
  }

  /** AWS: SYS_LOAD_ERROR_DETAIL and STL_LOAD_ERRORS; pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS". */
  async loadErrors({ queryId, session, tableId }: LoadIdentity, errors: readonly LoadError[]): Promise<void> {
    for (const error of errors) {
      const { name = '', type = '', length } = error.column ?? {};
      const typeName = type === 'bpchar' ? 'varchar' : type === 'character' ? 'char' : type;
      const place = [
        cut(error.file, 256),
        error.line,
        cut(name, 127),
        typeName,
        length === undefined ? '' : String(length),
      ];
      await this.#query(
        `INSERT INTO redshift.sys_load_error_detail VALUES (${USER_ID}, $1, $1, $2, $3, $4, now(), $5, $6, $7, $8, $9, $10, $11, $12)`,
        [queryId, session, this.#database, tableId, ...place, error.position, error.code, cut(error.message, 512)],
      );
      const raw = [cut(singleBytes(error.rawLine), 1024), cut(singleBytes(error.rawValue), 1024)];
      await this.#query(
        `INSERT INTO redshift.stl_load_errors VALUES (${USER_ID}, 0, $1, now(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14)`,
        [
          tableId,
          session,
          queryId,
          ...place,
          error.position,
          ...raw,
          error.code,
          cut(error.message, 100),
          error.offset,
        ],
      );
    }
  }

  /** AWS: SYS_LOAD_HISTORY; pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS". */
  async loaded({ queryId, session, started, table, source, rows, bytes, files, errors }: FinishedLoad): Promise<void> {
    const microseconds = (Date.now() - started.getTime()) * 1000;
    await this.#query(
      `INSERT INTO redshift.sys_load_history VALUES (${USER_ID}, $1, $1, $2, $3, 'completed', $4, $5, now(), $11,
        $6, 'JSON', $7, $8, $9, $8, $9, $8, $10, 0)`,
      [
        queryId,
        session,
        this.#database,
        table,
        started.toISOString(),
        source,
        rows,
        bytes,
        files,
        errors,
        microseconds,
      ],
    );
  }

  /** AWS: SYS_QUERY_HISTORY. The caller does not wait for it; real rows come late as well. */
  ran({ queryId, session, started, type, rows, error, text }: FinishedQuery): void {
    const status = error === undefined ? 'success' : 'failed';
    this.#query(
      `INSERT INTO redshift.sys_query_history VALUES (${USER_ID}, $1, $1, $2, $3, $4, $5, $6, now(), $7, $8, $9)`,
      [
        queryId,
        session,
        this.#database,
        type,
        status,
        started.toISOString(),
        rows,
        cut(error ?? '', 512),
        cut(text, 4000),
      ],
    ).catch(() => undefined);
  }

  /** The number of a table, as far as it is known outside its transaction; 0 if not. */
  async tableId(table: string): Promise<number> {
    const { rows } = await this.#query<{ id: number | null }>('SELECT CAST(to_regclass($1) AS integer) AS id', [table]);
    return rows[0]?.id ?? 0;
  }

  /** Creates the domain of a VARCHAR(n) or CHAR(n) if needed, without making transactions wait for each other. */
  async ensureDomain(type: TextType): Promise<void> {
    const name = domainOf(type);
    const made = this.#domains.get(name) ?? this.#query(domainSql(type));
    this.#domains.set(name, made);
    await made;
  }

  /** Runs one query at a time, in the order of the requests. */
  #query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<Row>> {
    const result = this.#last.then(() => this.#client.query<Row>(text, [...values]));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#client.end();
  }
}

export async function openJournal(config: pg.ClientConfig): Promise<Journal> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  await client.connect();
  return new Journal(client, config.database ?? '');
}

/** As much of a text as fits a CHAR(n), which counts bytes. */
function cut(text: string, bytes: number): string {
  const kept = Buffer.from(text.replaceAll('\0', '')).subarray(0, bytes).toString();
  return kept.endsWith('�') && !text.startsWith(kept) ? kept.slice(0, -1) : kept;
}

/** Multi-byte characters become periods in raw_line (pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS"). */
function singleBytes(text: string): string {
  return text.replace(/[^\p{ASCII}]/gu, '.');
}
