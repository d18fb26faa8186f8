import type pg from 'pg';
import { type Backend, EngineError, type Parameters, type StatementOutcome } from '../executor.ts';
import { blanksTriggerSql } from './bootstrap.ts';
import { describeColumn, hasLength } from './columns.ts';
import { runCopy } from './copy.ts';
import type { Columns } from './correlation.ts';
import { cancelled, type FailureContext, toEngineError } from './failures.ts';
import type { FinishedQuery, Journal } from './journal.ts';
import { DEFAULT_UNCERTAIN, type EngineOptions, type Uncertain } from './options.ts';
import { literal } from './reader.ts';
import { Session } from './session.ts';
import { type Translation, translate } from './statement.ts';
import { assertColumns } from './table-keys.ts';
import type { Plan } from './translation.ts';

/** The state that the backends of one warehouse share. */
export interface Shared {
  readonly options: EngineOptions;
  readonly journal: Journal;
  readonly admin: pg.Client;
  nextQueryId(): number;
}

const NOTHING: Omit<StatementOutcome, 'queryId'> = { columns: undefined, rows: [], affected: 0 };

/** Statements that need more than one PostgreSQL statement. */
const COMPOSED: readonly Plan['kind'][] = ['modify', 'copy', 'create', 'create-as', 'truncate'];
const RECORD = 2249;
/** AWS: "Data types", with PostgreSQL's names. */
const STORABLE = [
  ...['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'bool', 'bpchar', 'varchar', 'text'],
  ...['date', 'timestamp', 'timestamptz', 'time', 'timetz'],
];
/** Statements that run on the leader node: DescribeStatement shows -1 as their query id (Data API: DescribeStatement). */
const LEADER: readonly Plan['kind'][] = ['set', 'show', 'begin', 'commit', 'rollback', 'lock', 'none'];

/** A session of the stand-in: a connection to PostgreSQL, with the state that makes it look like Redshift. */
export class PostgresBackend implements Backend {
  readonly pid: number;
  readonly #client: pg.Client;
  readonly #shared: Shared;
  readonly #session: Session;
  readonly #uncertain: Uncertain;
  readonly #lengths = new Map<string, number | undefined>();
  #transaction: 'none' | 'open' | 'failed' = 'none';
  #hasSnapshot = false;
  #running: AbortController | undefined;
  #written = '';
  #isCancelled = false;
  readonly #release: () => Promise<void>;

  /** `release` returns the connection to the pool. */
  constructor(client: pg.Client, user: string, shared: Shared, release: () => Promise<void>) {
    this.#client = client;
    this.#release = release;
    this.#shared = shared;
    this.pid = (client as unknown as { processID: number }).processID;
    this.#session = new Session(user, this.pid);
    this.#uncertain = { ...DEFAULT_UNCERTAIN, ...shared.options.uncertain };
  }

  async start(): Promise<void> {
    await this.#client.query(this.#session.searchPath());
    await this.#client.query(`SET default_transaction_isolation TO ${literal(this.#level.toLowerCase())}`);
  }

  async execute(sql: string, parameters: Parameters = {}): Promise<StatementOutcome> {
    this.#running = new AbortController();
    const started = new Date();
    let queryId = -1;
    let statement: Translation | undefined;
    try {
      statement = await this.#translate(sql);
      queryId = isLeaders(statement) ? -1 : this.#shared.nextQueryId();
      const outcome = await this.#dispatch(statement, parameters, queryId);
      this.#log({ queryId, started, type: statement.kind, rows: outcome.affected, error: undefined, text: sql });
      return outcome;
    } catch (error) {
      if (this.#transaction === 'open') this.#transaction = 'failed';
      const failure = this.#running.signal.aborted
        ? cancelled(queryId)
        : await this.#failure(error, statement, queryId);
      failure.queryId = Math.max(queryId, 0);
      const { message } = failure;
      this.#log({ queryId, started, type: statement?.kind ?? 'unknown', rows: 0, error: message, text: sql });
      throw failure;
    } finally {
      this.#running = undefined;
    }
  }

  async begin(): Promise<void> {
    await this.#client.query(`BEGIN ISOLATION LEVEL ${this.#level}`);
    this.#transaction = 'open';
    this.#hasSnapshot = false;
    if (this.#shared.options.snapshotAt === 'begin') await this.#takeSnapshot();
  }

  async commit(): Promise<void> {
    const isFailed = this.#transaction === 'failed';
    this.#transaction = 'none';
    try {
      await this.#client.query(isFailed ? 'ROLLBACK' : 'COMMIT');
    } catch (error) {
      throw await this.#failure(error, undefined, -1);
    }
  }

  async rollback(): Promise<void> {
    this.#transaction = 'none';
    await this.#client.query('ROLLBACK');
  }

  async cancel(): Promise<void> {
    if (this.#running === undefined) return;
    this.#running.abort();
    this.#isCancelled = true;
    await this.#shared.admin.query('SELECT pg_cancel_backend($1)', [this.pid]);
  }

  /** A pending cancel must not hit the next session, so a cancelled connection is closed. */
  async close(): Promise<void> {
    await (this.#isCancelled ? this.#client.end() : this.#release());
  }

  /** pages "Serializable isolation", "TRUNCATE" and "LOCK". */
  get #level(): string {
    return this.#shared.options.isolation === 'SERIALIZABLE' ? 'SERIALIZABLE' : 'REPEATABLE READ';
  }

  async #translate(sql: string): Promise<Translation> {
    const { surroundings } = this.#session;
    let statement = translate(sql, surroundings);
    if (this.#transaction === 'failed' && statement.kind !== 'rollback' && statement.kind !== 'commit') {
      throw new EngineError('ERROR: current transaction is aborted, commands ignored until end of transaction block');
    }
    // pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS": STL_LOAD_ERRORS and similar views exist only on the
    // provisioned main cluster.
    const view = statement.systemTables.find((name) => name.startsWith('stl_'));
    if (view !== undefined && this.#shared.options.stl === false) {
      throw new EngineError(`ERROR: permission denied for relation ${view}`);
    }
    if (statement.needsColumns) {
      statement = translate(sql, { ...surroundings, columns: await this.#columnsOf(statement.tables) });
    }
    return statement;
  }

  async #columnsOf(tables: readonly string[]): Promise<Columns> {
    const { rows } = await this.#client.query<{ name: string; columns: string[] }>(
      `SELECT named.name, array_agg(CAST(a.attname AS text)) AS columns
       FROM unnest(CAST($1 AS text[])) AS named (name)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = to_regclass(named.name) AND a.attnum > 0 AND NOT a.attisdropped
       GROUP BY named.name`,
      [tables],
    );
    return new Map(rows.map(({ name, columns }) => [name, new Set(columns)]));
  }

  async #dispatch(statement: Translation, parameters: Parameters, queryId: number): Promise<StatementOutcome> {
    const isAlone = this.#transaction === 'none' && COMPOSED.includes(statement.kind);
    if (!isAlone) return { ...(await this.#run(statement, parameters, queryId)), queryId };
    await this.#client.query(`BEGIN ISOLATION LEVEL ${this.#level}`);
    this.#hasSnapshot = false;
    try {
      const outcome = await this.#run(statement, parameters, queryId);
      await this.#client.query('COMMIT');
      return { ...outcome, queryId };
    } catch (error) {
      await this.#client.query('ROLLBACK');
      throw error;
    }
  }

  async #run(
    statement: Translation,
    parameters: Parameters,
    queryId: number,
  ): Promise<Omit<StatementOutcome, 'queryId'>> {
    switch (statement.kind) {
      case 'query':
        return this.#select(statement, parameters);
      case 'modify': {
        await this.#lockForWriting(statement.writes);
        return { ...NOTHING, affected: (await this.#query(statement, parameters)).rowCount ?? 0 };
      }
      case 'create':
      case 'create-as':
        await this.#create(statement);
        return NOTHING;
      case 'copy':
        await this.#copy(statement, queryId);
        return NOTHING;
      case 'truncate':
        await this.#truncate(statement);
        return NOTHING;
      case 'set':
      case 'show':
        return this.#setting(statement);
      default:
        await this.#plain(statement);
        return NOTHING;
    }
  }

  async #plain(statement: Translation): Promise<void> {
    if (statement.kind === 'begin') await this.begin();
    else if (statement.kind === 'commit') await this.commit();
    else if (statement.kind === 'rollback') await this.rollback();
    else await this.#query(statement, {});
  }

  async #query(statement: Translation, parameters: Parameters): Promise<pg.QueryArrayResult<(string | null)[]>> {
    for (const type of statement.domains) await this.#shared.journal.ensureDomain(type);
    const values = statement.parameters.map((name) => {
      const value = parameters[name];
      if (value === undefined) throw new EngineError(`ERROR: Cannot find parameter: ${name}`);
      return value;
    });
    return this.#client.query<(string | null)[]>({
      text: statement.sql,
      values,
      rowMode: 'array',
      types: { getTypeParser: () => String },
    });
  }

  async #select(statement: Translation, parameters: Parameters): Promise<Omit<StatementOutcome, 'queryId'>> {
    const { fields, rows } = await this.#query(statement, parameters);
    this.#hasSnapshot = true;
    const columns = [];
    for (const field of fields) {
      // page "Unsupported PostgreSQL data types": no composite types.
      if (field.dataTypeID === RECORD) throw new EngineError('ERROR: a row is no value');
      columns.push(describeColumn(field, hasLength(field) ? await this.#lengthOf(field) : undefined));
    }
    return { columns, rows, affected: rows.length };
  }

  /** The n of a VARCHAR(n), taken from the domain. */
  async #lengthOf({ tableID, columnID }: pg.FieldDef): Promise<number | undefined> {
    const key = `${tableID}.${columnID}`;
    if (!this.#lengths.has(key)) {
      const { rows } = await this.#client.query<{ name: string }>(
        'SELECT t.typname AS name FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1 AND a.attnum = $2',
        [tableID, columnID],
      );
      const bytes = /^varchar_(\d+)$/.exec(rows[0]?.name ?? '')?.[1];
      this.#lengths.set(key, bytes === undefined ? undefined : Number(bytes));
    }
    return this.#lengths.get(key);
  }

  /**
   * pages "Serializable isolation", "TRUNCATE" and "LOCK": writers of one table queue, readers do not wait. A statement
   * takes its snapshot before it waits.
   */
  async #lockForWriting(table: string): Promise<void> {
    if (!this.#hasSnapshot) await this.#takeSnapshot();
    this.#written = table;
    await this.#client.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
  }

  async #takeSnapshot(): Promise<void> {
    await this.#client.query('SELECT 1');
    this.#hasSnapshot = true;
  }

  async #create(statement: Translation): Promise<void> {
    await this.#query(statement, {});
    // Only now: a query fixes the snapshot, and the objects that the statement needs may be created just before it.
    if (statement.kind === 'create' && statement.references.length > 0) await this.#assertThere(statement.references);
    if (statement.kind === 'create' && statement.texts.length > 0) {
      await this.#client.query(blanksTriggerSql(statement.table, statement.texts));
    }
    if (statement.kind === 'create-as') {
      await this.#assertStorable(statement.table);
      assertColumns(statement.keys, (await this.#columnsOf([statement.table])).get(statement.table) ?? new Set());
      await this.#retype(statement.table);
    }
  }

  /** page "CREATE TABLE": a referenced table must exist. */
  async #assertThere(tables: readonly string[]): Promise<void> {
    const known = await this.#columnsOf(tables);
    const missing = tables.find((table) => !known.has(table));
    if (missing !== undefined) throw new EngineError(`ERROR: relation ${missing} does not exist`);
  }

  /** A query can return types that no column can have (page "Character types": INTERVAL; the catalogue's types; rows). */
  async #assertStorable(table: string): Promise<void> {
    const { rows } = await this.#client.query<{ name: string; type: string }>(
      `SELECT a.attname AS name, t.typname AS type
       FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
       WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT t.typname = ANY ($2)
         AND t.typname NOT LIKE 'unknown\\_literal\\__' AND t.typtype <> 'd'`,
      [table, STORABLE],
    );
    const [column] = rows;
    if (column !== undefined) {
      throw new EngineError(`ERROR: Column "${column.name}" has unsupported type "${column.type}".`);
    }
  }

  /** PostgreSQL made these columns text, where trailing blanks count, unlike in a VARCHAR (page "Character types"). */
  async #retype(table: string): Promise<void> {
    const { rows } = await this.#client.query<{ name: string }>(
      `SELECT quote_ident(attname) AS name FROM pg_catalog.pg_attribute
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND atttypid = CAST('text' AS regtype)`,
      [table],
    );
    if (rows.length === 0) return;
    const changes = rows.map(({ name }) => `ALTER COLUMN ${name} TYPE bpchar`).join(', ');
    await this.#client.query(`ALTER TABLE ${table} ${changes}`);
  }

  async #copy(statement: Extract<Plan, { kind: 'copy' }>, queryId: number): Promise<void> {
    const { options, journal } = this.#shared;
    this.#session.lastCopyCount = 0;
    if (!this.#hasSnapshot) await this.#takeSnapshot();
    const rows = await runCopy(statement.copy, {
      client: this.#client,
      options,
      uncertain: this.#uncertain,
      journal,
      session: this.pid,
      queryId,
      signal: (this.#running as AbortController).signal,
      lock: (table) => this.#lockForWriting(table),
      onBegin: () => {
        this.#session.lastCopyId = queryId;
      },
    });
    this.#session.lastCopyCount = rows;
  }

  /**
   * pages "Serializable isolation", "TRUNCATE" and "LOCK": it commits the transaction so far, and a new transaction
   * begins.
   */
  async #truncate(statement: Translation): Promise<void> {
    await this.#query(statement, {});
    if (this.#transaction === 'none') return;
    await this.#client.query('COMMIT');
    await this.begin();
  }

  async #setting(statement: Extract<Plan, { kind: 'set' | 'show' }>): Promise<Omit<StatementOutcome, 'queryId'>> {
    if (statement.kind === 'show') {
      const columns = [{ name: statement.name, typeName: 'varchar', precision: 65_535, scale: 0 }];
      return { columns, rows: [[this.#session.show(statement.name)]], affected: 1 };
    }
    const sql = this.#session.set(statement.name, statement.value);
    if (sql !== undefined) await this.#client.query(sql);
    return NOTHING;
  }

  #failure(error: unknown, statement: Translation | undefined, queryId: number): Promise<EngineError> {
    const { options, journal } = this.#shared;
    const context: FailureContext = {
      options,
      uncertain: this.#uncertain,
      queryId,
      pid: this.pid,
      tableId: () => journal.tableId(this.#written),
      origin: (position) => statement?.origin(position) ?? position,
    };
    return toEngineError(error, context);
  }

  #log(query: Omit<FinishedQuery, 'session'>): void {
    if (query.queryId !== -1) this.#shared.journal.ran({ ...query, session: this.pid });
  }
}

function isLeaders({ kind, tables, systemTables }: Translation): boolean {
  return LEADER.includes(kind) || (kind === 'query' && tables.length === 0 && systemTables.length === 0);
}
