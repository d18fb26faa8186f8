import { messageOf } from '../../errors.ts';
import { lineAt } from '../../sql/written.ts';
import type { PostgresTarget } from '../../target.ts';
import { WarehouseError, type WarehouseErrorKind } from '../errors.ts';

interface Rule {
  /** A SQLSTATE or its class (appendix A of PostgreSQL's manual), or a system error code. */
  readonly codes: readonly string[];
  readonly kind: WarehouseErrorKind;
  readonly next: string;
}

const CREATE_TABLES =
  'Run npm run create-tables first (npm run create-tables -- --missing where some tables are there), or correct the name.';

const RULES: readonly Rule[] = [
  { codes: ['40001', '40P01'], kind: 'conflict', next: 'Run again: there was a conflict with another transaction.' },
  { codes: ['42P01', '3F000'], kind: 'missing-table', next: CREATE_TABLES },
  {
    codes: ['55P03'],
    kind: 'busy',
    next: 'Wait until the other process is done and run again; npm run status shows who holds the lock.',
  },
  {
    codes: ['25006'],
    kind: 'refused',
    next: 'Add --write to let it change data.',
  },
  {
    codes: ['42501'],
    kind: 'refused',
    next: 'Ask an owner to GRANT the missing privilege, or name your own schema with DB_SCHEMA.',
  },
  {
    codes: ['2BP01'],
    kind: 'refused',
    next: 'Drop the objects named above, and create them again afterwards.',
  },
  {
    codes: ['23503'],
    kind: 'refused',
    next: 'A load deletes rows and inserts them again. Defer the foreign key named above until the commit (ALTER TABLE … ALTER CONSTRAINT … DEFERRABLE INITIALLY DEFERRED), or drop it.',
  },
  { codes: ['53100'], kind: 'refused', next: "The server's disk is full: free some space there and run again." },
  { codes: ['28'], kind: 'unreachable', next: 'Correct DB_USER or DB_PASSWORD, or let pg_hba.conf admit this host.' },
  {
    codes: ['3D000'],
    kind: 'unreachable',
    next: 'Correct DB_NAME, or create the database: npm run create-tables -- --create-database.',
  },
  { codes: ['53300'], kind: 'unreachable', next: 'The server has no connection left: try again later.' },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT'],
    kind: 'unreachable',
    next: 'Is the server up, and are HOST and DB_PORT right? A firewall may block the connection.',
  },
  {
    codes: ['57P', '08', '25P03', 'ECONNRESET', 'EPIPE'],
    kind: 'unreachable',
    next: 'Run again when the server is up: uncommitted changes are rolled back, and nothing is loaded twice.',
  },
];

/** Messages of node-postgres that have no code. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/Connection terminated|not queryable|Client has encountered a connection error/, '08006'],
  [/timeout expired/, 'ETIMEDOUT'],
  [/client password must be a string/, '28P01'],
];

/** Converts a PostgreSQL error to a WarehouseError, with the line of the statement if the server points at one. */
export function sorted(error: unknown, sql?: string): WarehouseError {
  if (error instanceof WarehouseError) {
    return error;
  }
  const code = codeOf(error);
  const rule = RULES.find(({ codes }) => codes.some((start) => code.startsWith(start)));
  if (code === '57014') {
    return stopped(error);
  }
  const options = { cause: error, next: rule?.next, line: lineOf(error, sql) };
  return new WarehouseError(rule?.kind ?? 'refused', describe(error), options);
}

/** Whether a statement failed because of a limit of the server, such as the size of an index row (class 54). */
export function isBeyondLimits(error: unknown): boolean {
  return error instanceof WarehouseError && codeOf(error.cause).startsWith('54');
}

/** The error for a failed connection. None of its texts contains a password. */
export function connectFailure(
  { host, port, database, user, sslMode }: PostgresTarget,
  error: unknown,
): WarehouseError {
  if (error instanceof WarehouseError) {
    return error;
  }
  const { next } = sorted(error);
  const where = `cannot connect to PostgreSQL at ${host}:${port}, database ${database}, as ${user}`;
  const kind = codeOf(error).startsWith('28') ? 'login' : 'unreachable';
  return new WarehouseError(kind, `${where}: ${describe(error)}`, {
    next: isTlsError(error) ? tlsAdvice(sslMode) : serverAdvice(port, next),
    cause: error,
  });
}

/** Redshift's default port (Management Guide, connecting to a cluster). */
const REDSHIFT_PORT = 5439;

function serverAdvice(port: number, next: string | undefined): string {
  return port === REDSHIFT_PORT
    ? 'Check HOST, DB_PORT, DB_NAME and DB_USER in dwh.cfg. Or is it Redshift behind a custom domain name? Then delete HOST, and write CLUSTER_IDENTIFIER (or WORKGROUP) and REGION.'
    : (next ?? 'Check HOST, DB_PORT, DB_NAME and DB_USER in dwh.cfg.');
}

/**
 * The error for a server that turns out to be Redshift. HOST is then a custom domain name, which does not reveal it.
 */
export function redshiftFailure({ host }: PostgresTarget): WarehouseError {
  return new WarehouseError(
    'unreachable',
    `the server at ${host} is Amazon Redshift, but HOST does not show which cluster or workgroup`,
    {
      next: 'Delete HOST in dwh.cfg, and write CLUSTER_IDENTIFIER (or WORKGROUP) and REGION instead.',
    },
  );
}

/** The error for a statement that was cancelled by Starload, by the time limit, or by an administrator. */
function stopped(error: unknown): WarehouseError {
  const message = messageOf(error);
  return /statement timeout|lock timeout/.test(message)
    ? new WarehouseError('busy', message, {
        next: 'Another run may hold the lock: npm run status. Or raise TIMEOUT_MINUTES under [LOAD] in dwh.cfg.',
        cause: error,
      })
    : new WarehouseError('cancelled', 'the statement was cancelled', { cause: error });
}

/** The server counts the characters of the statement from 1 (Frontend/Backend Protocol, error fields). */
function lineOf(error: unknown, sql: string | undefined): number | undefined {
  const position = typeof error === 'object' && error !== null && 'position' in error ? Number(error.position) : 0;
  return sql !== undefined && position > 0 ? lineAt(sql, position) : undefined;
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return code === '' ? (TEXTS.find(([pattern]) => pattern.test(messageOf(error)))?.[1] ?? '') : code;
}

/** The message, with the detail if it names what is in the way. */
function describe(error: unknown): string {
  const isDependency = codeOf(error) === '2BP01';
  const detail = isDependency && error instanceof Error && 'detail' in error ? String(error.detail) : '';
  const message = messageOf(error) || codeOf(error);
  return detail === '' ? message : `${message} (${detail.replaceAll('\n', '; ')})`;
}

function isTlsError(error: unknown): boolean {
  return /SSL|TLS|certificate|self.signed|altname/i.test(`${messageOf(error)} ${codeOf(error)}`);
}

function tlsAdvice(mode: PostgresTarget['sslMode']): string {
  const trust = 'name the CA that signed it in PGSSLROOTCERT (or NODE_EXTRA_CA_CERTS)';
  return mode === 'require'
    ? 'Connections to other hosts are encrypted: enable TLS on the server or, in a network you trust, set SSL_MODE = disable.'
    : `For servers on other hosts, the certificate is verified: ${trust}; in a network you trust set SSL_MODE = require or disable.`;
}
