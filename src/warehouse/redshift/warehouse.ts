import { createHash } from 'node:crypto';
import type { DescribeStatementResponse, SubStatementData } from '@aws-sdk/client-redshift-data';
import { messageOf } from '../../errors.ts';
import { quoteLiteral } from '../../sql/render.ts';
import { StepFailed, WarehouseError } from '../errors.ts';
import type { Batch, ResultSet, Step, StepResult, Warehouse } from '../warehouse.ts';
import { type AwsKeys, openClient, type SdkClient } from './client.ts';
import { DataApi, type Notify, type StatementState } from './data-api.ts';
import { sortedStatement } from './failures.ts';
import { Journal } from './journal.ts';
import { isLoadFailure, readLoadErrors } from './load-errors.ts';
import { assertReads } from './read-only.ts';
import { type BatchStatement, batchStatements, sessionStatements } from './statements.ts';
import { locationOf, type RedshiftTarget } from './target.ts';
import { noWorkPrefix, type PlacedBatch, placeBatch, type WorkStore } from './work.ts';

/** What the engine works with. */
export interface RedshiftOptions {
  readonly target: RedshiftTarget;
  readonly aws: AwsKeys;
  /** Absent where dwh.cfg has none. */
  readonly work: WorkStore | undefined;
  /** Where the run journal is kept. */
  readonly journalFolder: string;
  readonly notify: Notify;
  /** The longest a statement may run. */
  readonly timeoutMilliseconds?: number;
}

const TIMEOUT_MILLISECONDS = 2 * 60 * 60 * 1000;

/** Opens a Redshift warehouse; nothing is called before it is used. */
export function openRedshift(options: RedshiftOptions): Warehouse {
  return new RedshiftWarehouse(options);
}

class RedshiftWarehouse implements Warehouse {
  readonly engine = 'redshift';
  readonly location: string;
  /** The transaction's start; in UTC, as the session is (SYSDATE). */
  readonly now = 'SYSDATE';
  readonly reads = 's3';
  readonly #options: RedshiftOptions;
  readonly #api: DataApi;
  readonly #journal: Journal;
  readonly #attempts = new Map<string, number>();
  readonly #placed = new Map<string, PlacedBatch>();
  #sdk: Promise<SdkClient> | undefined;
  #running: StatementState | undefined;
  #cancelled = false;

  constructor(options: RedshiftOptions) {
    this.#options = options;
    this.location = locationOf(options.target);
    this.#api = new DataApi(() => this.#openSdk(), options.target, options.notify);
    this.#journal = new Journal(options.journalFolder, options.notify);
  }

