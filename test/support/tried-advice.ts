import { AWS_TRIALS } from './advice-aws.ts';
import { COMMAND_TRIALS } from './advice-commands.ts';
import { FILE_TRIALS } from './advice-files.ts';
import { INIT_TRIALS } from './advice-init.ts';
import { MISTAKES_TRIED } from './advice-mistakes.ts';
import { MODEL_TRIALS } from './advice-model.ts';
import { STACK_TRIALS } from './advice-provision.ts';
import { UNDO_TRIED } from './tried-undo.ts';

/** What a `next:` of the sources begins with, and the test that makes the error, does what it says and succeeds. */
export interface TriedAdvice {
  readonly advice: string;
  /** Below test/. */
  readonly file: string;
  /** Some words of the test's title. */
  readonly title: string;
}

const REDSHIFT = 'conformance/redshift-advice.test.ts';
const CERTIFY = 'each mistake has its own, and with none left it certifies';
const DISKS = 'cli/disks.test.ts';
const RESTAMP = 'conformance/restamp.test.ts';
const POSTGRES_ADVICE = 'conformance/postgres-advice.test.ts';
const POSTGRES = 'conformance/postgres.test.ts';
const POSTGRES_CHECK = 'conformance/postgres-check.test.ts';
const NEIGHBOURS = 'hostile/neighbours-postgres.test.ts';
const REDSHIFT_LOADS = 'conformance/redshift-advice-loads.test.ts';
const S3_LISTING = 'unit/s3-listing.test.ts';
const CONTROL = 'conformance/control-tables.test.ts';
const MIGRATE = 'conformance/migrate.test.ts';
const FORGET = 'conformance/forget.test.ts';
const MIGRATE_REFUSALS = 'conformance/migrate-refusals.test.ts';

