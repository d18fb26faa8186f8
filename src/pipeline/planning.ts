import { passedOver, type SkippedObject, type SourceObject } from '../objects/objects.ts';
import { assertNotAhead, assertPastNewest } from './clock.ts';
import type { LoadContext, Source } from './context.ts';
import { refuseWithoutFiles } from './emptied.ts';
import { Ledger, type NeededHistory, readLedger } from './ledger.ts';
import { type Compared, type LoadPlan, plannedFiles, type TablePlan } from './plan.ts';
import { wayOf } from './ways/way.ts';

/**
 * Compares the sources with the ledger. Reads a local file only if its URI and size are known and its content must
 * decide. Throws StarloadError if a source cannot be listed or the warehouse's clock is wrong, WarehouseError if the
 * ledger cannot be read.
 */
export async function planLoad(context: LoadContext): Promise<LoadPlan> {
  context.emit({ type: 'doing', what: 'reading the ledger' });
  const ledger = await readLedger(context, neededHistory(context));
  assertClock(ledger);
  const tables: TablePlan[] = [];
  for (const source of context.sources) {
    tables.push(await planTable(context, source, ledger));
  }
  const plan = { ledger, tables };
  const files = plannedFiles(plan);
  const bytes = files.reduce((sum, { object }) => sum + object.size, 0);
  context.emit({
    type: 'planned',
    files: files.length,
    bytes,
    known: tables.reduce((sum, { known }) => sum + known, 0),
  });
  return plan;
}

function neededHistory({ warehouse, replays }: LoadContext): NeededHistory {
  return replays === false || !wayOf(warehouse).isIncremental ? 'undone' : 'runs';
}

/** Throws StarloadError if no run can be stamped now, or the clock is wrong. */
function assertClock({ now, stamp }: Ledger): void {
  if (now !== undefined) {
    assertNotAhead({ now });
    assertPastNewest({ now, newest: stamp });
  }
}

/** A plan that loads every file as if nothing were loaded yet. Throws StarloadError if a source cannot be listed. */
export async function planEverything(context: LoadContext): Promise<LoadPlan> {
  const nothing = new Ledger();
  const tables: TablePlan[] = [];
  for (const source of context.sources) {
    tables.push(await planTable(context, source, nothing));
  }
  return { ledger: nothing, tables };
}

async function planTable(context: LoadContext, source: Source, ledger: Ledger): Promise<TablePlan> {
  context.emit({ type: 'doing', what: `listing the files of ${source.table.name}` });
  const skipped: SkippedObject[] = [];
  const pages = listPages(context, source, skipped);
  const plan = await wayOf(context.warehouse).compare(context, source, { pages, skipped, ledger });
  const files = plan.files.length + plan.moved.length + plan.known + plan.quarantined.length + plan.undone.length;
  context.emit({ type: 'listed', table: source.table.name, files, passedOver: passedOver(skipped) });
  refuseWithoutFiles(context, source, { files, skipped });
  tellTwins(context, source.table.name, plan);
  const emptied = files === 0 ? ledger.filesOf(source.table.name) : 0;
  return { table: source.table, source, skipped, emptied, ...plan };
}

/** Reports files that have the content of another loaded file. */
function tellTwins({ emit }: LoadContext, table: string, { files, moved }: Compared): void {
  const [first] = moved;
  if (first !== undefined) {
    emit({ type: 'moved', table, files: moved.length, first: first.object.label, from: first.from });
  }
  const copied = files.filter(({ reason }) => reason === 'copied');
  if (copied[0] !== undefined) {
    emit({ type: 'copied', table, files: copied.length, first: copied[0].object.label });
  }
}

/**
 * A source's files, page by page, so that only files to load are kept in memory. Adds objects that are not data to
 * `skipped`.
 */
async function* listPages(
  { storeOf, signal }: LoadContext,
  { root }: Source,
  skipped: SkippedObject[],
): AsyncIterable<readonly SourceObject[]> {
  for await (const page of storeOf(root).list(root)) {
    signal.throwIfAborted();
    skipped.push(...page.skipped);
    yield page.objects;
  }
}