  async query(sql: string): Promise<ResultSet> {
    assertReads(sql);
    const { schema } = this.#options.target;
    const submission = { name: 'starload-query', token: crypto.randomUUID() };
    // A lone statement remembers nothing of an earlier one, so what a session needs goes along in a batch.
    const session = schema === undefined ? [] : sessionStatements(this.#limits());
    const state =
      session.length === 0
        ? await this.#api.submit(sql, submission)
        : await this.#api.submitBatch([...session, sql], submission);
    const ended = await this.#wait(state);
    if (ended.status !== 'FINISHED') {
      throw sortedStatement((await this.#api.describe(ended.id)).Error ?? `the statement was ${ended.status}`);
    }
    return this.#api.rows(session.length === 0 ? ended.id : `${ended.id}:${session.length + 1}`);
  }

  async existing(tables: readonly string[]): Promise<ReadonlySet<string>> {
    const schema = quoteLiteral(this.#options.target.schema ?? 'public');
    const { rows } = await this.query(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = ${schema}`,
    );
    const found = new Set(rows.map(([name]) => name));
    return new Set(tables.filter((name) => found.has(name)));
  }

  explain(batch: Batch): readonly string[] {
    const files = (step: Step) =>
      step.kind === 'copy'
        ? [
            {
              compression: 'gzip' as const,
              manifest: `${this.#workPrefix()}${batch.name}/${step.table.name}-gzip.manifest`,
              jsonpaths: undefined,
            },
          ]
        : [];
    return batchStatements(batch, { ...this.#limits(), region: this.#options.target.region, filesOf: files }).map(
      ({ sql }) => sql,
    );
  }

  async run(batch: Batch, onStep?: (result: StepResult) => void): Promise<readonly StepResult[]> {
    const placed = await this.#place(batch);
    const region = this.#options.work === undefined ? this.#options.target.region : await this.#options.work.region();
    const statements = batchStatements(batch, { ...this.#limits(), region, filesOf: placed.filesOf });
    const ended = await this.#submit(batch, statements);
    if (ended.status !== 'FINISHED') {
      throw await this.#failure(ended, statements, placed);
    }
    const results = await this.#results(ended.id, statements, batch.steps);
    for (const result of results) {
      onStep?.(result);
    }
    await this.#clean(batch, placed);
    return results;
  }

  async settle(): Promise<void> {
    for (const entry of this.#journal.entries(this.location)) {
      const states =
        entry.id === undefined ? await this.#api.running(entry.name) : [{ id: entry.id, status: 'UNKNOWN' }];
      for (const state of states) {
        this.#options.notify(`waiting for ${entry.name}, which an earlier process submitted (statement ${state.id})`);
        await this.#settleOne(state);
      }
      this.#journal.remove(entry.name);
    }
  }

  async cancel(): Promise<void> {
    this.#cancelled = true;
    if (this.#running !== undefined) {
      await this.#api.cancel(this.#running.id).catch((error: unknown) => this.#options.notify(messageOf(error)));
    }
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

  #workPrefix(): string {
    if (this.#options.work === undefined) {
      throw noWorkPrefix();
    }
    return this.#options.work.prefix;
  }

  /** A batch that is run again finds its parts where they are. */
  async #place(batch: Batch): Promise<PlacedBatch> {
    const known = this.#placed.get(batch.name);
    if (known !== undefined) {
      return known;
    }
    const copies = batch.steps.some(({ kind }) => kind === 'copy');
    if (copies && this.#options.work === undefined) {
      throw noWorkPrefix();
    }
    const placed =
      copies && this.#options.work !== undefined
        ? await placeBatch(batch, this.#options.work)
        : { filesOf: () => [], parts: new Map(), written: [] };
    this.#placed.set(batch.name, placed);
    return placed;
  }

  /** Submits a batch, writes its id down before waiting, and waits for its end. */
  async #submit(batch: Batch, statements: readonly BatchStatement[]): Promise<StatementState> {
    const attempt = (this.#attempts.get(batch.name) ?? 0) + 1;
    this.#attempts.set(batch.name, attempt);
    const name = `starload-${batch.name}`;
    const token = createHash('sha256').update(`${name}#${attempt}`).digest('hex');
    const entry = { name, warehouse: this.location };
    this.#journal.write(entry);
    const state = await this.#api.submitBatch(
      statements.map(({ sql }) => sql),
      { name, token },
    );
    this.#journal.write({ ...entry, id: state.id });
    const ended = await this.#wait(state);
    this.#journal.remove(name);
    return ended;
  }

  async #wait(state: StatementState): Promise<StatementState> {
    this.#running = state;
    try {
      if (this.#cancelled) {
        await this.#api.cancel(state.id);
      }
      return await this.#api.wait(state);
    } finally {
      this.#running = undefined;
    }
  }

  /** A statement the service has forgotten has ended long ago. */
  async #settleOne(state: StatementState): Promise<void> {
    try {
      await this.#api.wait(state);
    } catch (error) {
      if (!/does not exist/i.test(messageOf(error))) {
        throw error;
      }
    }
  }

  async #results(
    id: string,
    statements: readonly BatchStatement[],
    steps: readonly Step[],
  ): Promise<readonly StepResult[]> {
    const rows = new Map<Step, ResultSet>();
    const copied = new Map<Step, number>();
    for (const [index, { step, fetch }] of statements.entries()) {
      if (step !== undefined && fetch !== undefined) {
        const result = await this.#api.rows(`${id}:${index + 1}`);
        if (fetch === 'rows') {
          rows.set(step, result);
        } else {
          copied.set(step, (copied.get(step) ?? 0) + Number(result.rows[0]?.[0] ?? 0));
        }
      }
    }
    return steps.map((step) => ({ name: step.name, affected: copied.get(step) ?? 0, result: rows.get(step) }));
  }

  /** What to throw for a batch that has not finished: the step that failed, why, and what the steps before it returned. */
  async #failure(
    { id, status }: StatementState,
    statements: readonly BatchStatement[],
    placed: PlacedBatch,
  ): Promise<unknown> {
    const description = await this.#api.describe(id);
    if (status === 'ABORTED' && this.#cancelled) {
      return new WarehouseError('cancelled', 'the statement was cancelled');
    }
    const index = failedIndex(description);
    const text = description.SubStatements?.[index]?.Error ?? description.Error ?? `the statement was ${status}`;
    const step = statements[index]?.step;
    const failure = await this.#explain(sortedStatement(text), step, description.SubStatements?.[index], placed);
    if (step === undefined) {
      return failure;
    }
    return new StepFailed(step, failure, await this.#earlierResults(id, statements.slice(0, index)));
  }

  async #explain(
    failure: WarehouseError,
    step: Step | undefined,
    sub: SubStatementData | undefined,
    placed: PlacedBatch,
  ): Promise<WarehouseError> {
    if (step?.kind !== 'copy' || !isLoadFailure(failure.message)) {
      return failure;
    }
    const queryId = sub?.RedshiftQueryId ?? 0;
    const problems =
      queryId > 0 ? await readLoadErrors((sql) => this.query(sql), queryId, placed.parts.get(step) ?? []) : [];
    return new WarehouseError(failure.kind, failure.message, { cause: failure, next: failure.next, problems });
  }

  /** Best effort: the service may not keep results of a batch that failed, and the message then has to do. */
  async #earlierResults(id: string, statements: readonly BatchStatement[]): Promise<readonly StepResult[]> {
    const results: StepResult[] = [];
    for (const [index, { step, fetch }] of statements.entries()) {
      if (step !== undefined && fetch === 'rows') {
        try {
          results.push({ name: step.name, affected: 0, result: await this.#api.rows(`${id}:${index + 1}`) });
        } catch (error) {
          this.#options.notify(`the rows of ${step.name} could not be read: ${messageOf(error)}`);
        }
      }
    }
    return results;
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

/** The statement that failed, from 0; the last one that began where none says so. */
function failedIndex({ SubStatements = [] }: DescribeStatementResponse): number {
  const failed = SubStatements.findIndex(
    ({ Status, Error: text }) => Status === 'FAILED' || (text !== undefined && text !== ''),
  );
  return failed === -1 ? SubStatements.findIndex(({ Status }) => Status !== 'FINISHED') : failed;
}
