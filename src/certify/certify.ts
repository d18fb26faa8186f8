import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { createTables } from '../pipeline/create-tables.ts';
import type { Emit } from '../pipeline/events.ts';
import { type Explained, explainAll, type RefusedStatement } from '../pipeline/explain-statements.ts';
import type { Model } from '../sql/catalogue.ts';
import type { Service } from '../warehouse/service.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type CertifiedDocument, releaseOf, wordsOf } from './document.ts';
import { type Answer, type Bench, NOT_REACHED, NOT_TRIED, OTHER, type Probe } from './probe.ts';
import { PROBES } from './probes/all.ts';
import { TRIALS, type TrialFiles, type TrialName, tryLoads } from './trial-load.ts';
import { assertStanding, deadSchemas, dropSchema, keepAlive, makeSchema } from './workspace.ts';

/** A finding of a certification, reported as it proceeds. */
export type Finding =
  | { readonly kind: 'removed'; readonly schema: string }
  | { readonly kind: 'explained'; readonly statements: number; readonly refused: readonly RefusedStatement[] }
  | { readonly kind: 'answered'; readonly probe: Pick<Probe, 'name' | 'question' | 'answers'>; readonly answer: Answer }
  | { readonly kind: 'tried'; readonly name: TrialName; readonly question: string; readonly answer: Answer };

/** What a certification needs. */
export interface Certification {
  readonly model: Model;
  readonly service: Service;
  /** The schema that only this certification uses, and in which `warehouse` and the loaders work. */
  readonly schema: string;
  readonly warehouse: Warehouse;
  /** Two loaders of the trial's files; absent if dwh.cfg has no work prefix. */
  readonly loaders: readonly [LoadContext, LoadContext] | undefined;
  readonly files: TrialFiles;
  readonly put: Bench['put'];
  /** Removes what a certification wrote to S3. */
  readonly removeFiles: (schema: string) => Promise<void>;
  readonly version: string;
  readonly probes?: readonly Probe[];
  readonly onFinding: (finding: Finding) => void;
  /** Receives what is being asked. */
  readonly emit?: Emit;
  /** Aborted when the user wants it to stop; its reason is thrown. */
  readonly signal: AbortSignal;
  /**
   * Aborted when its time is up. The remaining questions are not reached. Its reason is thrown if nothing was found by
   * then.
   */
  readonly timeUp: AbortSignal;
}

/**
 * Asks the warehouse as many questions as time allows, in a schema of its own that is always dropped in the end. Throws
 * StarloadError if the schema cannot be created or dropped. A question that fails is an answer.
 */
export async function certify(certification: Certification): Promise<CertifiedDocument> {
  await removeDead(certification);
  const document = await inSchema(certification, () => examine(certification));
  // A certification that was killed shortly before this one began counts as dead by now.
  await removeDead(certification);
  return document;
}

/**
 * How often to look for the schema of a killed certification: statements that are still running may be about to create
 * it.
 */
const LOOKS = 4;
const BETWEEN_LOOKS_MILLISECONDS = 5000;

/** Removes what a certification that was just killed has left behind: it uses this one's schema. */
export async function removeKilled(certification: Certification): Promise<void> {
  for (let look = 1; look <= LOOKS; look += 1) {
    await remove(certification, certification.schema).catch(() => undefined);
    await sleep(BETWEEN_LOOKS_MILLISECONDS);
  }
}

/** Runs the action in the certification's schema, and always removes the schema afterwards. */
async function inSchema<T>(certification: Certification, action: () => Promise<T>): Promise<T> {
  const { service, schema, signal, timeUp } = certification;
  const stopped = AbortSignal.any([signal, timeUp]);
  // Running statements keep the schema from being dropped.
  const stop = () => void service.cancel();
  stopped.addEventListener('abort', stop);
  try {
    await makeSchema(service, schema);
    const heartbeat = keepAlive(service, schema);
    try {
      return await action();
    } finally {
      await heartbeat.stop();
    }
  } catch (error) {
    stopped.throwIfAborted();
    throw error;
  } finally {
    stopped.removeEventListener('abort', stop);
    await remove(certification, schema);
  }
}

/** Removes what killed certifications have left behind. */
async function removeDead(certification: Certification): Promise<void> {
  for (const schema of await deadSchemas(certification.service)) {
    await remove(certification, schema);
    certification.onFinding({ kind: 'removed', schema });
  }
}

