import type { ListPage } from '../../objects/objects.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { LoadContext, Source } from '../context.ts';
import type { Compared, Listed, LoadPlan } from '../plan.ts';
import type { Progress } from '../progress.ts';
import type { DryRun, LoadReport } from '../report.ts';
import { FILES } from './files.ts';
import { FOLDERS } from './folders.ts';
import type { SourceUnit } from './unit.ts';

/** How sources are compared with the ledger and loaded, by what the warehouse can be given. */
export interface Way {
  /** Whether a load adds to what earlier ones left. If not, there is no order of runs to keep, and no record to keep out. */
  readonly isIncremental: boolean;
  compare(context: LoadContext, source: Source, listed: Listed): Promise<Compared>;
  /** What of a listing the ledger has one entry for each. */
  units(source: Source, pages: AsyncIterable<ListPage>): AsyncIterable<SourceUnit>;
  load(context: LoadContext, plan: LoadPlan, means: LoadMeans): Promise<LoadReport>;
  /** All of a load short of running it. */
  dryRun(context: LoadContext, plan: LoadPlan): Promise<DryRun>;
}

interface LoadMeans {
  /** Takes what is committed, over all plans of a load. */
  readonly progress: Progress;
  readonly planAnew: () => Promise<LoadPlan>;
}

const WAYS: Readonly<Record<Warehouse['loads'], Way>> = { parts: FILES, folders: FOLDERS };

/** The way a warehouse is loaded. */
export function wayOf({ loads }: Pick<Warehouse, 'loads'>): Way {
  return WAYS[loads];
}

/** A source's units, in the order of its listing. Throws StarloadError when it cannot be listed. */
export function unitsOf({ storeOf, warehouse }: LoadContext, source: Source): AsyncIterable<SourceUnit> {
  return wayOf(warehouse).units(source, storeOf(source.root).list(source.root));
}