/** The advice that tests try: test/cli/advice.test.ts, and others that need an engine, a disk or a clock of their own. */
export const TRIED: readonly TriedAdvice[] = [
  ...[...COMMAND_TRIALS, ...FILE_TRIALS, ...MODEL_TRIALS].map(({ advice }) => ({
    advice: advice.replace('npm run etl -- --help', 'npm run {name} -- --help'),
    file: 'cli/advice.test.ts',
    title: '$advice',
  })),
  ...MISTAKES_TRIED,
  ...INIT_TRIALS.map(({ advice }) => ({
    advice: advice.replace('DATA: id.', '{source}: {columns}.').replace('of DATA', 'of {sources}'),
    file: 'cli/init.test.ts',
    title: '$what',
  })),
  ...STACK_TRIALS.map(({ advice }) => ({ advice, file: 'cli/advice-provision.test.ts', title: '$advice' })),
  ...AWS_TRIALS.map(({ advice }) => ({ advice, file: REDSHIFT, title: '$advice' })),
  ...UNDO_TRIED,
  {
    advice: 'Add --yes to remove the records.',
    file: FORGET,
    title: 'that fails at any step, is refused or only tried',
  },
  ...['Add --table with one of them', 'Give the column its name back in the model'].map((advice) => ({
    advice,
    file: FORGET,
    title: 'is refused where it could remove others, or could not leave them out',
  })),
  {
    advice: 'Delete HOST in dwh.cfg, and write CLUSTER_IDENTIFIER',
    file: REDSHIFT,
    title: 'a HOST that turns out to be Redshift',
  },
  {
    advice: 'Is the endpoint the Redshift Data API?',
    file: REDSHIFT,
    title: 'an endpoint that is not that of the Data API',
  },
  ...[
    'Add --rpus N',
    "Lower the workgroup's base capacity",
    'Let the database user create schemas',
    'Nothing remains of it. Is the warehouse busy?',
    'Name a file in a folder that you may write to: --out',
    'Leave out --remove',
    'Write minutes, above 0 and up to 60',
    'Name a cluster or workgroup in dwh.cfg: HOST',
    'Write a number, such as 8',
    'Write a number above 0, such as 8',
  ].map((advice) => ({ advice, file: REDSHIFT, title: CERTIFY })),
  {
    advice: 'Run the same command again at any time: it watches',
    file: 'cli/advice-provision.test.ts',
    title: 'the same command watches what CloudFormation goes on with',
  },
  { advice: 'Give these columns more room in the model', file: MIGRATE, title: 'cuts no text' },
  ...(
    [
      ['Bring the files back, as they were loaded. Or let', 'filled once they are back'],
      ['Bring the files back, as they were loaded. Or lose', 'not lost unless they are named'],
      ['Correct the columns of the model', 'load with another type'],
      ['Did a jsonpaths file change', 'by another jsonpaths file'],
      ['Run npm run migrate again when no load runs', 'goes through once they rest'],
      ['Change the model in several steps', 'made in two steps'],
    ] as const
  ).map(([advice, title]) => ({ advice, file: MIGRATE_REFUSALS, title })),
  {
    advice: 'Use Node.js 22.15',
    file: 'conformance/compressed.test.ts',
    title: 'where Node.js cannot read it, a load says so',
  },
  { advice: 'Set TMPDIR to a folder that is there', file: DISKS, title: 'check finds it, a load names it' },
  {
    advice: 'Free some space there, or set TMPDIR',
    file: DISKS,
    title: 'smaller runs need less, and another TMPDIR has more',
  },
  { advice: 'Free some space there and run again', file: DISKS, title: 'with more space the same load goes through' },
  { advice: 'Free some space where the output goes', file: DISKS, title: 'for the result: said, with exit code 1' },
  { advice: 'Let this user write there, or name', file: DISKS, title: 'for the warehouse: check finds it before' },
  { advice: 'You may not read or write it', file: DISKS, title: 'for the warehouse: check finds it before' },
  { advice: 'Correct that file', file: 'conformance/sql-mistakes.test.ts', title: 'that is corrected is gone' },
  {
    advice: "Correct the warehouse's clock if it is wrong",
    file: RESTAMP,
    title: 'refuse every load until they are restamped',
  },
  {
    advice: 'Loads are refused until the clock has passed it',
    file: RESTAMP,
    title: 'refuse every load until they are restamped',
  },
  {
    advice: 'Run again later. If the clock is right now',
    file: RESTAMP,
    title: 'refuse every load until they are restamped',
  },
  {
    advice: 'Loads are refused, since a run',
    file: RESTAMP,
    title: 'refuses loads and rebuilds before it stamps anything',
  },
  {
    advice: 'Set the clock that is wrong, and run again',
    file: RESTAMP,
    title: 'refuses loads and rebuilds before it stamps anything',
  },
  {
    advice: 'Allow NULL: npm run query',
    file: 'conformance/own-columns.test.ts',
    title: 'is named by check and by the load that fails on it',
  },
  { advice: 'Fix the row, or load everything in one run', file: CONTROL, title: 'is refused, and --no-replay loads' },
  {
    advice: 'npm run etl loads what is left.',
    file: 'hostile/replays.test.ts',
    title: 'ends a split load with advice',
  },
  {
    advice: 'npm run etl loads everything again',
    file: 'hostile/replays.test.ts',
    title: 'ends a split load with advice',
  },
  {
    advice: 'Name a schema for Starload alone',
    file: 'hostile/neighbours.test.ts',
    title: '--replace-foreign drops them',
  },
  {
    advice: 'Make it readable, or name',
    file: 'cli/own-model.test.ts',
    title: 'that is a file is refused, and a folder is not',
  },
  {
    advice: 'Give the source another name',
    file: 'cli/own-model.test.ts',
    title: 'takes a key of dwh.cfg',
  },
  {
    advice: 'Correct DB_NAME, or create the database',
    file: 'conformance/postgres-cli.test.ts',
    title: '--create-database makes the database',
  },
  {
    advice: 'Correct DB_USER or DB_PASSWORD',
    file: 'conformance/postgres-cli.test.ts',
    title: 'a password that is missing is named',
  },
  {
    advice: 'Name the server itself in HOST and DB_PORT, or a pool',
    file: 'conformance/postgres-pooler.test.ts',
    title: 'loads where a connection keeps its process',
  },
  {
    advice: 'Run the same command again at any time: nothing',
    file: 'conformance/signals.test.ts',
    title: 'loads the next time',
  },
  { advice: 'GRANT these to the database user', file: POSTGRES_CHECK, title: 'names the privileges a user lacks' },
  {
    advice: 'Is the server up, and are HOST and DB_PORT right?',
    file: POSTGRES_CHECK,
    title: 'is content where the advice is followed',
  },
  {
    advice: 'Check HOST, DB_PORT, DB_NAME and DB_USER',
    file: POSTGRES_CHECK,
    title: 'is content where the advice is followed',
  },
  {
    advice: 'Create another one with CREATE DATABASE name ENCODING',
    file: POSTGRES_CHECK,
    title: 'refuses a database whose text is not UTF-8',
  },
  { advice: 'Write each %% of DB_PASSWORD', file: POSTGRES_CHECK, title: 'tries a password with %%%% both ways' },
  { advice: 'Drop the objects named above', file: POSTGRES, title: 'names the views that stand in the way' },
  {
    advice: 'Another run may hold the lock',
    file: POSTGRES,
    title: 'does not wait for a lock longer than its time limit',
  },
  {
    advice: 'Connections to other hosts are encrypted',
    file: POSTGRES,
    title: 'that the server does not speak is told',
  },
  { advice: 'For servers on other hosts, the certificate', file: POSTGRES_ADVICE, title: 'until its CA is named' },
  {
    advice: 'npm run status shows what is loaded; running the same command again',
    file: POSTGRES_ADVICE,
    title: 'leaves the outcome open',
  },
  { advice: 'Run again when the server is up', file: POSTGRES, title: 'a connection that the server ends' },
  {
    advice: 'Run again: there was a conflict',
    file: POSTGRES_ADVICE,
    title: 'to end a deadlock is undone, and runs again',
  },
  {
    advice: 'Wait until the other process is done',
    file: POSTGRES_ADVICE,
    title: 'does not wait for a lock is told to wait',
  },
  { advice: "The server's disk is full", file: POSTGRES_ADVICE, title: 'disk has no space is undone' },
  { advice: 'The server has no connection left', file: POSTGRES_ADVICE, title: 'with no connection left' },
  { advice: 'Ask an owner to GRANT', file: NEIGHBOURS, title: 'a user who may create nowhere' },
  {
    advice: 'A load deletes rows and inserts them again',
    file: NEIGHBOURS,
    title: 'anything that would carry deletions over',
  },
  { advice: 'Remove it, and keep such data', file: NEIGHBOURS, title: 'anything that would carry deletions over' },
  { advice: 'Name a schema for them: DB_SCHEMA', file: NEIGHBOURS, title: 'a search path without a schema to work in' },
  {
    advice: 'Name the schema to use: DB_SCHEMA',
    file: NEIGHBOURS,
    title: 'a schema that another user has put into the search path',
  },
  {
    advice: 'Delete {folder}, or choose another folder',
    file: 'hostile/folders.test.ts',
    title: 'takes it once it is deleted',
  },
  {
    advice: 'Does the DEFAULT of loaded_at',
    file: 'conformance/protocol.test.ts',
    title: 'until the table is made anew',
  },
  {
    advice: 'Wait until it is done and run again; only one process',
    file: 'cli/refusals.test.ts',
    title: 'a second process is told who has the file',
  },
  {
    advice: 'Take {needs} or more statements',
    file: 'conformance/budget.test.ts',
    title: 'refuse a load before anything is listed',
  },
  {
    advice: 'Remove {folders} before you generate anew',
    file: 'cli/signals.test.ts',
    title: 'generate-data that is stopped says what it leaves',
  },
  {
    advice: 'Add WORK_PREFIX = s3://your-bucket/starload/',
    file: 'conformance/redshift-cli.test.ts',
    title: 'without a work prefix loads whole folders anew',
  },
  { advice: 'Correct the location in dwh.cfg', file: S3_LISTING, title: 'refuses a place where nothing is' },
  { advice: 'Write s3://bucket/folder in dwh.cfg', file: S3_LISTING, title: 'refuses a place where nothing is' },
  {
    advice: 'Write the whole name of the folder',
    file: S3_LISTING,
    title: 'does not take a folder whose name only begins that way',
  },
  { advice: 'Upload the file again', file: S3_LISTING, title: 'until the server lists it otherwise' },
  { advice: 'Run again. If the error persists', file: S3_LISTING, title: 'until the server lists it otherwise' },
  {
    advice: 'Run again in a few minutes',
    file: 'unit/s3-errors.test.ts',
    title: 'is gone once the advice is followed',
  },
  {
    advice: 'Set the clock and run again',
    file: 'unit/s3-errors.test.ts',
    title: 'is gone once the advice is followed',
  },
  {
    advice: 'Set the clock, and keep it in sync',
    file: 'conformance/redshift-check.test.ts',
    title: 'a clock that is far behind',
  },
  {
    advice: 'Make the folder readable',
    file: 'hostile/files.test.ts',
    title: 'may not be read are refused until they may',
  },
  {
    advice: 'Make the file readable',
    file: 'hostile/files.test.ts',
    title: 'may not be read are refused until they may',
  },
  {
    advice: 'Run again when nobody writes there',
    file: 'conformance/redshift-versions.test.ts',
    title: 'that changes each time while it is read is a failure',
  },
  {
    advice: 'Run as the user who owns the file',
    file: 'unit/config-read.test.ts',
    title: 'that may not be read says so, and is read once it may',
  },
  {
    advice: 'A file was deleted while it was being loaded',
    file: REDSHIFT_LOADS,
    title: 'deleted before COPY read it',
  },
  ...['Name another file with --out, or move it away.', 'Name a file in a folder that you may write to'].map(
    (advice) => ({
      advice,
      file: 'cli/docs-page.test.ts',
      title: 'docs leaves other files alone',
    }),
  ),
  {
    advice: 'Loads need no comments: go on with npm run etl.',
    file: 'conformance/comments.test.ts',
    title: 'leave the tables, and the next load works',
  },
  { advice: 'Run again later; --debug', file: REDSHIFT_LOADS, title: 'for a reason of its own' },
  { advice: 'Nothing needs to be repeated', file: REDSHIFT_LOADS, title: 'has committed cannot be read' },
  { advice: '[{next} ]Run the same command again: it waits', file: REDSHIFT_LOADS, title: 'what became of a load' },
  { advice: 'Use fewer tables in the model', file: REDSHIFT_LOADS, title: 'a batch has more statements' },
  { advice: 'Split it into several', file: REDSHIFT_LOADS, title: 'a batch has more statements' },
  { advice: 'Load fewer files at a time', file: REDSHIFT_LOADS, title: 'a check fails, and the service tells neither' },
  {
    advice: 'Run again at any time',
    file: 'conformance/redshift-faults.test.ts',
    title: 'is cancelled when it has not ended by its deadline',
  },
  {
    advice: 'Run npm run etl again when no other process',
    file: 'conformance/advice.test.ts',
    title: 'where another loader was faster',
  },
  { advice: 'Run it again.', file: 'conformance/advice.test.ts', title: 'but not the second time' },
  {
    advice: 'npm run create-tables says what is in its place',
    file: NEIGHBOURS,
    title: 'a history that does not belong to the owner',
  },
  {
    advice: 'Add --write to let it change data',
    file: NEIGHBOURS,
    title: "a user's own SQL finds the tables by their plain names",
  },
];

/** Advice that no test follows to its end, and why. */
export const UNTRIED: readonly { readonly because: string; readonly advice: readonly string[] }[] = [
  {
    because: 'it stands for the advice that docs/errors.md gives by a code of AWS; each of that has its own trial',
    advice: ['By its code: see [AWS]'],
  },
  {
    because: 'it takes a certification that finds faults in Redshift, or whose time is up at a certain question',
    advice: ['Was this machine asleep?', 'Report it, and attach {file}', '{file} holds the results so far'],
  },
  { because: 'it takes a mistake in init', advice: ['This is a mistake in init'] },
  { because: 'it takes another Node than the one that runs the tests', advice: ['Install Node {LEAST_NODE}'] },
  {
    because: 'a second line of defence: something before it refuses or corrects the same',
    advice: [
      'Run again; if it happens again',
      'Are the sources and WORK_PREFIX under [S3]',
      'The files are in a different region',
    ],
  },
];
