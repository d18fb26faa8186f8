import { setTimeout as sleep } from 'node:timers/promises';
import type { DurablePostgres } from '../../standin/engine/postgres.ts';
import type { S3Request } from '../../standin/s3-request.ts';
import type { Standin } from '../../standin/standin.ts';
import { type FaultTrial, loadAnd } from './faults.ts';
import type { Life } from './life.ts';
import { runLoader } from './loader.ts';
import { dataApiFaults, isLoad } from './redshift.ts';
import { Relay } from './relay.ts';
import type { Via } from './site.ts';

/** What can happen to a PostgreSQL server and the way to it. */
export function postgresFaults(server: DurablePostgres): readonly FaultTrial[] {
  return [
    {
      name: 'the server is killed and started again',
      run: (life, rng) =>
        loadAnd(life.place, rng, async () => {
          await server.crash();
          await server.restart();
        }),
    },
    cutConnections('the connection is cut', (port) => ({ warehouse: port }), server.port),
  ];
}

/** What can happen to the Data API, the warehouse behind it, S3, and the way to them. */
export function redshiftFaults(standin: Standin): readonly FaultTrial[] {
  const { warehouse, s3 } = { warehouse: portOf(standin.dataApi.url), s3: portOf(standin.s3.url) };
  return [
    cutConnections('the connection to the Data API is cut', (port) => ({ warehouse: port, s3 }), warehouse),
    cutConnections('the connection to S3 is cut', (port) => ({ warehouse, s3: port }), s3),
    cutConnections('the Data API is away for a while', (port) => ({ warehouse: port, s3 }), warehouse, 800),
    {
      name: 'the warehouse is started again',
      run: async (life, rng) => {
        dataApiFaults.injected = (call) => {
          if (!isLoad(call)) {
            return undefined;
          }
          return { kind: 'abort', at: 1 + rng.below((call.body['Sqls'] as readonly string[]).length) };
        };
        return runLoader(life.place).finally(() => {
          dataApiFaults.injected = () => undefined;
        });
      },
    },
    s3Fault(standin, 'S3 answers with errors', () => ({ kind: 'error', status: 500, code: 'InternalError' })),
    s3Fault(standin, 'S3 breaks off its answers', () => ({ kind: 'cut', after: 10 })),
    whenRead(standin, 'an object is changed after it was listed', (life, path) => life.replace(path)),
    whenRead(standin, 'an object is deleted after it was listed', (life, path) => life.withdraw(path)),
  ];
}

function cutConnections(name: string, via: (port: number) => Via, target: number, downMilliseconds = 0): FaultTrial {
  return {
    name,
    run: async (life, rng) => {
      const relay = await Relay.to(target);
      const ended = await loadAnd(life.newPlace({ via: via(relay.port) }), rng, async () => {
        relay.isDown = downMilliseconds > 0;
        relay.cut();
        await sleep(rng.below(downMilliseconds + 1));
        relay.isDown = false;
      });
      await relay.close();
      return ended;
    },
  };
}

/** From some request on, several fail: the SDK's own retries may or may not be enough. */
function s3Fault(standin: Standin, name: string, make: () => ReturnType<Standin['s3']['faults']>): FaultTrial {
  return {
    name,
    run: async (life, rng) => {
      const [first, count] = [rng.below(14), 1 + rng.below(8)];
      let requests = 0;
      standin.s3.faults = () => {
        requests += 1;
        return requests > first && requests <= first + count ? make() : undefined;
      };
      return runLoader(life.place).finally(() => {
        standin.s3.faults = () => undefined;
      });
    },
  };
}

/** When the first object is read that has just arrived, something happens to it before the answer. */
function whenRead(standin: Standin, name: string, action: (life: Life, path: string) => void): FaultTrial {
  return {
    name,
    run: async (life, _, files) => {
      const path = files[0]?.path ?? '';
      let done = false;
      standin.s3.faults = ({ operation, key }: S3Request) => {
        if (!done && operation === 'GetObject' && key === path) {
          done = true;
          action(life, path);
        }
        return undefined;
      };
      return runLoader(life.place).finally(() => {
        standin.s3.faults = () => undefined;
      });
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
