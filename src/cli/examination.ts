import { dirname, resolve } from 'node:path';
import type { AwsOptions } from '../aws/client.ts';
import type { Config } from '../config/config.ts';
import type { AwsAccess, Examination, Open } from '../doctor/examination.ts';
import type { Stores } from '../objects/stores.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { story } from './output.ts';

/** Makes what the doctor needs of a configuration, runs the action and closes everything, also when it throws. */
export async function withExamination<T>(
  config: Config,
  deep: boolean,
  action: (examination: Examination) => Promise<T>,
): Promise<T> {
  const { withSpoolRoot } = await import('../objects/spool-root.ts');
  return withSpoolRoot((spoolRoot) => examineWith(config, deep, spoolRoot, action));
}

async function examineWith<T>(
  config: Config,
  deep: boolean,
  spoolRoot: string,
  action: (examination: Examination) => Promise<T>,
): Promise<T> {
  const { openStores } = await import('../objects/stores.ts');
  const { watchSignals } = await import('./signals.ts');
  const stores = openStores(config.aws);
  const opened: Warehouse[] = [];
  const watch = await watchSignals(() => void opened.at(-1)?.cancel());
  try {
    const examination = await examinationOf(config, { stores, spoolRoot, opened });
    return await action({ ...examination, deep, signal: watch.signal });
  } finally {
    watch.release();
    await stores.close();
  }
}

interface Means {
  readonly stores: Stores;
  readonly spoolRoot: string;
  /** Takes what is opened. */
  readonly opened: Warehouse[];
}

async function examinationOf(
  config: Config,
  { stores, spoolRoot, opened }: Means,
): Promise<Omit<Examination, 'deep' | 'signal'>> {
  const { loadModel } = await import('../sql/catalogue.ts');
  const { localRoots } = await import('../objects/stores.ts');
  const { journalFolder, openWarehouse } = await import('../warehouse/open.ts');
  const { sourcesOf } = await import('./sources.ts');
  const model = loadModel();
  const sources = sourcesOf(model, config);
  const readable = [spoolRoot, ...localRoots(sources.map(({ root }) => root))];
  const { workPrefix: prefix } = config;
  const openWith =
    (each: Config): Open =>
    async ({ readOnly }) => {
      opened.push(await openWarehouse(each, { readOnly, readable, scratch: spoolRoot, stores, notify: story }));
      return opened.at(-1) as Warehouse;
    };
  const unescaped = withUnescapedPassword(config);
  return {
    model,
    sources,
    storeOf: stores.storeOf,
    open: openWith(config),
    openUnescaped: unescaped && openWith(unescaped),
    folders: writtenFolders(config, journalFolder(config)),
    aws: awsAccess(config, stores),
    work:
      prefix === undefined
        ? undefined
        : {
            prefix,
            put: (uri, body) => stores.work.put(uri, body),
            remove: (uris) => stores.work.remove(uris),
          },
    spoolRoot,
  };
}

/** The configuration with the password as configparser reads it with interpolation, where that is another one. */
function withUnescapedPassword(config: Config): Config | undefined {
  const { target } = config;
  return target.engine === 'postgres' && target.unescapedPassword !== undefined
    ? { ...config, target: { ...target, password: target.unescapedPassword } }
    : undefined;
}

/** Where a load on this machine writes. PostgreSQL keeps nothing here. */
function writtenFolders({ target }: Config, journal: string): Examination['folders'] {
  if (target.engine === 'duckdb') {
    return target.path === ':memory:' ? [] : [{ name: 'warehouse folder', path: dirname(resolve(target.path)) }];
  }
  const without = 'a command that is run again does not find what a killed one left running';
  return target.engine === 'redshift' ? [{ name: 'run journal', path: journal, without }] : [];
}

function awsAccess(config: Config, stores: Stores): AwsAccess | undefined {
  const { target } = config;
  const redshift = target.engine === 'redshift' ? { region: target.region, role: target.iamRole } : undefined;
  const places = Object.values(config.sources).flatMap(({ uri, jsonpaths = '' }) => [uri, jsonpaths]);
  if (redshift === undefined && !places.some((place) => place.startsWith('s3://'))) {
    return undefined;
  }
  return {
    redshift,
    regionOf: async (uri) => {
      const { placeOf } = await import('../objects/s3/uri.ts');
      return stores.regionOf(placeOf(uri).bucket);
    },
    whoAmI: hasSts(process.env) ? () => whoAmI(config.aws, redshift?.region) : undefined,
  };
}

/** The STS of Amazon knows nothing of the keys of another S3. */
function hasSts(env: NodeJS.ProcessEnv): boolean {
  const isOtherS3 = Boolean(env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']);
  return !isOtherS3 || Boolean(env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL']);
}

async function whoAmI(aws: AwsOptions, region: string | undefined) {
  const { askWhoAmI } = await import('../aws/identity.ts');
  return askWhoAmI({ ...aws, region: region ?? aws.region });
}
