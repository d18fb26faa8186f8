import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, messageOf } from '../errors.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { etl } from '../pipeline/etl.ts';
import { rebuild } from '../pipeline/rebuild.ts';
import { reconcile } from '../pipeline/reconcile.ts';
import type { LoadReport } from '../pipeline/report.ts';
import type { Answer } from './probe.ts';

/** The possible results of a small load, step by step. */
export const TRIALS = {
  refuses: { question: 'a load with a bad record', wanted: 'named' },
  once: { question: 'two loaders at once, the record repaired', wanted: 'once' },
  rebuild: { question: 'rebuild', wanted: 'same' },
  reconcile: { question: 'reconcile --recount', wanted: 'agreed' },
} as const;

export type TrialName = keyof typeof TRIALS;

const EVENT = {
  artist: "Des'ree",
  auth: 'Logged In',
  firstName: 'Kaylee',
  gender: 'F',
  itemInSession: 1,
  lastName: 'Summers',
  length: 246.30812,
  level: 'free',
  location: 'Phoenix-Mesa-Scottsdale, AZ',
  method: 'PUT',
  page: 'NextSong',
  registration: 1540344794796,
  sessionId: 139,
  song: 'You Gotta Be',
  status: 200,
  ts: 1541106106796,
  userAgent: 'certify',
  userId: '8',
};
const SONG = {
  num_songs: 1,
  artist_id: 'ARCERTIFY000000001',
  artist_latitude: null,
  artist_longitude: null,
  artist_location: '',
  artist_name: "Des'ree",
  song_id: 'SOCERTIFY000000001',
  title: 'You Gotta Be',
  duration: 246.30812,
  year: 1994,
};

/** A folder of small files for a trial, including a bad one. */
export class TrialFiles {
  readonly logs: string;
  readonly songs: string;
  readonly bad: string;

  constructor(folder: string) {
    this.logs = join(folder, 'log_data');
    this.songs = join(folder, 'song_data');
    this.bad = join(this.logs, '2018-11-02-events.json');
    mkdirSync(this.logs, { recursive: true });
    mkdirSync(this.songs, { recursive: true });
    writeFileSync(
      join(this.logs, '2018-11-01-events.json'),
      lines([EVENT, { ...EVENT, itemInSession: 2, page: 'Home' }]),
    );
    writeFileSync(join(this.songs, 'SOCERTIFY000000001.json'), lines([SONG]));
    writeFileSync(
      this.bad,
      lines([
        { ...EVENT, itemInSession: 3 },
        { ...EVENT, itemInSession: 4, ts: 'yesterday' },
      ]),
    );
  }

  repair(): void {
    writeFileSync(
      this.bad,
      lines([
        { ...EVENT, itemInSession: 3 },
        { ...EVENT, itemInSession: 4 },
      ]),
    );
  }
}

const EVENTS = 4;

function lines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/**
 * Loads a bad record, then its correction with two loaders at once, rebuilds and reconciles. Reports each step as it
 * ends.
 */
export async function tryLoads(
  loaders: readonly [LoadContext, LoadContext],
  files: TrialFiles,
  onAnswer: (name: TrialName, answer: Answer) => void,
): Promise<void> {
  const [one] = loaders;
  onAnswer('refuses', await tryBad(one, files));
  files.repair();
  const loaded = await Promise.allSettled(loaders.map((loader) => etl(loader)));
  onAnswer('once', await countOnce(one, loaded));
  onAnswer('rebuild', await tryRebuild(one));
  const { disagreements } = await reconcile(one, { recounts: true });
  const rules = disagreements.map(({ rule }) => rule).join(', ');
  onAnswer('reconcile', { answer: rules === '' ? 'agreed' : 'differed', said: rules });
}

async function tryBad(context: LoadContext, { bad }: TrialFiles): Promise<Answer> {
  try {
    await etl(context);
    return { answer: 'loaded' };
  } catch (error) {
    const [problem] = error instanceof DataError ? error.problems : [];
    const isNamed = problem?.file?.endsWith(bad) === true && problem.line === 2 && problem.column === 'ts';
    return { answer: isNamed ? 'named' : 'not_named', said: messageOf(error) };
  }
}

async function countOnce(context: LoadContext, loaded: readonly PromiseSettledResult<LoadReport>[]): Promise<Answer> {
  const failure = loaded.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failure !== undefined) {
    return { answer: 'failed', said: messageOf(failure.reason) };
  }
  const staged = await rowsOf(context, 'staging_events');
  return { answer: staged === EVENTS ? 'once' : 'not_once', said: `${staged} of ${EVENTS} events` };
}

async function tryRebuild(context: LoadContext): Promise<Answer> {
  const before = await rowsOf(context, 'songplays');
  const after = (await rebuild(context)).rows.get('songplays');
  return { answer: after === before ? 'same' : 'different', said: `${before} plays before, ${after} after` };
}

async function rowsOf({ warehouse }: LoadContext, table: 'staging_events' | 'songplays'): Promise<number> {
  const { rows } = await warehouse.query(`SELECT COUNT(*) AS n FROM ${table}`);
  return Number(rows[0]?.[0]);
}
