import {
  appendFileSync,
  copyFileSync,
  cpSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { BUILT_IN_MODEL } from '../../src/sql/read-model.ts';
import { badRecords, configured, FAR, firstLog, LOADED, make, type Trial } from './advice-trial.ts';
import { ROOT } from './cli.ts';
import { CONFIG } from './cli-project.ts';

/**
 * Writes another storage version into a DuckDB file (DuckDB's manual, storage versions). A file begins with a checksum,
 * `DUCK` and the version. The checksum is the XOR of one product for each 64 bits, as in DuckDB's checksum.cpp.
 */
const storageVersion = (version: number) => (folder: string) => {
  const path = join(folder, 'sparkify.duckdb');
  const bytes = readFileSync(path);
  const product = () => BigInt.asUintN(64, bytes.readBigUInt64LE(8) * 0xbf58476d1ce4e5b9n);
  const before = product();
  bytes.writeUInt32LE(version, 12);
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(0) ^ before ^ product(), 0);
  writeFileSync(path, bytes);
};
const rewrite = (path: string, from: string, to: string) =>
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
const NEW_FILE = {
  before: LOADED,
  fails: ['etl'],
  code: 1,
  follow: configured('[DUCKDB]\nPATH=other.duckdb\n'),
  leads: [['create-tables'], ['etl'], ['reconcile']],
} as const;

