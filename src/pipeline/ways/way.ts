import type { ListPage, SkippedObject } from '../../objects/objects.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { LoadContext, Source } from '../context.ts';
import type { Compared, Listed, LoadPlan } from '../plan.ts';
import type { Progress } from '../progress.ts';
import type { DryRun, LoadReport } from '../report.ts';
import { FILES } from './files.ts';
import { FOLDERS } from './folders.ts';
import type { SourceUnit } from './unit.ts';

/** How sources are compared with the ledger and loaded, depending on what the warehouse accepts. */
export interface Way {
  /**
   * Whether a load adds to the results of earlier ones. If not, there is no order of runs to keep, and no records can
   * be kept out.
   */
  readonly isIncremental: boolean;
  compare(context: LoadContext, source: Source, listed: Listed): Promise<Compared>;
  /** The units of a listing. The ledger has one entry for each. */
  units(source: Source, pages: AsyncIterable<ListPage>): AsyncIterable<SourceUnit>;
  load(context: LoadContext, plan: LoadPlan, means: LoadMeans): Promise<LoadReport>;
  /** Everything a load does except running it. */
  dryRun(context: LoadContext, plan: LoadPlan): Promise<DryRun>;
}

interface LoadMeans {
  /** Collects what is committed, over all plans of a load. */
  readonly progress: Progress;
  readonly planAnew: () => Promise<LoadPlan>;
}

const WAYS: Readonly<Record<Warehouse['loads'], Way>> = { parts: FILES, folders: FOLDERS };

/** How the warehouse is loaded. */
export function wayOf({ loads }: Pick<Warehouse, 'loads'>): Way {
  return WAYS[loads];
}

/**
 * A source's units, in the order of its listing. Adds objects that are not data to `skipped`. Throws StarloadError if
 * the source cannot be listed.
 */
export function unitsOf(
  { storeOf, warehouse }: LoadContext,
  source: Source,
  skipped: SkippedObject[],
): AsyncIterable<SourceUnit> {
  return wayOf(warehouse).units(source, noting(storeOf(source.root).list(source.root), skipped));
}

async function* noting(pages: AsyncIterable<ListPage>, skipped: SkippedObject[]): AsyncIterable<ListPage> {
  for await (const page of pages) {
    skipped.push(...page.skipped);
    yield page;
  }
}
