import { randomUUID } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import { quoteLiteral } from '../../sql/render.ts';
import { WarehouseError } from '../errors.ts';
import { timestampValue } from '../values.ts';
import type { Batch, ResultSet, RunningBatch, Step, StepResult, Warehouse } from '../warehouse.ts';
import { type AwsKeys, openClient, type SdkClient } from './client.ts';
import { DataApi, type Notify, type StatementState } from './data-api.ts';
import { sortedStatement } from './failures.ts';
import { Journal } from './journal.ts';
import { readFailure, readResults } from './outcome.ts';
import { assertReads } from './read-only.ts';
import { batchStatements, sessionStatements } from './statements.ts';
import { NAME_PREFIX, Submitter } from './submitter.ts';
import { locationOf, type RedshiftTarget } from './target.ts';
import { NOTHING_PLACED, noWorkPrefix, type PlacedBatch, placeBatch, plannedFiles, type WorkStore } from './work.ts';

/** What the engine works with. */
export interface RedshiftOptions {
  readonly target: RedshiftTarget;
  readonly aws: AwsKeys;
  /** Absent where dwh.cfg has none. */
  readonly work: WorkStore | undefined;
  /** The region of a place in S3. */
  readonly regionOf: (uri: string) => Promise<string>;
  /** Where the run journal is kept. */
  readonly journalFolder: string;
  readonly notify: Notify;
  /** The longest a statement may run. */
  readonly timeoutMilliseconds?: number | undefined;
}

const QUERY_NAME = `${NAME_PREFIX}query`;

const TIMEOUT_MILLISECONDS = 2 * 60 * 60 * 1000;

/** Opens a Redshift warehouse; nothing is called before it is used. */
export function openRedshift(options: RedshiftOptions): Warehouse {
  return new RedshiftWarehouse(options);
}

/** One BatchExecuteStatement a batch: a transaction of its own session. */
class RedshiftWarehouse implements Warehouse {
  readonly engine = 'redshift';
  readonly location: string;
  /** The transaction's start; in UTC, as the session is. */
  readonly now = 'SYSDATE';
  readonly reads = 's3';
  readonly loads: Warehouse['loads'];
  readonly #options: RedshiftOptions;
  readonly #api: DataApi;
  readonly #submitter: Submitter;
  readonly #placed = new Map<string, PlacedBatch>();
  #sdk: Promise<SdkClient> | undefined;

