import { randomUUID } from 'node:crypto';
import type { AwsOptions } from '../../aws/client.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/render.ts';
import type { RedshiftTarget } from '../../target.ts';
import type { KeptSession, SendOptions, Sent, Service } from '../service.ts';
import type { ResultSet } from '../warehouse.ts';
import { openClient, type SdkClient } from './client.ts';
import { DataApi, hasEnded, type Notify, type StatementState } from './data-api.ts';
import { sortedStatement } from './failures.ts';
import { NAME_PREFIX } from './submitter.ts';

/** How to reach the service. */
export interface ServiceOptions {
  readonly target: RedshiftTarget;
  readonly aws: AwsOptions;
  /** The region from which its COPYs read. */
  readonly copyRegion: string;
  readonly notify: Notify;
}

const NAME = `${NAME_PREFIX}certify`;
const SESSION_SECONDS = 120;

/** Opens the Data API of a Redshift warehouse. Makes no call before first use. */
export function openService(options: ServiceOptions): Service {
  return new DataApiService(options);
}

class DataApiService implements Service {
  readonly kind: Service['kind'];
  readonly region: string;
  readonly #options: ServiceOptions;
  readonly #api: DataApi;
  readonly #running = new Set<string>();
  #sdk: Promise<SdkClient> | undefined;

  constructor(options: ServiceOptions) {
    const { target, notify } = options;
    this.kind = target.workgroup === undefined ? 'cluster' : 'workgroup';
    this.region = target.region;
    this.#options = options;
    this.#api = new DataApi(() => this.#openSdk(), target, notify);
  }

  async send(sqls: readonly string[], { token = randomUUID(), mode, onStarted }: SendOptions = {}): Promise<Sent> {
    const submission = { name: NAME, token };
    const state = await this.#api.submitBatch(sqls, submission, { holdBack: onStarted === undefined, mode });
    await this.#ended(state, onStarted);
    const { Status = '', Error: error = '', SubStatements = [] } = await this.#api.describe(state.id);
    const parts = SubStatements.map((part) => ({
      status: part.Status ?? '',
      error: part.Error ?? '',
      queryId: part.RedshiftQueryId ?? 0,
    }));
    return { id: state.id, status: Status, error, parts };
  }

  rows(id: string, part: number): Promise<ResultSet> {
    return this.#api.rows(`${id}:${part}`);
  }

  async text(id: string, part: number): Promise<string> {
    return (await this.#api.firstField(`${id}:${part}`))?.stringValue ?? '';
  }

  copy(table: string, column: string, uri: string, options = ''): string {
    const { target, copyRegion } = this.#options;
    const role = target.iamRole === 'default' ? 'default' : quoteLiteral(target.iamRole);
    return `COPY ${quoteIdentifier(table)} (${quoteIdentifier(column)}) FROM ${quoteLiteral(uri)} IAM_ROLE ${role} FORMAT AS JSON 'auto' REGION ${quoteLiteral(copyRegion)} COMPUPDATE OFF STATUPDATE OFF ${options}`.trimEnd();
  }

  async openSession(sql: string): Promise<KeptSession> {
    const submission = () => ({ name: NAME, token: randomUUID() });
    const opened = await this.#api.submit(sql, submission(), { keepSeconds: SESSION_SECONDS });
    const { sessionId = '' } = opened;
    await this.#finished(opened);
    return {
      run: async (next) => this.#finished(await this.#api.submit(next, submission(), { sessionId })),
    };
  }

  async cancel(id?: string): Promise<void> {
    const doomed = id === undefined ? [...this.#running] : [id];
    await Promise.all(doomed.map((each) => this.#api.cancel(each).catch(() => undefined)));
  }

  async close(): Promise<void> {
    (await this.#sdk)?.client.destroy();
  }

  async #ended(state: StatementState, onStarted?: SendOptions['onStarted']): Promise<StatementState> {
    this.#running.add(state.id);
    try {
      if (onStarted !== undefined) {
        await this.#untilStarted(state);
        onStarted(state.id);
      }
      return await this.#api.wait(state);
    } finally {
      this.#running.delete(state.id);
    }
  }

  async #finished(state: StatementState): Promise<void> {
    const { status } = await this.#ended(state);
    if (status !== 'FINISHED') {
      throw sortedStatement((await this.#api.describe(state.id)).Error ?? `the statement was ${status}`);
    }
  }

  /** SUBMITTED and PICKED come before. Only polling shows the change. */
  async #untilStarted({ id }: StatementState): Promise<void> {
    for (;;) {
      const { Status: status = 'UNKNOWN' } = await this.#api.describe(id);
      if (status === 'STARTED' || hasEnded({ id, status })) {
        return;
      }
      await this.#api.pause();
    }
  }

  #openSdk(): Promise<SdkClient> {
    this.#sdk ??= openClient({ ...this.#options.aws, region: this.#options.target.region });
    return this.#sdk;
  }
}
