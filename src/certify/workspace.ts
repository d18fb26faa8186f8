import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StarloadError } from '../errors.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { Service } from '../warehouse/service.ts';
import { errorOf } from './probe.ts';

/** The names of certification schemas: the start time in UTC, and a random suffix that makes the name unique. */
const NAME = /^starload_certify_\d{8}_\d{6}_[0-9a-f]{8}$/;
/**
 * A table that only a certification's schema has. Its one row is the heartbeat: when the certification was last known
 * to be alive.
 */
const MARK = 'starload_certify_mark';
const BEAT_MILLISECONDS = 30_000;
/** A certification is considered dead this long after its last heartbeat: it has missed five of them. */
const DEAD_AFTER_MINUTES = 3;

/** A name for the schema of a certification that begins now. */
export function newSchema(now: Date): string {
  const time = now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '_');
  return `starload_certify_${time}_${randomBytes(4).toString('hex')}`;
}

/** Whether the name of a schema, or of a folder in the work prefix, is that of a certification. */
export function isCalledSo(schema: string): boolean {
  return NAME.test(schema);
}

/** Creates the schema with its mark, both or neither. */
export async function makeSchema(service: Service, schema: string): Promise<void> {
  await done(service, [
    `CREATE SCHEMA ${quoteIdentifier(schema)}`,
    `CREATE TABLE ${markOf(schema)} (beat TIMESTAMP)`,
    `INSERT INTO ${markOf(schema)} VALUES (GETDATE())`,
  ]);
}

/** Prevents a schema from being considered that of a dead certification. */
export interface Heartbeat {
  /** Stops it. Once this resolves, nothing of it runs. */
  stop(): Promise<void>;
}

/** Starts renewing the mark of a schema at intervals. If one beat fails, the next one makes up for it. */
export function keepAlive(service: Service, schema: string, everyMilliseconds = BEAT_MILLISECONDS): Heartbeat {
  const stopping = new AbortController();
  const { signal } = stopping;
  const beating = (async () => {
    while (!signal.aborted) {
      await sleep(everyMilliseconds, undefined, { signal, ref: false });
      await beat(service, schema).catch(() => false);
    }
  })().catch(() => undefined);
  return {
    stop: async () => {
      stopping.abort();
      await beating;
    },
  };
}

/** Throws StarloadError if the schema is gone. In that case, everything found since is meaningless. */
export async function assertStanding(service: Service, schema: string): Promise<void> {
  if (!(await beat(service, schema))) {
    throw new StarloadError(
      'another certification removed the schema of this one, because it considered this one dead',
      {
        next: 'Was this machine asleep? Run it again.',
      },
    );
  }
}

async function beat(service: Service, schema: string): Promise<boolean> {
  const { status } = await service.send([`UPDATE ${markOf(schema)} SET beat = GETDATE()`]);
  return status === 'FINISHED';
}

/** Drops the schema of a certification, and no other: its name must match, and it must have the mark. */
export async function dropSchema(service: Service, schema: string): Promise<void> {
  if ((await marked(service)).includes(schema)) {
    await done(service, [`DROP SCHEMA ${quoteIdentifier(schema)} CASCADE`]);
  }
}

/** The schemas of killed certifications: those without a recent heartbeat, by the warehouse's own clock. */
export async function deadSchemas(service: Service): Promise<readonly string[]> {
  const dead: string[] = [];
  for (const schema of await marked(service)) {
    if (await isDead(service, schema)) {
      dead.push(schema);
    }
  }
  return dead;
}

/** A mark that cannot be read is another user's, or is gone by now. */
async function isDead(service: Service, schema: string): Promise<boolean> {
  const late = `beat < DATEADD(minute, -${DEAD_AFTER_MINUTES}, GETDATE())`;
  const { id, status } = await service.send([`SELECT COUNT(*) AS n FROM ${markOf(schema)} WHERE ${late}`]);
  return status === 'FINISHED' && Number((await service.rows(id, 1)).rows[0]?.[0]) > 0;
}

async function marked(service: Service): Promise<readonly string[]> {
  const sql = `SELECT table_schema FROM information_schema.tables WHERE table_name = ${quoteLiteral(MARK)}`;
  const { id } = await done(service, [sql]);
  return (await service.rows(id, 1)).rows.map(([schema]) => String(schema)).filter(isCalledSo);
}

function markOf(schema: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(MARK)}`;
}

async function done(service: Service, sqls: readonly string[]) {
  const sent = await service.send(sqls);
  if (sent.status !== 'FINISHED') {
    throw new StarloadError(`the schema of the certification cannot be created, found or dropped: ${errorOf(sent)}`, {
      next: 'Let the database user create schemas: GRANT CREATE ON DATABASE. Nothing else was changed.',
    });
  }
  return sent;
}