  constructor(options: RedshiftOptions) {
    const { target, journalFolder, notify } = options;
    this.#options = options;
    this.location = locationOf(target);
    this.loads = options.work === undefined ? 'folders' : 'parts';
    this.#api = new DataApi(() => this.#openSdk(), target, notify);
    this.#submitter = new Submitter(this.#api, new Journal(journalFolder, notify), {
      warehouse: this.location,
      notify,
      deadlineMilliseconds: options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS,
    });
  }

  async query(sql: string): Promise<ResultSet> {
    assertReads(sql);
    const { schema } = this.#options.target;
    const submission = { name: QUERY_NAME, token: randomUUID() };
    if (schema === undefined) {
      return this.#rowsOf(await this.#api.submit(sql, submission), '');
    }
    // A lone statement remembers nothing of an earlier one, so what a session needs goes along in a batch.
    const session = sessionStatements(this.#limits());
    return this.#rowsOf(
      await this.#api.submitBatch([...session, sql], submission, { holdBack: true }),
      `:${session.length + 1}`,
    );
  }

  async existing(tables: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.query(existingSql(this.#options.target.schema));
    const found = new Set(rows.map(([name]) => name));
    return new Set(tables.filter((name) => found.has(name)));
  }

  /** Statements of this AWS identity: the Data API shows no others. */
  async running(): Promise<readonly RunningBatch[]> {
    const { statements, ofRole } = await this.#api.running(NAME_PREFIX);
    if (!ofRole) {
      this.#options.notify("only this session's statements may be listed, not those of its role's other sessions");
    }
    return statements
      .filter(({ name }) => name !== QUERY_NAME)
      .map(({ id, name, status, createdAt }) => ({
        name: name.slice(NAME_PREFIX.length),
        since: timestampValue(createdAt?.toISOString().replace('T', ' ').replace('Z', '') ?? ''),
        holdsLock: undefined,
        by: `statement ${id}, ${status}`,
      }));
  }

  explain(batch: Batch): readonly string[] {
    const { work, target } = this.#options;
    const filesOf = (step: Step) => plannedFiles(batch, step, work?.prefix ?? 's3://WORK_PREFIX/');
    return batchStatements(batch, { ...this.#limits(), region: target.region, filesOf, regions: new Map() }).map(
      ({ sql }) => sql,
    );
  }

  async run(batch: Batch, onStep?: (result: StepResult) => void): Promise<readonly StepResult[]> {
    const { work, target, notify } = this.#options;
    const placed = await this.#place(batch);
    const region = (await work?.region()) ?? target.region;
    const regions = await this.#folderRegions(batch);
    const statements = batchStatements(batch, { ...this.#limits(), region, filesOf: placed.filesOf, regions });
    const { id, status } = await this.#submitter.submit(
      batch.name,
      statements.map(({ sql }) => sql),
    );
    const ended = { id, statements, placed };
    if (status !== 'FINISHED') {
      throw this.#submitter.cancelled && status === 'ABORTED'
        ? new WarehouseError('cancelled', 'the statement was cancelled')
        : await readFailure(this.#api, ended, status, (sql) => this.query(sql), notify);
    }
    await this.#clean(batch, placed);
    const results = await readResults(this.#api, ended, batch.steps).catch((error: unknown) => {
      throw committedUnread(batch, error);
    });
    for (const result of results) {
      onStep?.(result);
    }
    return results;
  }

  settle(): Promise<void> {
    return this.#submitter.settle();
  }

  cancel(): Promise<void> {
    return this.#submitter.cancel();
  }

  async close(): Promise<void> {
    const sdk = await this.#sdk;
    sdk?.client.destroy();
  }

  #openSdk(): Promise<SdkClient> {
    this.#sdk ??= openClient(this.#options.target.region, this.#options.aws);
    return this.#sdk;
  }

  #limits() {
    const { target, timeoutMilliseconds = TIMEOUT_MILLISECONDS } = this.#options;
    return { schema: target.schema, iamRole: target.iamRole, timeoutMilliseconds };
  }

  async #rowsOf(state: StatementState, sub: string): Promise<ResultSet> {
    const { id, status } = await this.#submitter.wait(state);
    if (status !== 'FINISHED') {
      throw sortedStatement((await this.#api.describe(id)).Error ?? `the statement was ${status}`);
    }
    return this.#api.rows(`${id}${sub}`);
  }

  /** COPY wants to know the region of what it reads, folder by folder. */
  async #folderRegions(batch: Batch): Promise<ReadonlyMap<Step, string>> {
    const regions = new Map<Step, string>();
    for (const step of batch.steps) {
      if (step.kind === 'copy-folder') {
        regions.set(step, await this.#options.regionOf(step.folder.uri));
      }
    }
    return regions;
  }

  /** A batch that is run again finds its parts where they are. */
  async #place(batch: Batch): Promise<PlacedBatch> {
    const { work } = this.#options;
    const known = this.#placed.get(batch.name);
    if (known !== undefined || !batch.steps.some(({ kind }) => kind === 'copy')) {
      return known ?? NOTHING_PLACED;
    }
    if (work === undefined) {
      throw noWorkPrefix();
    }
    const placed = await placeBatch(batch, work);
    this.#placed.set(batch.name, placed);
    return placed;
  }

  /** The work prefix is cleaned after the commit and kept after a failure, for a look. */
  async #clean(batch: Batch, { written }: PlacedBatch): Promise<void> {
    this.#placed.delete(batch.name);
    try {
      await this.#options.work?.remove(written);
    } catch (error) {
      this.#options.notify(
        `the run is loaded, but its files in the work prefix could not be removed: ${messageOf(error)}`,
      );
    }
  }
}

/** The tables of a schema; those of `public` where none is named. */
export function existingSql(schema = 'public'): string {
  return `SELECT table_name FROM information_schema.tables WHERE table_schema = ${quoteLiteral(schema)}`;
}

/** The transaction is done; only what it returned is not to be had. */
function committedUnread({ name }: Batch, cause: unknown): WarehouseError {
  return new WarehouseError(
    'unreachable',
    `${name} has committed, but its results could not be read: ${messageOf(cause)}`,
    {
      next: 'Nothing needs to be repeated: npm run status shows what is loaded.',
      cause,
    },
  );
}
