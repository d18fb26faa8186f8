import { describePassedOver } from '../objects/objects.ts';
import type { LoadContext } from './context.ts';
import { compareControlTables } from './reconcile/control.ts';
import { type Disagreement, Disagreements } from './reconcile/disagreements.ts';
import { compareFiles } from './reconcile/files.ts';
import type { Sample } from './reconcile/sample.ts';
import { compareSources, type SourceComparison } from './reconcile/sources.ts';
import { compareStar } from './reconcile/star.ts';
import { wayOf } from './ways/way.ts';

/** How sources, ledger, staging and star compare. */
export interface Reconciliation {
  readonly sources: readonly Pick<SourceComparison, 'table' | 'files' | 'records'>[];
  /** Empty if everything agrees. */
  readonly disagreements: readonly Disagreement[];
  /** Why something was not compared, and which files are set aside. */
  readonly notes: readonly string[];
  /** How long each comparison took. */
  readonly seconds: Readonly<Record<'sources' | 'star' | 'files', number>>;
}

/** What to compare, and what to report. */
export interface ReconcileOptions {
  /**
   * Whether to read every file: to count its records, compare its values, and name rows that no file holds any more.
   */
  readonly recounts: boolean;
  /** If absent, everything is compared. */
  readonly sample?: Sample | undefined;
  /** Whether to print values, which may be personal data. */
  readonly excerpts?: boolean;
}

/**
 * Compares the sources with the ledger, the control tables with what loads write there, staging with the ledger, and
 * each value of the star with the value derived from staging. With `recounts` it also compares each value of staging
 * with the files. Throws StarloadError if a source or the warehouse cannot be read.
 */
export async function reconcile(
  context: LoadContext,
  { recounts, sample, excerpts = true }: ReconcileOptions,
): Promise<Reconciliation> {
  const found = new Disagreements();
  const compared = await timed(() => compareSources(context, { recounts, sample, found }));
  const star = await timed(() => compareStar(context, sample, excerpts));
  const { sources, stamp, forgets } = compared.value;
  // A refresh from whole folders leaves nothing behind.
  const mayHoldMore = wayOf(context.warehouse).isIncremental && sources.some((source) => source.mayHoldMore);
  const control = await compareControlTables(context);
  const note = mayHoldMore ? reasonNotToSearch({ recounts, sample }, sources, found.list()) : undefined;
  const searchesUnheld = mayHoldMore && note === undefined;
  const files = await timed(async () =>
    recounts ? compareFiles(context, sources, { stamp, searchesUnheld, forgets, excerpts }) : NOTHING_COMPARED,
  );
  return {
    sources,
    disagreements: [...found.list(), ...control.disagreements, ...star.value, ...files.value.disagreements],
    notes: [
      ...(note === undefined ? [] : [note]),
      ...control.notes,
      ...files.value.notes,
      ...tellSetAside(sources),
      ...tellUndone(sources),
      ...tellForgotten(forgets),
      ...tellPassedOver(sources),
      ...(sample === undefined ? [] : [describeSample(context, sample)]),
    ],
    seconds: { sources: compared.seconds, star: star.seconds, files: files.seconds },
  };
}

const NOTHING_COMPARED = { disagreements: [], notes: [] };

/** Why rows that no file holds any more are not searched for. */
function reasonNotToSearch(
  { recounts, sample }: ReconcileOptions,
  sources: readonly SourceComparison[],
  disagreements: readonly Disagreement[],
): string | undefined {
  if (!recounts || sample !== undefined) {
    return `files were loaded in several versions, or are changed or deleted: rows that no file contains any more may remain; --recount${recounts ? ' without --sample' : ''} lists them`;
  }
  const isUnreadable = disagreements.some(({ rule }) => rule === 'unreadable');
  return isUnreadable || sources.some(({ holdsBroken }) => holdsBroken)
    ? 'rows that no file contains any more were not searched for, since a file could not be read to its end'
    : undefined;
}

const MOST_NAMED = 3;

/** Files that are set aside agree with the ledger, but a note must name them. */
function tellSetAside(sources: readonly SourceComparison[]): readonly string[] {
  const files = sources.flatMap(({ setAside }) => setAside);
  const are = files.length === 1 ? 'one file is' : `${files.length} files are`;
  return files.length === 0 ? [] : [`${are} set aside until corrected: ${named(files)}; npm run status says why`];
}

/** Files that are left out because their load was undone agree with the ledger too. */
function tellUndone(sources: readonly SourceComparison[]): readonly string[] {
  const files = sources.flatMap(({ undone }) => undone);
  const are =
    files.length === 1 ? 'one file is left out because its' : `${files.length} files are left out because their`;
  return files.length === 0
    ? []
    : [`${are} load was undone: ${named(files)}; npm run etl -- --again loads what was undone`];
}

/** Files may hold records of people who are forgotten, and agree without them. */
function tellForgotten({ length }: { readonly length: number }): readonly string[] {
  const are = length === 1 ? 'one person is forgotten' : `${length} people are forgotten`;
  return length === 0
    ? []
    : [`${are}: files that hold such records agree without them; npm run status says since when`];
}

function named(files: readonly string[]): string {
  const more = files.length > MOST_NAMED ? ', …' : '';
  return `${files.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** Files that are passed over are not in the comparison. */
function tellPassedOver(sources: readonly SourceComparison[]): readonly string[] {
  return sources.flatMap(({ source, passedOver }) =>
    passedOver === undefined ? [] : [`${source.root}: ${describePassedOver(passedOver)}`],
  );
}

function describeSample({ model }: LoadContext, { percent, seed }: Sample): string {
  const whole = model.tables.filter(({ role, sampledBy }) => role === 'staging' && sampledBy.length === 0);
  const taken = whole.length === 0 ? '' : `; ${whole.map(({ name }) => name).join(', ')} as a whole`;
  return `a sample of ${percent} % was compared, seed ${seed}${taken}`;
}

async function timed<T>(action: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const began = performance.now();
  const value = await action();
  return { value, seconds: (performance.now() - began) / 1000 };
}
