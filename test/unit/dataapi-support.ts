import {
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import type { DataApiOptions } from '../../standin/dataapi/options.ts';
import { type DataApi, startDataApi } from '../../standin/dataapi/server.ts';
import {
  type Backend,
  type ColumnInfo,
  type ConnectTarget,
  type Engine,
  EngineError,
  type Parameters,
  type StatementOutcome,
} from '../../standin/executor.ts';

// The SDK would say in every test file that its next year's versions need a newer Node.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** What a fake statement does. */
export type Answer = (parameters: Parameters | undefined) => StatementOutcome | Promise<StatementOutcome>;

/** A result of text values, one type for all columns. */
export function rows(typeNames: readonly string[], ...values: readonly (readonly (string | null)[])[]): Answer {
  const columns = typeNames.map(
    (typeName, index): ColumnInfo => ({ name: `c${index}`, typeName, precision: 10, scale: 0 }),
  );
  return () => ({ columns, rows: values, affected: values.length, queryId: 7 });
}

/** An outcome without a result set. */
export function affects(affected: number): Answer {
  return () => ({ columns: undefined, rows: [], affected, queryId: 8 });
}

/**
 * An engine that knows statements by their text, and fails all others unless told otherwise. `block` runs until it is cancelled. `log` has what
 * was asked of it, in order.
 */
export class FakeEngine implements Engine {
  readonly log: string[] = [];
  open = 0;
  readonly #answers: Readonly<Record<string, Answer>>;
  readonly #otherwise: Answer | undefined;
  #pid = 100;

  constructor(answers: Readonly<Record<string, Answer>> = {}, otherwise?: Answer) {
    this.#otherwise = otherwise;
    this.#answers = { 'select 1': rows(['int4'], ['1']), insert: affects(3), ...answers };
  }

  databases(): readonly string[] {
    return ['a', 'b'];
  }

  async connect({ database, user }: ConnectTarget): Promise<Backend> {
    if (database === 'nowhere') {
      throw new EngineError('FATAL: database "nowhere" does not exist');
    }
    this.log.push(`connect ${database} as ${user}`);
    this.open += 1;
    this.#pid += 1;
    return this.#backend(this.#pid);
  }

  async stop(): Promise<void> {}

  #backend(pid: number): Backend {
    const say = async (word: string) => void this.log.push(word);
    let cancelled: (() => void) | undefined;
    return {
      pid,
      begin: () => say('begin'),
      commit: () => say('commit'),
      rollback: () => say('rollback'),
      cancel: async () => cancelled?.(),
      close: async () => {
        this.open -= 1;
        await say('close');
      },
      execute: async (sql, parameters) => {
        this.log.push(sql);
        if (sql === 'block') {
          await new Promise<void>((resolve) => {
            cancelled = resolve;
          });
          throw new EngineError("ERROR: Query (9) cancelled on user's request");
        }
        const answer = this.#answers[sql] ?? this.#otherwise;
        if (answer === undefined) {
          throw new EngineError(`ERROR: syntax error at or near "${sql}"`);
        }
        return answer(parameters);
      },
    };
  }
}

/** A stand-in, its engine and a real SDK client that talks to it. */
export interface Setup {
  readonly api: DataApi;
  readonly engine: FakeEngine;
  readonly client: RedshiftDataClient;
  /** Submits one statement to the cluster. Returns its Id. */
  execute(sql: string, more?: Partial<ExecuteStatementCommandInput>): Promise<string>;
  /** Describes a statement when it is over. */
  ended(id: string): Promise<DescribeStatementCommandOutput>;
}

/** Where statements go unless a test says otherwise. */
export const CLUSTER = { ClusterIdentifier: 'dwh', Database: 'dev', DbUser: 'loader' };

/** Runs a test against a stand-in; checks that every backend is closed when it stopped. */
export async function withDataApi(
  options: Partial<Omit<DataApiOptions, 'engine'>> & { engine?: FakeEngine; attempts?: number },
  action: (setup: Setup) => Promise<void>,
): Promise<void> {
  const { engine = new FakeEngine(), attempts = 1, ...rest } = options;
  const api = await startDataApi({ second: 20, ...rest, engine });
  const client = new RedshiftDataClient({
    endpoint: api.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
    maxAttempts: attempts,
  });
  try {
    await action({
      api,
      engine,
      client,
      execute: async (Sql, more = CLUSTER) =>
        (await client.send(new ExecuteStatementCommand({ Sql, ...more }))).Id ?? '',
      ended: (id) => ended(client, id),
    });
  } finally {
    client.destroy();
    await api.stop();
  }
  expect(engine.open).toBe(0);
}

async function ended(client: RedshiftDataClient, Id: string): Promise<DescribeStatementCommandOutput> {
  for (;;) {
    const description = await client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 }));
    if (['FINISHED', 'FAILED', 'ABORTED'].includes(description.Status ?? '')) {
      return description;
    }
  }
}
