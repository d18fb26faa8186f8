import { randomUUID } from 'node:crypto';
import type { AwsOptions } from '../../aws/client.ts';
import { messageOf } from '../../errors.ts';
import { Qualifier } from '../../sql/qualify.ts';
import { withoutComments } from '../../sql/tokens.ts';
import type { RedshiftTarget } from '../../target.ts';
import { WarehouseError } from '../errors.ts';
import { collect } from '../pages.ts';
import { timestampValue } from '../values.ts';
import type {
  Batch,
  OnMoment,
  QueryOptions,
  Relation,
  ResultSet,
  RunningBatch,
  Step,
  StepResult,
  Warehouse,
} from '../warehouse.ts';
import { openClient, type SdkClient } from './client.ts';
import { DataApi, type Notify, type StatementState } from './data-api.ts';
import { sortedStatement } from './failures.ts';
import { Journal } from './journal.ts';
import { momentOf } from './moments.ts';
import { readFailure, readResults } from './outcome.ts';
import { assertReads } from './read-only.ts';
import {
  FIRST_OF_PATH,
  NOTHING_OF_OTHERS,
  placesOf,
  readFirstOfPath,
  readRelations,
  relationsSql,
  schemaExistsSql,
  tablesGuardSql,
} from './schema.ts';
import {
  type BatchStatement,
  batchStatements,
  checkLength,
  countStatements,
  MAX_STATEMENTS,
  sessionStatements,
} from './statements.ts';
import { NAME_PREFIX, type StatementWatch, Submitter } from './submitter.ts';
import { locationOf } from './target.ts';
import { NOTHING_PLACED, noWorkPrefix, type PlacedBatch, placeBatch, plannedFiles, type WorkFolder } from './work.ts';

/** What the engine needs. */
export interface RedshiftOptions {
  readonly target: RedshiftTarget;
  readonly aws: AwsOptions;
  /** Absent if dwh.cfg has none. */
  readonly work: WorkFolder | undefined;
  /** The region of a location in S3. */
  readonly regionOf: (uri: string) => Promise<string>;
  /** The folder of the run journal. */
  readonly journalFolder: string;
  readonly notify: Notify;
  /** The longest time a statement may run, in milliseconds. */
  readonly timeoutMilliseconds?: number | undefined;
}

const QUERY_NAME = `${NAME_PREFIX}query`;

const TIMEOUT_MILLISECONDS = 2 * 60 * 60 * 1000;

/** Opens a Redshift warehouse. Makes no call before first use. */
export function openRedshift(options: RedshiftOptions): Warehouse {
  return new RedshiftWarehouse(options);
}

interface ReadOptions extends Pick<QueryOptions, 'standing'> {
  readonly searched?: string;
  readonly guards?: readonly string[];
}

/** One BatchExecuteStatement per batch: a transaction in its own session. */
class RedshiftWarehouse implements Warehouse {
  readonly engine = 'redshift';
  readonly location: string;
  /** The start of the transaction, in UTC like the session. */
  readonly now = 'SYSDATE';
  readonly reads = 's3';
  readonly statementLimit = { most: MAX_STATEMENTS, needs: countStatements };
  readonly losesGrants = true;
  readonly loads: Warehouse['loads'];
  readonly #options: RedshiftOptions;
  readonly #api: DataApi;
  readonly #submitter: Submitter;
  readonly #placed = new Map<string, PlacedBatch>();
  /** Undefined until it is known. */
  #schema: string | undefined;
  #sdk: Promise<SdkClient> | undefined;

