import type { Client } from 'pg';
import { assertBeginsWith, refused } from '../reading.ts';
import { CODE_OF_OTHERS } from './rights.ts';

/**
 * The first words of statements that read. In addition, the transaction is read-only, and the protocol accepts one
 * statement at a time.
 */
const READING = ['select', 'with', 'values', 'table', 'show', 'explain'];

/** Functions that the catalogue calls volatile but that change nothing. */
const HARMLESS = [
  ...['random', 'random_normal', 'setseed', 'clock_timestamp', 'timeofday', 'currval', 'lastval'],
  ...['gen_random_uuid', 'uuidv4', 'uuidv7', 'txid_current', 'pg_current_xact_id', 'pg_current_wal_lsn'],
  ...['pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'pg_is_in_recovery', 'pg_blocking_pids'],
  ...['pg_database_size', 'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size'],
];

/**
 * A read-only transaction does not stop built-in functions that act outside of it: they write files (lo_export), end
 * sessions, query other servers (dblink). Such a function is VOLATILE and in an untrusted language.
 */
const ACTING = `SELECT p.proname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.provolatile = 'v' AND NOT l.lanpltrusted AND lower(p.proname) = ANY($1) AND p.proname <> ALL($2)
ORDER BY p.proname LIMIT 1`;

/**
 * Refuses a statement that may do more than read. It checks the first word and the functions the statement may call.
 * The text is not parsed, so every word counts, also in literals and comments. Throws WarehouseError `refused`, or pg's
 * error.
 */
export async function assertReads(client: Client, sql: string): Promise<void> {
  assertBeginsWith(READING, sql);
  if (/u&["']/i.test(sql)) {
    throw refused('it holds a text or a name with Unicode escapes (U&)');
  }
  const words = wordsOf(sql);
  const { rows } = await client.query(ACTING, [words, HARMLESS]);
  const [acting] = rows as readonly { readonly proname: string }[];
  if (acting !== undefined) {
    throw refused(`it calls ${acting.proname}`);
  }
}

/**
 * Refuses a user's own statement that runs other users' code (views, functions, foreign tables, …) if this user may
 * reach the server's files and programs. A read-only transaction stops none of that. Throws WarehouseError `refused`,
 * or pg's error.
 */
export async function assertRunsNoCode(client: Client, sql: string): Promise<void> {
  const { rows } = await client.query(CODE_OF_OTHERS, [wordsOf(sql), sql]);
  const [used] = rows as readonly { readonly what: string }[];
  if (used !== undefined) {
    throw refused(
      `it uses ${used.what}; its code would run with this user's rights to the server's files and programs`,
    );
  }
}

function wordsOf(sql: string): readonly string[] {
  return [...new Set(sql.toLowerCase().match(/[a-z_][a-z0-9_]*/g))];
}
