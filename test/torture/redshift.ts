import { setTimeout as sleep } from 'node:timers/promises';
import { openRedshift } from '../../src/warehouse/redshift/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import type { Fault, InjectedCall } from '../../standin/dataapi/faults.ts';
import { CLUSTER, DATABASE, REGION, ROLE, type Standin } from '../../standin/standin.ts';
import { clusterSections } from '../support/redshift-config.ts';
import { uniqueName } from '../support/unique.ts';
import { labelOf } from './labels.ts';
import { type Ground, loadSection, makePlace, type PlaceOptions, type Site, type Via } from './site.ts';

/** What goes wrong at the Data API; set by whoever wants it to. */
export const dataApiFaults: { injected: (call: InjectedCall) => Fault | undefined } = { injected: () => undefined };

/** How long a statement is held for a kill to hit it. */
const HELD_MILLISECONDS = 150;
const LONGEST_WAIT_MILLISECONDS = 5000;

/** The Redshift stand-in, started with `dataApiFaults`: a schema and a bucket for each site. */
export function redshiftGround(standin: Standin): Ground {
  Object.assign(process.env, standin.environment);
  standin.s3.createBucket('work', REGION);
  return {
    engine: 'redshift',
    makeSite: async (folder) => makeSite(standin, folder, uniqueName('torture', '-')),
    stop: () => standin.stop(),
    block: ({ schema = '' }) => lockSongs(standin, schema),
    doing: () => running(standin),
    holdAt: (share) => {
      const reached = new Promise<string>((resolve) => {
        dataApiFaults.injected = (call) => {
          if (!isLoad(call)) {
            return undefined;
          }
          dataApiFaults.injected = () => undefined;
          const statements = call.body['Sqls'] as readonly string[];
          const at = share >= 0.95 ? 'commit' : 1 + Math.floor((share / 0.95) * statements.length);
          void reach(standin, at).then(resolve);
          return { kind: 'slow', at, milliseconds: HELD_MILLISECONDS };
        };
      });
      return { reached, release: () => Object.assign(dataApiFaults, { injected: () => undefined }) };
    },
  };
}

/** A transaction that keeps `songs` of a schema from being written. */
async function lockSongs({ engine }: Standin, schema: string): Promise<() => Promise<void>> {
  const backend = await engine.connect({ database: DATABASE, user: 'awsuser' });
  await backend.begin();
  await backend.execute(`LOCK ${schema}.songs`);
  return async () => {
    await backend.rollback();
    await backend.close();
  };
}

/** Waits until the newest batch is at a statement, from 1, or before its commit. */
async function reach(standin: Standin, at: number | 'commit'): Promise<string> {
  const earlier = standin.dataApi.statements.length;
  for (let waited = 0; waited < LONGEST_WAIT_MILLISECONDS; waited += 2) {
    await sleep(2);
    const parts = standin.dataApi.statements[earlier]?.parts ?? [];
    const isThere = at === 'commit' ? parts.every(({ status }) => status === 'FINISHED') : isBegun(parts[at - 1]);
    if (parts.length > 0 && isThere) {
      return at === 'commit' ? 'COMMIT' : labelOf(parts[at - 1]?.sql ?? '');
    }
  }
  return 'nowhere';
}

function isBegun(part: { readonly status: string } | undefined): boolean {
  return part !== undefined && part.status !== 'SUBMITTED';
}

/** The statement that runs in a load's batch. */
function running(standin: Standin): string | undefined {
  const parts = standin.dataApi.statements.at(-1)?.parts ?? [];
  const part = parts.find(({ status }) => status === 'STARTED');
  return part === undefined ? undefined : labelOf(part.sql);
}

/** Whether a call submits a load. */
export function isLoad({ operation, body }: InjectedCall): boolean {
  return operation === 'BatchExecuteStatement' && /^starload-\d{8}T/.test(String(body['StatementName']));
}

function makeSite(standin: Standin, folder: string, bucket: string): Site {
  standin.s3.createBucket(bucket, REGION);
  return {
    schema: schemaOf(bucket),
    place: (options = {}) =>
      makePlace('redshift', folder, { config: configText(bucket, options), env: environment(standin, options.via) }),
    put: (path, text) => void standin.s3.put(bucket, path, text),
    remove: (path) => standin.s3.remove(bucket, path),
    open: async () => open(folder, schemaOf(bucket)),
    leftovers: async () =>
      standin.dataApi.statements
        .filter(({ status }) => !['FINISHED', 'FAILED', 'ABORTED'].includes(status))
        .map(({ id, status }) => `statement ${id} is ${status}`),
  };
}

function environment(standin: Standin, via: Via | undefined): NodeJS.ProcessEnv {
  const url = (port: number | undefined, otherwise: string) =>
    port === undefined ? otherwise : `http://127.0.0.1:${port}`;
  return {
    ...standin.environment,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: url(via?.warehouse, standin.dataApi.url),
    AWS_ENDPOINT_URL_S3: url(via?.s3, standin.s3.url),
  };
}

function configText(bucket: string, options: PlaceOptions): string {
  return `${clusterSections(`DB_SCHEMA=${schemaOf(bucket)}`)}[S3]
LOG_DATA=s3://${bucket}/log_data
SONG_DATA=s3://${bucket}/song_data
WORK_PREFIX=s3://work/${bucket}/
${loadSection(options)}`;
}

function open(folder: string, schema: string): Warehouse {
  return openRedshift({
    target: { region: REGION, database: DATABASE, clusterIdentifier: CLUSTER, iamRole: ROLE, schema },
    aws: {},
    work: undefined,
    regionOf: async () => REGION,
    journalFolder: folder,
    notify: () => {},
  });
}

function schemaOf(bucket: string): string {
  return bucket.replaceAll('-', '_');
}