/** Trials of broken files. */
export const FILE_TRIALS: readonly Trial[] = [
  {
    advice: 'Fix the problems listed above, from the top',
    before: LOADED,
    spoil: (folder) => rmSync(join(folder, 'song_data'), { recursive: true }),
    fails: ['check'],
    code: 1,
    follow: make('song_data'),
  },
  {
    advice: 'Each kind above says what to do',
    before: [...LOADED, ['query', '--write', 'DELETE FROM users']],
    fails: ['reconcile'],
    code: 3,
    leads: [['rebuild'], ['reconcile']],
  },
  {
    advice: 'Somebody changed load_run by hand',
    before: [...LOADED, ['query', '--write', 'DELETE FROM load_run']],
    spoil: (folder) => copyFileSync(firstLog(folder), join(folder, 'log_data', 'new.json')),
    fails: ['etl'],
    code: 1,
    leads: [['rebuild', '--restamp'], ['etl'], ['reconcile']],
  },
  {
    advice: 'Is it mounted, and is its name',
    before: [['create-tables']],
    spoil: (folder) => {
      rmSync(join(folder, 'song_data'), { recursive: true });
      make('song_data')(folder);
    },
    fails: ['etl', '--expect-files'],
    code: 3,
    leads: [['etl']],
  },
  {
    advice: 'Correct the records listed above and run again, or skip them',
    before: [['create-tables']],
    spoil: badRecords(1),
    fails: ['etl'],
    code: 3,
    leads: [['etl', '--max-errors', '1']],
  },
  {
    advice: 'Correct the records listed above and run again, or allow more',
    before: [['create-tables']],
    spoil: badRecords(2),
    fails: ['etl', '--max-errors', '1'],
    code: 3,
    leads: [['etl', '--max-errors', '2']],
  },
  {
    advice: 'Add columns to the model for the keys to load',
    before: [['create-tables']],
    spoil: (folder) =>
      appendFileSync(
        firstLog(folder),
        '{"ts": 1, "page": "Home", "sessionId": 1, "itemInSession": 1, "pgae": "Home"}\n',
      ),
    fails: ['etl', '--unknown-keys', 'refuse'],
    code: 3,
    leads: [['etl', '--unknown-keys', 'warn']],
  },
  {
    advice: 'Correct the files listed above and run again, or set them aside',
    before: [['create-tables']],
    spoil: (folder) => writeFileSync(join(folder, 'log_data', 'broken.json'), 'no JSON'),
    fails: ['etl', '--max-errors', '9'],
    code: 3,
    leads: [['etl', '--quarantine']],
  },
  {
    advice: 'Each rule is a file in the folder checks',
    before: [['create-tables']],
    spoil: (folder) =>
      writeFileSync(
        join(folder, 'log_data', 'odd.json'),
        '{"ts": 99999999999999999, "page": "Home", "sessionId": 1, "itemInSession": 1}\n',
      ),
    fails: ['etl'],
    code: 3,
    follow: (folder) =>
      writeFileSync(
        join(folder, 'log_data', 'odd.json'),
        '{"ts": 1541106106796, "page": "Home", "sessionId": 1, "itemInSession": 1}\n',
      ),
  },
  {
    advice: 'Correct the file: a load would refuse it.',
    before: [['create-tables']],
    spoil: (folder) => writeFileSync(join(folder, 'log_data', 'broken.json'), '{'),
    fails: ['check'],
    code: 1,
    follow: (folder) => rmSync(join(folder, 'log_data', 'broken.json')),
  },
  {
    advice: 'Name the folder of a model',
    before: LOADED,
    spoil: configured('[MODEL]\nPATH=log_data\n'),
    fails: ['etl'],
    code: 2,
    follow: configured(`[MODEL]\nPATH=${BUILT_IN_MODEL}\n`),
  },
  {
    advice: 'Correct the statement.',
    spoil: (folder) => {
      cpSync(BUILT_IN_MODEL, join(folder, 'm'), { recursive: true });
      configured('[MODEL]\nPATH=m\n')(folder);
      rewrite(join(folder, 'm/star/songs.sql'), 'artist_id, year', 'artist_id, yaer AS year');
    },
    fails: ['check', '--offline'],
    code: 1,
    follow: (folder) => rewrite(join(folder, 'm/star/songs.sql'), 'yaer AS year', 'year'),
    leads: [['check', '--offline'], ['create-tables']],
  },
  {
    advice: 'Are two sources swapped',
    before: [['create-tables']],
    spoil: (folder) => writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nLOG_DATA=song_data\nSONG_DATA=log_data\n'),
    fails: ['check'],
    code: 1,
    follow: configured(''),
  },
  {
    advice: 'Copy dwh.cfg.example to dwh.cfg',
    spoil: (folder) => rmSync(join(folder, 'dwh.cfg')),
    fails: ['check', '--offline'],
    code: 2,
    follow: (folder) => copyFileSync(join(ROOT, 'dwh.cfg.example'), join(folder, 'dwh.cfg')),
  },
  {
    advice: 'Name the file itself',
    spoil: (folder) => {
      rmSync(join(folder, 'dwh.cfg'));
      make('dwh.cfg')(folder);
    },
    fails: ['plan'],
    code: 2,
    follow: (folder) => {
      rmSync(join(folder, 'dwh.cfg'), { recursive: true });
      configured('')(folder);
    },
    leads: [['create-tables'], ['plan']],
  },
  {
    advice: 'Save the file as UTF-8.',
    spoil: (folder) => writeFileSync(join(folder, 'dwh.cfg'), Buffer.from(`# Gr\u00fc\u00dfe\n${CONFIG}`, 'latin1')),
    fails: ['create-tables'],
    code: 2,
    follow: configured('# Grüße\n'),
  },
  {
    advice: 'Name your dwh.cfg with --config.',
    spoil: configured(`# ${'x'.repeat(2_000_000)}\n`),
    fails: ['create-tables'],
    code: 2,
    follow: configured(''),
  },
  {
    advice: 'Correct the path in dwh.cfg or on the command line, or make the folder readable',
    before: [['create-tables']],
    spoil: (folder) => rmSync(join(folder, 'song_data'), { recursive: true }),
    fails: ['etl'],
    code: 1,
    follow: make('song_data'),
  },
  {
    advice: 'Remove or rename it, or the broken symbolic link',
    before: [['create-tables']],
    spoil: (folder) => symlinkSync('/nowhere/x.json', join(folder, 'log_data', 'link.json')),
    fails: ['etl'],
    code: 1,
    follow: (folder) => rmSync(join(folder, 'log_data', 'link.json')),
  },
  {
    advice: 'Correct the file, or remove the jsonpaths key',
    before: [['create-tables']],
    spoil: (folder) => {
      writeFileSync(join(folder, 'paths.json'), '{}');
      configured('LOG_JSONPATH=paths.json\n')(folder);
    },
    fails: ['etl'],
    code: 1,
    follow: configured(''),
  },
  {
    advice: 'Move the file to a folder with a shorter path.',
    before: [['create-tables']],
    spoil: (folder) => {
      make(FAR)(folder);
      copyFileSync(firstLog(folder), join(folder, FAR, 'x.json'));
    },
    fails: ['etl'],
    code: 1,
    follow: (folder) => rmSync(join(folder, dirname(FAR)), { recursive: true }),
  },
  {
    advice: 'Create the folder, or correct [DUCKDB] PATH',
    spoil: configured('[DUCKDB]\nPATH=new/x.duckdb\n'),
    fails: ['create-tables'],
    code: 1,
    follow: make('new'),
  },
  {
    advice: 'Is it a DuckDB file, and may you write',
    spoil: (folder) => {
      make('x.duckdb')(folder);
      configured('[DUCKDB]\nPATH=x.duckdb\n')(folder);
    },
    fails: ['create-tables'],
    code: 1,
    follow: configured(''),
  },
  {
    advice: 'The file belongs to another program or is damaged',
    spoil: (folder) => {
      writeFileSync(join(folder, 'x.duckdb'), 'x'.repeat(20_000));
      configured('[DUCKDB]\nPATH=x.duckdb\n')(folder);
    },
    fails: ['create-tables'],
    code: 1,
    follow: (folder) => rmSync(join(folder, 'x.duckdb')),
  },
  { advice: 'A newer DuckDB wrote the file', spoil: storageVersion(1000), ...NEW_FILE },
  { advice: 'A DuckDB before 0.9 wrote the file', spoil: storageVersion(39), ...NEW_FILE },
  {
    advice: 'The file is damaged: restore a copy of it, or delete it',
    before: LOADED,
    spoil: (folder) => truncateSync(join(folder, 'sparkify.duckdb'), 20_000),
    fails: ['etl'],
    code: 1,
    follow: (folder) => rmSync(join(folder, 'sparkify.duckdb')),
    leads: [['create-tables'], ['etl'], ['reconcile']],
  },
  {
    advice: 'Raise [DUCKDB] MEMORY_LIMIT',
    before: LOADED,
    spoil: configured('[DUCKDB]\nMEMORY_LIMIT=4MB\n'),
    fails: ['rebuild'],
    code: 1,
    follow: configured(''),
  },
];
