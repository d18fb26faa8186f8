import { compareSources, type SourceComparison } from './compare-sources.ts';
import { comparisonSql, toDisagreements } from './compare-tables.ts';
import type { LoadContext, Tolerance } from './context.ts';
import { type Disagreement, Disagreements } from './disagreements.ts';
import { findUnheldRows } from './unheld-rows.ts';

/** How sources, ledger, staging and star compare. */
export interface Reconciliation {
  readonly sources: readonly SourceComparison[];
  /** Empty when all agree. */
  readonly disagreements: readonly Disagreement[];
  /** Why some of it was not compared. */
  readonly notes: readonly string[];
}

/**
 * Compares the sources with the ledger, staging with the ledger, and the star with staging. With `recounts` every file
 * is read: its records are counted, and rows that no file holds any more are named. Throws StarloadError when a source
 * or the warehouse cannot be read.
 */
export async function reconcile(
  context: LoadContext,
  { recounts }: { readonly recounts: boolean },
): Promise<Reconciliation> {
  const found = new Disagreements();
  const sources = await compareSources(context, recounts, found);
  const comparisons = context.model.comparisons.filter((comparison) => !comparison.recounts);
  const tables = toDisagreements(await context.warehouse.query(comparisonSql(comparisons)), comparisons);
  const disagreements = [...found.list(), ...tables];
  // A refresh from whole folders leaves nothing behind.
  const mayHoldMore = context.warehouse.loads === 'parts' && sources.some((source) => source.mayHoldMore);
  const note = mayHoldMore ? reasonNotToSearch(recounts, disagreements) : undefined;
  const tolerance = sources.some(({ keptOut }) => keptOut) ? GOOD_RECORDS : undefined;
  const unheld = mayHoldMore && note === undefined ? await findUnheldRows({ ...context, tolerance }) : [];
  return { sources, disagreements: [...disagreements, ...unheld], notes: note === undefined ? [] : [note] };
}

/** What a file holds, where bad records were kept out: its good ones. */
const GOOD_RECORDS: Tolerance = { maxErrors: Number.POSITIVE_INFINITY, quarantine: false, excerpts: false };

/** Why rows that no file holds any more are not looked for. */
function reasonNotToSearch(recounts: boolean, disagreements: readonly Disagreement[]): string | undefined {
  if (!recounts) {
    return 'files were loaded in several versions, or are changed or gone: rows that no file holds any more may stay, and --recount names them';
  }
  return disagreements.some(({ rule }) => rule === 'unreadable')
    ? 'rows that no file holds any more were not looked for, since a file cannot be read'
    : undefined;
}
