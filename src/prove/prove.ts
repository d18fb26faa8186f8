import * as fc from 'fast-check';
import { DataError, StarloadError } from '../errors.ts';
import { mapAtOnce } from '../objects/at-once.ts';
import type { History } from './histories.ts';
import { historiesOf } from './histories.ts';
import { KindCounter, type Kinds } from './kinds.ts';
import { type Outcome, type ProofContext, play, type RefusedHistory, type Stage } from './play.ts';
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
  let tried = 0;
  const refusals: string[] = [];
  const property = fc.asyncProperty(arbitrary, async (history) => {
    stage.context.signal.throwIfAborted();
    tried += 1;
    tell(stage.context, tried, histories);
    const found = await mistakesAfter(stage, history);
    if (found !== undefined && 'refused' in found) refusals.push(found.refused);
    else kinds.count(history);
    return !isFound(found);
  });
  const first = await fc.check(property, { numRuns: histories, seed, endOnFailure: true });
  stage.context.signal.throwIfAborted();
  // A load that failed is no counterexample. fast-check has an error of its own for a history that is one.
  if (first.errorInstance instanceof StarloadError) throw failed(first.errorInstance, `history ${tried}, seed ${seed}`);
  if (refusals.length === histories) {
    throw new DataError(`the loads refused the data of every history, so nothing is proven: ${refusals[0]}`, [], {
      next: 'Look at the checks in checks/staged and at the records.',
    });
  }
  const proof = { seed, histories: first.numRuns, refused: refusals.length, kinds: kinds.counted };
  if (!first.failed) return { ...proof, counterexample: undefined };
  const [wrong = []] = first.counterexample ?? [];
  const isWrong = async (one: History) => isFound(await mistakesAfter(stage, one));
  const history = await smallest(wrong, isWrong, performance.now() + shrinking);
  const found = await mistakesAfter(stage, history);
  return { ...proof, counterexample: isFound(found) ? { ...found, history } : undefined };
}

function failed(error: StarloadError, where: string): StarloadError {
  return new StarloadError(`${error.message} (${where})`, {
    next: 'Correct the SELECT: a statement must take whatever the records can hold.',
    cause: error,
  });
}

type Found = Omit<Counterexample, 'history'>;

function isFound(found: Found | RefusedHistory | undefined): found is Found {
  return found !== undefined && 'findings' in found;
}

function tell({ emit }: ProofContext, done: number, of: number): void {
  emit({ type: 'doing', what: 'trying histories', done, of });
}

async function mistakesAfter(stage: Stage, history: History): Promise<Found | RefusedHistory | undefined> {
  const isOrdered = history.flat().some(({ records }) => records.length > 1);
  // Both at the same time, because each mostly waits for DuckDB.
  const turns = isOrdered ? [false, true] : [false];
  const [outcome, other] = await mapAtOnce(turns, turns.length, (reversed) => play(stage, history, reversed));
  if (outcome === undefined || 'refused' in outcome) return outcome;
  if (outcome.disagreements.length > 0) {
    const findings = outcome.disagreements.flatMap(({ rule, examples }) =>
      examples.map((example) => ({ table: rule, example })),
    );
    return { findings, byOrder: false };
  }
  const findings = other === undefined || 'refused' in other ? [] : differences(outcome, other);
  return findings.length === 0 ? undefined : { findings, byOrder: true };
}

/** Rows that one of two outcomes has more often. */
function differences(one: Outcome, other: Outcome): Found['findings'] {
  return [...one.rows].flatMap(([table, rows]) => {
    const others = other.rows.get(table) ?? [];
    return [
      ...without(rows, others).map((row) => ({ table, example: `${row}: only in this order` })),
      ...without(others, rows).map((row) => ({ table, example: `${row}: only in the other order` })),
    ];
  });
}

function without(rows: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return rows.filter((row) => {
    const at = left.indexOf(row);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