/** Removes the files first: once the schema is gone, no later run would look for them. */
async function remove({ service, removeFiles }: Certification, schema: string): Promise<void> {
  try {
    await removeFiles(schema);
  } finally {
    await dropSchema(service, schema);
  }
}

async function examine(certification: Certification): Promise<CertifiedDocument> {
  const { model, service, schema, warehouse, onFinding, version, signal, timeUp, emit = () => {} } = certification;
  const stopped = AbortSignal.any([signal, timeUp]);
  await createTables(model, warehouse, { signal: stopped, emit });
  emit({ type: 'doing', what: 'having the statements planned (EXPLAIN)' });
  const explained = await explainAll(model, warehouse, stopped);
  onFinding({ kind: 'explained', ...explained });
  const { rows } = await warehouse.query('SELECT version() AS version');
  const answers = new Map<string, Answer>();
  const probes = certification.probes ?? PROBES;
  for (const probe of probes) {
    emit({ type: 'doing', what: `question: ${probe.name}`, done: answers.size, of: probes.length });
    const answer = await ask(probe, certification);
    answers.set(probe.name, answer);
    onFinding({ kind: 'answered', probe, answer });
  }
  const load = await tryAll(certification);
  await assertStanding(service, schema);
  return documentOf({ service, version, release: releaseOf(String(rows[0]?.[0] ?? '')), explained, answers, load });
}

/** Asks a probe. A probe that fails has found an unexpected answer; the other probes run anyway. */
async function ask(probe: Probe, { service, schema, put, signal, timeUp }: Certification): Promise<Answer> {
  if (probe.needsFile === true && put === undefined) {
    return { answer: NOT_TRIED, said: 'there is no work prefix to copy a file from' };
  }
  const found = timeUp.aborted ? undefined : await answerOf(probe, { service, schema, put });
  signal.throwIfAborted();
  // A probe that was cancelled has found nothing.
  return timeUp.aborted || found === undefined ? { answer: NOT_REACHED } : found;
}

async function answerOf(probe: Probe, bench: Bench): Promise<Answer> {
  try {
    return await probe.ask(bench);
  } catch (error) {
    return { answer: OTHER, said: messageOf(error) };
  }
}

async function tryAll(certification: Certification): Promise<ReadonlyMap<TrialName, Answer>> {
  const { loaders, files, onFinding, signal, timeUp, emit = () => {} } = certification;
  const found = new Map<TrialName, Answer>();
  if (loaders === undefined) {
    return found;
  }
  emit({ type: 'doing', what: 'loading a few files as a trial' });
  const tell = (name: TrialName, answer: Answer) => {
    found.set(name, answer);
    onFinding({ kind: 'tried', name, question: TRIALS[name].question, answer });
  };
  try {
    timeUp.throwIfAborted();
    await tryLoads(loaders, files, (name, answer) => timeUp.aborted || tell(name, answer));
  } catch (error) {
    signal.throwIfAborted();
    if (!timeUp.aborted) {
      throw error;
    }
  }
  for (const name of (Object.keys(TRIALS) as TrialName[]).filter((each) => !found.has(each))) {
    tell(name, { answer: NOT_REACHED });
  }
  return found;
}

interface Findings {
  readonly service: Service;
  readonly version: string;
  readonly release: string;
  readonly explained: Explained;
  readonly answers: ReadonlyMap<string, Answer>;
  readonly load: ReadonlyMap<string, Answer>;
}

function documentOf({ service, version, release, explained, answers, load }: Findings): CertifiedDocument {
  return {
    format: 1,
    certified: new Date().toISOString().slice(0, 10),
    starload: version,
    engine: { kind: service.kind, release, region: service.region },
    statements: { explained: explained.statements, refused: explained.refused.map(({ statement }) => statement) },
    answers: wordsOf(answers),
    load: wordsOf(load),
  };
}

/**
 * The reasons for which a warehouse cannot be certified: statements that it refuses, a trial load with a wrong result.
 */
export function shortcomings({ statements, load }: CertifiedDocument): readonly string[] {
  const wrong = Object.entries(load).filter(
    ([name, answer]) => answer !== NOT_REACHED && TRIALS[name as TrialName].wanted !== answer,
  );
  return [...statements.refused, ...wrong.map(([name, answer]) => `${TRIALS[name as TrialName].question}: ${answer}`)];
}

/** How many questions and steps of the trial load were left when time was up. */
export function notReached({ answers, load }: CertifiedDocument): number {
  return [...Object.values(answers), ...Object.values(load)].filter((answer) => answer === NOT_REACHED).length;
}
