import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { optionsOf } from './certified.ts';
import { claimConfig, WRITTEN } from './place.ts';
import { CLUSTER, DATABASE, REGION, ROLE, type Standin, type StandinOptions, startStandin } from './standin.ts';

const BUCKET = 'sparkify';
const JSONPATHS = 'log_json_path.json';
const USAGE = `npm run redshift-local -- --dir DIR [--load LOCAL_DIR] [--certified FILE]

Starts a stand-in for Redshift and S3 on this machine, for trying things out: test equipment, not a warehouse.
  --dir DIR         where dwh.cfg and env are written, over nothing but those of an earlier run
  --load LOCAL_DIR  a folder whose files are put into the stand-in's S3
  --certified FILE  a document of npm run certify: what was open is as that warehouse answered it`;

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    load: { type: 'string' },
    certified: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.dir === undefined || values.help === true) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help === true ? 0 : 2);
}
if (values.load !== undefined && statSync(values.load, { throwIfNoEntry: false })?.isDirectory() !== true) {
  process.stderr.write(`--load ${values.load}: there is no such folder\n`);
  process.exit(2);
}
claimOrEnd(values.dir);
await serve(values.dir, values.load, chosen(values.certified));

function chosen(file: string | undefined): StandinOptions {
  try {
    return file === undefined ? {} : optionsOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    process.stderr.write(`${file}: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

function claimOrEnd(dir: string): void {
  try {
    claimConfig(dir);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

/** Starts everything, writes the two files, prints `ready`, and stops at a signal. */
async function serve(dir: string, load: string | undefined, options: StandinOptions): Promise<void> {
  const standin = await startStandin(options);
  standin.s3.createBucket(BUCKET, REGION);
  standin.s3.createBucket('work', REGION);
  if (load !== undefined) {
    upload(standin, resolve(load));
  }
  writeFileSync(join(dir, 'dwh.cfg'), configText(load !== undefined && existsSync(join(load, JSONPATHS))));
  writeFileSync(join(dir, 'env'), envText(standin.environment));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void standin.stop().then(() => process.exit(0)));
  }
  process.stderr.write(`Data API ${standin.dataApi.url}, S3 ${standin.s3.url}\n`);
  process.stderr.write(
    `set -a; . ${join(dir, 'env')}; set +a; npm run create-tables -- --config ${join(dir, 'dwh.cfg')}\n`,
  );
  process.stdout.write('ready\n');
}

/** Puts a folder's files into the bucket, with their relative paths as keys. */
function upload({ s3 }: Standin, folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      s3.put(BUCKET, relative(folder, path), readFileSync(path));
    }
  }
}

function configText(hasJsonpaths: boolean): string {
  return `${WRITTEN}: a stand-in on this machine.
[CLUSTER]
HOST='${CLUSTER}.standin.${REGION}.redshift.amazonaws.com'
DB_NAME='${DATABASE}'
DB_USER='awsuser'
DB_PORT=5439

[IAM_ROLE]
ARN='${ROLE}'

[S3]
LOG_DATA='s3://${BUCKET}/log_data'
${hasJsonpaths ? `LOG_JSONPATH='s3://${BUCKET}/${JSONPATHS}'\n` : ''}SONG_DATA='s3://${BUCKET}/song_data'
WORK_PREFIX='s3://work/starload/'
`;
}

function envText(environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(([key, value]) => `${key}=${value}\n`);
  return `${WRITTEN}: leads the AWS SDK to the stand-in.\n${lines.join('')}`;
}
