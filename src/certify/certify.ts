import { messageOf } from '../errors.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { createTables } from '../pipeline/create-tables.ts';
import { type Explained, explainAll, type Refusal } from '../pipeline/explain-statements.ts';
import type { Model } from '../sql/catalogue.ts';
import type { Service } from '../warehouse/service.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type CertifiedDocument, releaseOf, wordsOf } from './document.ts';
import { deadSchemas, dropSchema, makeSchema } from './grounds.ts';
import { type Answer, type Bench, NOT_TRIED, OTHER, type Probe } from './probe.ts';
import { PROBES } from './probes/all.ts';
import { TRIALS, type TrialFiles, type TrialName, tryLoads } from './trial-load.ts';

/** Something that a certification has found, as it goes. */
export type Finding =
  | { readonly kind: 'removed'; readonly schema: string }
  | { readonly kind: 'explained'; readonly statements: number; readonly refused: readonly Refusal[] }
  | { readonly kind: 'answered'; readonly probe: Pick<Probe, 'name' | 'question' | 'answers'>; readonly answer: Answer }
  | { readonly kind: 'tried'; readonly name: TrialName; readonly question: string; readonly answer: Answer };

/** What a certification works with. */
export interface Certification {
  readonly model: Model;
  readonly service: Service;
  /** The schema of its own, in which `warehouse` and the loaders work. */
  readonly schema: string;
  readonly warehouse: Warehouse;
  /** Two loaders of the trial's files; absent where dwh.cfg has no work prefix. */
  readonly loaders: readonly [LoadContext, LoadContext] | undefined;
  readonly files: TrialFiles;
  readonly put: Bench['put'];
  /** Removes what a certification wrote to S3. */
  readonly removeFiles: (schema: string) => Promise<void>;
  /** The longest one may take. */
  readonly longestMilliseconds: number;
  readonly version: string;
  readonly probes?: readonly Probe[];
  readonly onFinding: (finding: Finding) => void;
  /** Aborted when time is up, or the user wants it to stop; its reason is thrown. */
  readonly signal: AbortSignal;
}

/** A schema is taken for a dead certification's when its time was up so long ago. */
const GRACE_MILLISECONDS = 15 * 60 * 1000;

/**
 * Asks the warehouse everything, in a schema of its own that is dropped in the end, whatever happens. Throws StarloadError
 * where the schema cannot be made or dropped; a question that fails is an answer.
 */
export async function certify(certification: Certification): Promise<CertifiedDocument> {
  const { service, schema, removeFiles, signal } = certification;
  await removeDead(certification);
  // What runs keeps the schema from being dropped.
  const stop = () => void service.cancel();
  signal.addEventListener('abort', stop);
  try {
    await makeSchema(service, schema);
    return await examine(certification);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await dropSchema(service, schema);
    await removeFiles(schema);
  }
}

/** Removes what certifications that were killed have left behind. */
async function removeDead(certification: Certification): Promise<void> {
  const { service, longestMilliseconds, removeFiles, onFinding } = certification;
  for (const schema of await deadSchemas(service, new Date(), longestMilliseconds + GRACE_MILLISECONDS)) {
    await dropSchema(service, schema);
    await removeFiles(schema);
    onFinding({ kind: 'removed', schema });
  }
}

async function examine(certification: Certification): Promise<CertifiedDocument> {
  const { model, service, warehouse, onFinding, signal, version } = certification;
  await createTables(model, warehouse);
  const explained = await explainAll(model, warehouse);
  onFinding({ kind: 'explained', ...explained });
  const answers = new Map<string, Answer>();
  for (const probe of certification.probes ?? PROBES) {
    signal.throwIfAborted();
    const answer = await ask(probe, certification);
    answers.set(probe.name, answer);
    onFinding({ kind: 'answered', probe, answer });
  }
  const load = await tryAll(certification);
  const { rows } = await warehouse.query('SELECT version() AS version');
  return documentOf({ service, version, release: releaseOf(String(rows[0]?.[0] ?? '')), explained, answers, load });
}

/** A probe that breaks off has found something nobody had thought of; the others are asked all the same. */
async function ask(probe: Probe, { service, schema, put, signal }: Certification): Promise<Answer> {
  if (probe.needsFile === true && put === undefined) {
    return { answer: NOT_TRIED, said: 'there is no work prefix to copy a file from' };
  }
  try {
    return await probe.ask({ service, schema, put });
  } catch (error) {
    signal.throwIfAborted();
    return { answer: OTHER, said: messageOf(error) };
  }
}

async function tryAll({ loaders, files, onFinding, signal }: Certification): Promise<ReadonlyMap<TrialName, Answer>> {
  const found = new Map<TrialName, Answer>();
  if (loaders !== undefined) {
    signal.throwIfAborted();
    await tryLoads(loaders, files, (name, answer) => {
      found.set(name, answer);
      onFinding({ kind: 'tried', name, question: TRIALS[name].question, answer });
    });
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

/** What keeps a warehouse from being certified: statements that it refuses, a trial load that came out wrong. */
export function shortcomings({ statements, load }: CertifiedDocument): readonly string[] {
  const trials = Object.entries(load).filter(([name, answer]) => TRIALS[name as TrialName].wanted !== answer);
  return [...statements.refused, ...trials.map(([name, answer]) => `${TRIALS[name as TrialName].question}: ${answer}`)];
}
