import * as fc from 'fast-check';
import { StarloadError } from '../errors.ts';
import type { LoadContext } from '../pipeline/context.ts';
import type { History } from './histories.ts';
import { historiesOf } from './histories.ts';
import { KindCounter, type Kinds } from './kinds.ts';
import { type Outcome, play, type Stage } from './play.ts';
import { readSamples } from './sample.ts';
import { smallest } from './shrink.ts';

/** How much is tried. The same seed tries the same histories. */
export interface ProveOptions {
  readonly histories: number;
  readonly seed: number;
  /** How long a counterexample is made smaller, in milliseconds; a minute if absent. */
  readonly shrinking?: number;
}

/** A history after which the tables are wrong, as small as it could be made in the time. */
export interface Counterexample {
  readonly history: History;
  /** What is wrong: the table and the rows, one finding each. */
  readonly findings: readonly { readonly table: string; readonly example: string }[];
  /** Whether it is the order of the records in the files that decides. */
  readonly byOrder: boolean;
}

/** What a proof found. */
export interface Proof {
  readonly seed: number;
  readonly histories: number;
  /** How many of them hold data that the loads refused, and so showed nothing. */
  readonly refused: number;
  /** By kind of coincidence, in how many histories it occurs. */
  readonly kinds: Kinds;
  readonly counterexample: Counterexample | undefined;
}

const SHRINKING = 60_000;

/**
 * Tries random histories of loads over records of the sources: after each, every table must hold what its SELECT gives
 * from all of staging, whatever the order of the records in a file. Throws StarloadError if a source has no records.
 */
export async function prove(stage: Stage, { histories, seed, shrinking = SHRINKING }: ProveOptions): Promise<Proof> {
  const samples = await readSamples(stage.context);
  const arbitrary = historiesOf(samples);
  const kinds = new KindCounter(samples);
  let [tried, refused] = [0, 0];
  const property = fc.asyncProperty(arbitrary, async (history) => {
    stage.context.signal.throwIfAborted();
    tried += 1;
    tell(stage.context, tried, histories);
    const found = await mistakesAfter(stage, history);
    if (found === 'refused') refused += 1;
    else kinds.count(history);
    return !isFound(found);
  });
  const first = await fc.check(property, { numRuns: histories, seed, endOnFailure: true });
  // A load that failed is no counterexample. fast-check has an error of its own for a history that is one.
  if (first.errorInstance instanceof StarloadError) throw first.errorInstance;
  stage.context.signal.throwIfAborted();
  const proof = { seed, histories: first.numRuns, refused, kinds: kinds.counted };
  if (!first.failed) return { ...proof, counterexample: undefined };
  const [wrong = []] = first.counterexample ?? [];
  const isWrong = async (one: History) => isFound(await mistakesAfter(stage, one));
  const history = await smallest(wrong, isWrong, performance.now() + shrinking);
  const found = await mistakesAfter(stage, history);
  return { ...proof, counterexample: isFound(found) ? { ...found, history } : undefined };
}

type Found = Omit<Counterexample, 'history'>;

function isFound(found: Found | 'refused' | undefined): found is Found {
  return found !== undefined && found !== 'refused';
}

function tell({ emit }: LoadContext, done: number, of: number): void {
  emit({ type: 'doing', what: 'trying histories', done, of });
}

async function mistakesAfter(stage: Stage, history: History): Promise<Found | 'refused' | undefined> {
  const outcome = await play(stage, history);
  if (outcome === undefined) return 'refused';
  if (outcome.disagreements.length > 0) {
    const findings = outcome.disagreements.flatMap(({ rule, examples }) =>
      examples.map((example) => ({ table: rule, example })),
    );
    return { findings, byOrder: false };
  }
  const isOrdered = history.flat().some(({ records }) => records.length > 1);
  const other = isOrdered ? await play(stage, history, true) : undefined;
  const findings = other === undefined ? [] : differences(outcome, other);
  return findings.length === 0 ? undefined : { findings, byOrder: true };
}

/** Rows that only one of two outcomes has. */
function differences(one: Outcome, other: Outcome): Found['findings'] {
  return [...one.rows].flatMap(([table, rows]) => {
    const others = other.rows.get(table) ?? [];
    return [
      ...rows.filter((row) => !others.includes(row)).map((row) => ({ table, example: `${row}: only in this order` })),
      ...others
        .filter((row) => !rows.includes(row))
        .map((row) => ({ table, example: `${row}: only in the other order` })),
    ];
  });
}