  constructor(options: RedshiftOptions) {
    const { target, journalFolder, notify } = options;
    this.#options = options;
    this.#schema = target.schema;
    this.location = locationOf(target);
    this.loads = options.work === undefined ? 'folders' : 'parts';
    this.#api = new DataApi(() => this.#openSdk(), target, notify);
    this.#submitter = new Submitter(this.#api, new Journal(journalFolder, notify), {
      warehouse: this.location,
      notify,
      deadlineMilliseconds: this.#timeoutMilliseconds,
    });
  }

  async schema(): Promise<string> {
    if (this.#schema === undefined) {
      const submission = { name: QUERY_NAME, token: randomUUID() };
      const submitted = await this.#api.submit(FIRST_OF_PATH, submission);
      this.#schema = readFirstOfPath(await this.#api.rows(await this.#finished(submitted)));
    }
    return this.#schema;
  }

  query(sql: string, options?: QueryOptions): Promise<ResultSet> {
    return collect(this.pages(sql, options));
  }

  async *pages(sql: string, options: QueryOptions = {}): AsyncGenerator<ResultSet> {
    const { asWritten = false, tables = [], standing } = options;
    assertReads(sql);
    const schema = await this.schema();
    const guards = tables.length === 0 ? [] : [tablesGuardSql(schema, tables)];
    yield* asWritten
      ? this.#read(sql, { searched: schema, guards, standing })
      : this.#read(withoutComments(new Qualifier(placesOf(schema)).statement(sql)), { guards, standing });
  }

  async relations(names: readonly string[]): Promise<readonly Relation[]> {
    return readRelations(await collect(this.#read(relationsSql(await this.schema(), names))));
  }

  /** Statements of this AWS identity; the Data API shows no others. */
  async running(): Promise<readonly RunningBatch[]> {
    const { statements, ofRole } = await this.#api.running(NAME_PREFIX);
    if (!ofRole) {
      this.#options.notify('only statements of this session can be listed, not those of other sessions of its role');
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

  async explain(batch: Batch): Promise<readonly string[]> {
    const { work, target } = this.#options;
    const filesOf = (step: Step) => plannedFiles(batch, step, work?.prefix ?? 's3://WORK_PREFIX/');
    const places = { region: target.region, filesOf, regions: new Map() };
    return batchStatements(batch, { ...(await this.#limits()), ...places }).map(({ sql }) => sql);
  }

  async run(batch: Batch, onMoment: OnMoment = () => {}): Promise<readonly StepResult[]> {
    try {
      return await this.#run(batch, onMoment);
    } finally {
      const left = batch.leavesNothing === true ? this.#placed.get(batch.name) : undefined;
      if (left !== undefined) {
        await this.#clean(batch, left);
      }
    }
  }

  async #run(batch: Batch, onMoment: OnMoment): Promise<readonly StepResult[]> {
    const { work, target, notify } = this.#options;
    const placed = await this.#place(batch, onMoment);
    const region = (await work?.region()) ?? target.region;
    const regions = await this.#folderRegions(batch);
    const makesSchema = batch.creates === true && !(await this.#hasSchema());
    const places = { region, filesOf: placed.filesOf, regions, makesSchema };
    const written = batchStatements(batch, { ...(await this.#limits()), ...places });
    const statements = batch.asWritten === true ? written : written.map(bare);
    const { id, status } = await this.#submitter.submit(
      batch.name,
      statements.map(({ sql }) => sql),
      this.#watch(batch, statements, onMoment),
    );
    const ended = { id, statements, placed };
    if (status !== 'FINISHED') {
      throw this.#submitter.cancelled && status === 'ABORTED'
        ? new WarehouseError('cancelled', 'the statement was cancelled')
        : await readFailure(this.#api, ended, status, (sql) => collect(this.#read(sql)), notify);
    }
    await this.#clean(batch, placed);
    return readResults(this.#api, ended, batch.steps).catch((error: unknown) => {
      throw committedUnread(batch, error);
    });
  }

  /** Uses only the calls that waiting makes anyway. The first comes after WAIT_SECONDS, so a short batch has none. */
  #watch(batch: Batch, statements: readonly BatchStatement[], onMoment: OnMoment): StatementWatch {
    return {
      onSubmitted: (id) => onMoment({ kind: 'submitted', by: `statement ${id}` }),
      onLook: ({ SubStatements: told = [] }) => {
        const moment = momentOf(batch, statements, told);
        if (moment !== undefined) {
          onMoment(moment.kind === 'locking' ? { ...moment, blockers: () => this.#others(batch) } : moment);
        }
      },
    };
  }

  /** Other loaders of this AWS identity. The Data API does not show who else holds a lock. */
  async #others({ name }: Batch): Promise<readonly RunningBatch[]> {
    return (await this.running()).filter((other) => other.name !== name);
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
    this.#sdk ??= openClient({ ...this.#options.aws, region: this.#options.target.region });
    return this.#sdk;
  }

  async #hasSchema(): Promise<boolean> {
    const { rows } = await collect(this.#read(schemaExistsSql(await this.schema())));
    return Number(rows[0]?.[0]) > 0;
  }

  async #limits() {
    const { target } = this.#options;
    const timeoutMilliseconds = this.#timeoutMilliseconds;
    return { schema: await this.schema(), iamRole: target.iamRole, timeoutMilliseconds };
  }

  get #timeoutMilliseconds(): number {
    return this.#options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
  }

  /**
   * Runs a query. A lone statement does not see the settings of an earlier one, so the session's settings are sent in
   * the same batch. So are guards, which fail if the query must not be run, and the question for what else is asked.
   */
  async *#read(
    sql: string,
    { searched = NOTHING_OF_OTHERS, guards = [], standing }: ReadOptions = {},
  ): AsyncGenerator<ResultSet> {
    checkLength(sql, 'the query');
    const session = sessionStatements({ timeoutMilliseconds: this.#timeoutMilliseconds }, searched);
    const inquiry = standing === undefined ? [] : [relationsSql(await this.schema(), standing.names)];
    const before = [...session, ...inquiry, ...guards];
    const submission = { name: QUERY_NAME, token: randomUUID() };
    const submitted = await this.#api.submitBatch([...before, sql], submission, { holdBack: true });
    const id = await this.#finished(submitted, sql);
    standing?.tell(readRelations(await this.#api.rows(`${id}:${session.length + 1}`)));
    yield* this.#api.pages(`${id}:${before.length + 1}`);
  }

  /** Waits for statements that return rows. Returns their id, or throws their error. */
  async #finished(submitted: StatementState, sql?: string): Promise<string> {
    const { id, status } = await this.#submitter.wait(submitted);
    if (status !== 'FINISHED') {
      throw sortedStatement((await this.#api.describe(id)).Error ?? `the statement was ${status}`, sql);
    }
    return id;
  }

  /** COPY needs the region of what it reads, for each folder. */
  async #folderRegions(batch: Batch): Promise<ReadonlyMap<Step, string>> {
    const regions = new Map<Step, string>();
    for (const step of batch.steps) {
      if (step.kind === 'copy-folder') {
        regions.set(step, await this.#options.regionOf(step.folder.uri));
      }
    }
    return regions;
  }

  /** If a batch is run again, its parts are still in place. */
  async #place(batch: Batch, onMoment: OnMoment): Promise<PlacedBatch> {
    const { work } = this.#options;
    const known = this.#placed.get(batch.name);
    if (known !== undefined || !batch.steps.some(({ kind }) => kind === 'copy')) {
      return known ?? NOTHING_PLACED;
    }
    if (work === undefined) {
      throw noWorkPrefix();
    }
    const placed = await placeBatch(batch, work, onMoment);
    this.#placed.set(batch.name, placed);
    return placed;
  }

  /** The work prefix is cleaned after the commit. After a failure it is kept for inspection, unless nothing may be left. */
  async #clean(batch: Batch, { written }: PlacedBatch): Promise<void> {
    this.#placed.delete(batch.name);
    try {
      await this.#options.work?.remove(written);
    } catch (error) {
      this.#options.notify(
        batch.leavesNothing === true
          ? `the files of ${batch.name} in the work prefix could not be removed: ${messageOf(error)}`
          : `the run is loaded, but its files in the work prefix could not be removed: ${messageOf(error)}`,
      );
    }
  }
}

function bare(statement: BatchStatement): BatchStatement {
  return { ...statement, sql: withoutComments(statement.sql) };
}

/** The error for a transaction that has committed but whose results cannot be read. */
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
