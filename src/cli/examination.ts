import { dirname, resolve } from 'node:path';
import type { AwsOptions } from '../aws/client.ts';
import type { Config } from '../config/config.ts';
import type { AwsAccess, Examination } from '../doctor/examination.ts';
import type { Stores } from '../objects/stores.ts';
import { compose } from './compose.ts';
import { type UnknownKeysArgs, unknownKeysPolicy } from './unknown-keys.ts';

/** How to examine. */
export interface ExaminationOptions extends UnknownKeysArgs {
  /** Whether the warehouse also runs COPY. */
  readonly deep: boolean;
}

/** Opens what the doctor needs for a configuration, runs the action and closes everything, also if it throws. */
export async function withExamination<T>(
  config: Config,
  { deep, unknownKeys }: ExaminationOptions,
  action: (examination: Examination) => Promise<T>,
): Promise<T> {
  const { journalFolder } = await import('../warehouse/open.ts');
  return compose(config, async ({ model, sources, stores, spoolRoot, watching, open, emit }) => {
    const { work } = stores;
    const { workPrefix: prefix } = config;
    const unescaped = withUnescapedPassword(config);
    return action({
      model,
      sources,
      storeOf: stores.storeOf,
      open,
      openUnescaped: unescaped && ((access) => open(access, unescaped)),
      folders: writtenFolders(config, journalFolder(config)),
      aws: awsAccess(config, stores),
      work:
        prefix === undefined
          ? undefined
          : { prefix, put: (uri, body) => work.put(uri, body), remove: (uris) => work.remove(uris) },
      spoolRoot,
      deep,
      unknownKeys: unknownKeysPolicy(config.load, { unknownKeys }),
      signal: (await watching).signal,
      // A deep check reports what it copies in its findings.
      emit: (event) => (event.type === 'listed' || event.type === 'read' ? undefined : emit(event)),
    });
  });
}

/** The configuration with the password as configparser reads it with interpolation, if that differs. */
function withUnescapedPassword(config: Config): Config | undefined {
  const { target } = config;
  return target.engine === 'postgres' && target.unescapedPassword !== undefined
    ? { ...config, target: { ...target, password: target.unescapedPassword } }
    : undefined;
}

/** The folders on this machine to which a load writes. PostgreSQL stores nothing here. */
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

/** Amazon's STS does not know the keys of another S3 service. */
function hasSts(env: NodeJS.ProcessEnv): boolean {
  const isOtherS3 = Boolean(env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']);
  return !isOtherS3 || Boolean(env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL']);
}

async function whoAmI(aws: AwsOptions, region: string | undefined) {
  const { askWhoAmI } = await import('../aws/identity.ts');
  return askWhoAmI({ ...aws, region: region ?? aws.region });
}
