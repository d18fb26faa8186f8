import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_MODEL } from '../../src/sql/read-model.ts';
import { LOADED, REMAKE, type Trial } from './advice-trial.ts';

/** Trials of what is typed. */
export const COMMAND_TRIALS: readonly Trial[] = [
  {
    advice: 'npm run etl -- --help lists its options.',
    fails: ['etl', '--nonsense'],
    code: 2,
    leads: [['etl', '--help']],
  },
  { advice: 'node dist/main.js --help lists commands', fails: ['nonsense'], code: 2, leads: [['--help']] },
  {
    advice: 'Give one whole number, 0 or more.',
    before: [['create-tables']],
    fails: ['etl', '--max-errors', '1.5'],
    code: 2,
    leads: [['etl', '--max-errors', '0']],
  },
  {
    advice: 'Give a percentage above 0',
    before: LOADED,
    fails: ['reconcile', '--sample', '0'],
    code: 2,
    leads: [['reconcile', '--sample', '50']],
  },
  {
    advice: 'Give minutes, from 0 to',
    before: [['create-tables']],
    fails: ['etl', '--wait', '-1'],
    code: 2,
    leads: [['etl', '--wait', '1']],
  },
  {
    advice: 'Give a whole number from',
    fails: ['generate-data', '--songs', '-1', '--out', 'F/new'],
    code: 2,
    leads: [['generate-data', '--songs', '3', '--events', '20', '--out', 'F/new']],
  },
  {
    advice: 'Leave out --',
    fails: ['generate-data', '--model', 'github', '--songs', '3', '--out', 'F/new'],
    code: 2,
    leads: [['generate-data', '--model', 'github', '--events', '20', '--out', 'F/new']],
  },
  {
    advice: 'Name one of ',
    fails: ['generate-data', '--model', 'mine', '--out', 'F/new'],
    code: 2,
    leads: [['generate-data', '--model', 'github', '--events', '20', '--out', 'F/new']],
  },
  {
    advice: 'Write ./',
    spoil: (folder) => {
      cpSync(BUILT_IN_MODEL, join(folder, 'sparkify'), { recursive: true });
      appendFileSync(join(folder, 'dwh.cfg'), '[MODEL]\nPATH = sparkify\n');
    },
    fails: ['create-tables'],
    code: 2,
    follow: (folder) => {
      const config = join(folder, 'dwh.cfg');
      writeFileSync(config, readFileSync(config, 'utf8').replace('PATH = sparkify', 'PATH = ./sparkify'));
    },
  },
  {
    advice: 'Choose another folder with --out.',
    fails: ['generate-data', '--events', '20', '--out', 'F'],
    code: 2,
    leads: [['generate-data', '--songs', '3', '--events', '20', '--out', 'F/new']],
  },
  {
    advice: 'Make sure that there is space and that you may write',
    fails: ['generate-data', '--events', '20', '--out', 'F/dwh.cfg/x'],
    code: 1,
    leads: [['generate-data', '--songs', '3', '--events', '20', '--out', 'F/new']],
  },
  {
    advice: 'Choose another folder with --dir: the demo',
    fails: ['demo', '--dir', 'F'],
    code: 2,
    leads: [['demo', '--dir', 'F/new']],
  },
  {
    advice: 'Choose another folder with --dir.',
    fails: ['demo', '--dir', 'F/dwh.cfg'],
    code: 2,
    leads: [['demo', '--dir', 'F/new']],
  },
  {
    advice: 'Choose another folder with --dir, or move the file',
    before: [['demo', '--dir', 'F/demo']],
    spoil: (folder) => writeFileSync(join(folder, 'demo', 'dwh.cfg'), 'mine'),
    fails: ['demo', '--dir', 'F/demo'],
    code: 2,
    follow: (folder) => rmSync(join(folder, 'demo', 'dwh.cfg')),
  },
  {
    advice: 'The questions are',
    before: LOADED,
    fails: ['query', '--question', 'nothing'],
    code: 2,
    leads: [['query', '--question', 'top_users']],
  },
  {
    advice: 'Give a text file that you may read.',
    before: LOADED,
    fails: ['query', '--file', 'F/nowhere.sql'],
    code: 2,
    follow: (folder) => writeFileSync(join(folder, 'nowhere.sql'), 'SELECT 1'),
  },
  {
    advice: 'Correct the statement and run it again.',
    before: LOADED,
    fails: ['query', 'SELECT nothing FROM users'],
    code: 1,
    leads: [['query', 'SELECT user_id FROM users']],
  },
  {
    advice: 'Correct the statement and run it again; do not',
    before: [['create-tables']],
    fails: [
      'query',
      '--format',
      'csv',
      "SELECT CAST(CASE WHEN i < 300000 THEN '1' ELSE 'x' END AS INTEGER) FROM range(400000) r(i)",
    ],
    code: 1,
    leads: [
      [
        'query',
        '--format',
        'csv',
        "SELECT CAST(CASE WHEN i < 300000 THEN '1' ELSE '2' END AS INTEGER) FROM range(400000) r(i)",
      ],
    ],
  },
  {
    advice: 'Add --write to run it anyway',
    before: LOADED,
    fails: ['query', 'DELETE FROM users'],
    code: 1,
    leads: [['query', '--write', 'DELETE FROM users']],
  },
  {
    advice: 'Leave it out; use the duckdb program',
    before: LOADED,
    fails: ['query', '--write', 'CALL enable_logging()'],
    code: 1,
    leads: [['query', '--write', 'DELETE FROM users']],
  },
  {
    advice: 'Give one or the other.',
    before: [['create-tables']],
    fails: ['create-tables', '--missing', '--force'],
    code: 2,
    leads: [['create-tables', '--missing'], REMAKE],
  },
  {
    advice: 'Run npm run create-tables, without --missing.',
    fails: ['create-tables', '--missing'],
    code: 1,
    leads: [['create-tables']],
  },
  { advice: 'Run npm run create-tables first.', fails: ['status'], code: 1, leads: [['create-tables'], ['status']] },
  {
    advice: 'Run npm run create-tables first (',
    before: [...LOADED, ['query', '--write', 'DROP TABLE users']],
    fails: ['query', 'SELECT * FROM users'],
    code: 1,
    leads: [
      ['create-tables', '--missing'],
      ['query', 'SELECT * FROM users'],
    ],
  },
  {
    advice: 'npm run create-tables -- --force recreates all tables',
    before: [...LOADED, ['query', '--write', 'DROP TABLE staging_songs']],
    fails: ['create-tables', '--missing'],
    code: 1,
    leads: [REMAKE, ['etl'], ['reconcile']],
  },
  {
    advice: 'npm run migrate makes the tables those of the model',
    before: [...LOADED, ['query', '--write', 'DROP TABLE users']],
    fails: ['check'],
    code: 1,
    leads: [['migrate', '--dry-run'], ['migrate'], ['check'], ['etl'], ['reconcile']],
  },
  {
    advice: 'npm run migrate makes the tables those of the model',
    before: [...LOADED, ['query', '--write', 'ALTER TABLE staging_songs DROP COLUMN year']],
    fails: ['etl'],
    code: 1,
    leads: [['migrate'], ['reconcile', '--recount']],
  },
  {
    advice: 'npm run create-tables -- --force --replace-foreign drops all rows',
    before: [
      ['create-tables'],
      ['query', '--write', 'DROP TABLE users'],
      ['query', '--write', 'CREATE VIEW users AS SELECT 1 AS user_id'],
    ],
    fails: ['etl'],
    code: 1,
    leads: [['create-tables', '--force', '--replace-foreign'], ['etl']],
  },
  { advice: 'Run npm run create-tables.', fails: ['migrate'], code: 1, leads: [['create-tables'], ['migrate']] },
  {
    advice: 'npm run create-tables -- --missing creates it.',
    before: [...LOADED, ['query', '--write', 'DROP TABLE load_run']],
    fails: ['migrate'],
    code: 1,
    leads: [['create-tables', '--missing'], ['migrate'], ['etl']],
  },
  {
    advice: 'npm run create-tables -- --force recreates all tables',
    before: [...LOADED, ['query', '--write', 'DROP TABLE staging_songs']],
    fails: ['migrate'],
    code: 1,
    leads: [REMAKE, ['etl'], ['reconcile']],
  },
  {
    advice: 'If one has a new name, write it behind the new column',
    before: [...LOADED, ['query', '--write', 'ALTER TABLE songs RENAME COLUMN title TO name']],
    fails: ['migrate'],
    code: 1,
    leads: [['migrate', '--drop', 'songs.name'], ['etl'], ['reconcile']],
  },
  {
    advice: 'Take it out of the model first',
    before: [['create-tables']],
    fails: ['migrate', '--drop', 'users.level'],
    code: 2,
    leads: [['migrate']],
  },
  {
    advice: 'Leave it out. Whoever made it',
    before: [['create-tables'], ['query', '--write', 'CREATE VIEW seen AS SELECT 1 AS one']],
    fails: ['migrate', '--drop', 'seen'],
    code: 1,
    leads: [['migrate']],
  },
  {
    advice: 'If another model made these tables',
    before: [
      ['create-tables'],
      ['query', '--write', 'DROP TABLE users'],
      ['query', '--write', 'CREATE TABLE users (name VARCHAR, mail VARCHAR, phone VARCHAR)'],
    ],
    fails: ['migrate'],
    code: 1,
    leads: [['query', '--write', 'DROP TABLE users'], ['migrate'], ['etl']],
  },
  {
    advice: 'Run it without this option: DuckDB',
    fails: ['create-tables', '--create-database'],
    code: 2,
    leads: [['create-tables']],
  },
  {
    advice: 'npm run status lists the runs.',
    before: LOADED,
    fails: ['undo', '20181101T000000Z-0123456789abcdef'],
    code: 2,
    leads: [['status']],
  },
  ...(
    [
      ['Write column = value, or', 'userid < 91'],
      ['Name columns of a staging table.', 'nobody = 91'],
      ['Correct the value in --where.', 'ts = yesterday'],
      ['Put the whole condition in quotes', ['userid', '=', '91']],
    ] as const
  ).map(
    ([advice, where]): Trial => ({
      advice,
      before: LOADED,
      fails: ['forget', '--where', ...[where].flat()],
      code: 2,
      leads: [
        ['forget', '--where', 'userid = 91', '--yes'],
        ['reconcile', '--recount'],
      ],
    }),
  ),
  { advice: 'Add --force to drop them.', before: LOADED, fails: ['create-tables'], code: 1, leads: [['etl'], REMAKE] },
  {
    advice: 'Leave one of them out.',
    fails: ['check', '--deep', '--offline'],
    code: 2,
    leads: [['check', '--offline']],
  },
];
