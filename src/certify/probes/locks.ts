import { setTimeout as sleep } from 'node:timers/promises';
import { quoteIdentifier } from '../../sql/render.ts';
import type { KeptSession, Sent, Service } from '../../warehouse/service.ts';
import { type Answer, type Bench, errorOf, OTHER, type Probe } from '../probe.ts';

/** A batch that the service is working on may not have reached its first statement. */
const HEAD_START_MILLISECONDS = 1000;

const LOCK = 'LOCK {table}';
const SELECT = 'SELECT n FROM {table}';

/** Two concurrent transactions. */
export const LOCK_PROBES: readonly Probe[] = [
  {
    name: 'lock_snapshot',
    question: 'when a transaction that starts with LOCK takes its snapshot',
    answers: { after: 'the snapshot is taken after the lock', before: 'the snapshot is taken before the lock' },
    ask: (bench) =>
      besideWriter(bench, { name: 'lock_snapshot', sqls: [LOCK, 'SELECT n AS found FROM {table}'] }, async (sent) => {
        if (sent.status !== 'FINISHED') {
          return { answer: isConflict(errorOf(sent)) ? 'before' : OTHER, said: errorOf(sent) };
        }
        const { rows } = await bench.service.rows(sent.id, 2);
        return { answer: Number(rows[0]?.[0]) === 1 ? 'after' : 'before' };
      }),
  },
  {
    name: 'same_row',
    question: 'an update of a row that another transaction has just updated',
    answers: {
      snapshot_conflict: 'refused, `conflict with concurrent transaction`',
      serialization_1023: 'refused, 1023',
      both: 'both take effect',
    },
    ask: (bench) =>
      besideWriter(bench, { name: 'same_row', sqls: [SELECT, 'UPDATE {table} SET n = n + 1'] }, async (sent) => {
        const said = errorOf(sent);
        if (sent.status === 'FINISHED') {
          return { answer: 'both' };
        }
        return { answer: conflictOf(said) ?? OTHER, said };
      }),
  },
  {
    name: 'aborted_error',
    question: 'the Error of a batch that was cancelled',
    answers: { told: 'present', absent: 'absent' },
    ask: (bench) =>
      besideWriter(bench, { name: 'aborted_error', sqls: [LOCK], cancels: true }, async ({ status, error }) => ({
        answer: status === 'ABORTED' ? whetherTold(error) : OTHER,
        said: error || status,
      })),
  },
];

function whetherTold(error: string): string {
  return error === '' ? 'absent' : 'told';
}

function conflictOf(error: string): string | undefined {
  if (/conflict with concurrent transaction/i.test(error)) {
    return 'snapshot_conflict';
  }
  return /\b1023\b/.test(error) ? 'serialization_1023' : undefined;
}

function isConflict(error: string): boolean {
  return conflictOf(error) !== undefined;
}

/** A batch that needs a table which another transaction has locked and changed. */
interface Encounter {
  readonly name: string;
  readonly sqls: readonly string[];
  /** Whether it is cancelled while it waits. If not, the other transaction then commits. */
  readonly cancels?: boolean;
}

/**
 * Creates a table of one row and runs a batch on it concurrently with another transaction. Returns what is read from
 * the batch's end.
 */
async function besideWriter(
  { service, schema }: Bench,
  encounter: Encounter,
  read: (sent: Sent) => Promise<Answer>,
): Promise<Answer> {
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(`probe_${encounter.name}`)}`;
  const made = await service.send([`CREATE TABLE ${table} (n INTEGER)`, `INSERT INTO ${table} VALUES (0)`]);
  if (made.status !== 'FINISHED') {
    return { answer: OTHER, said: errorOf(made) };
  }
  const writer = await service.openSession('BEGIN');
  try {
    return await read(await behind(service, writer, table, encounter));
  } catch (error) {
    // Its lock would keep the schema from being dropped until the session ends.
    await writer.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Runs a batch that begins while a writer holds the table, and returns its outcome. */
async function behind(
  service: Service,
  writer: KeptSession,
  table: string,
  { sqls, cancels }: Encounter,
): Promise<Sent> {
  await writer.run(`LOCK ${table}`);
  await writer.run(`UPDATE ${table} SET n = 1`);
  let tellStarted = (_id: string) => {};
  const started = new Promise<string>((resolve) => {
    tellStarted = resolve;
  });
  const sending = service.send(
    sqls.map((sql) => sql.replaceAll('{table}', table)),
    { onStarted: tellStarted },
  );
  const waiting = await Promise.race([started, sending.then(({ id }) => id)]);
  if (cancels === true) {
    await service.cancel(waiting);
    const sent = await sending;
    await writer.run('ROLLBACK');
    return sent;
  }
  await sleep(HEAD_START_MILLISECONDS);
  await writer.run('COMMIT');
  return sending;
}
