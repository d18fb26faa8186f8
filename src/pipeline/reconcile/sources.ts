import { identify } from '../../objects/bytes.ts';
import { type PassedOver, passedOver, type SkippedObject } from '../../objects/objects.ts';
import type { LoadContext, Source } from '../context.ts';
import type { Forget } from '../forgets.ts';
import { type LedgerFile, readLedgerFiles } from '../ledger.ts';
import type { Undone } from '../undone.ts';
import type { SourceUnit } from '../ways/unit.ts';
import { unitsOf } from '../ways/way.ts';
import type { Disagreements, SourceRule } from './disagreements.ts';
import { type Recount, recounter } from './recount.ts';
import { isSampled, type Sample } from './sample.ts';

/** How a source compares with the ledger. */
export interface SourceComparison {
  readonly table: string;
  /** The number of files, or of folders if the warehouse loads only folders. */
  readonly files: number;
  /** Records counted; undefined if they were not counted. */
  readonly records: number | undefined;
  /** Whether the warehouse may hold rows that no file holds any more: a version was replaced, or a file is gone. */
  readonly mayHoldMore: boolean;
  /**
   * Whether staging may hold rows that are not in `units.loaded`: for the reason above, or because not all files were
   * read.
   */
  readonly holdsMore: boolean;
  /** Whether bad records of its files were kept out. */
  readonly keptOut: boolean;
  /** The files that were set aside and have not changed since. */
  readonly setAside: readonly string[];
  /** The files that are not loaded, because their load was undone. */
  readonly undone: readonly string[];
  /** The files that are passed over because of their names. */
  readonly passedOver: PassedOver | undefined;
  /** Whether one of its files is broken as a whole. */
  readonly holdsBroken: boolean;
  readonly source: Source;
  /** What was read: the units that are loaded and unchanged, and all others. Empty if nothing was read. */
  readonly units: { readonly loaded: readonly SourceUnit[]; readonly others: readonly SourceUnit[] };
  /** The newest entry of the ledger for each of its files, also for those that are gone. */
  readonly entries: readonly LedgerFile[];
}

/** How the sources compare with the ledger, and the ledger's newest stamp. */
export interface SourcesComparison {
  readonly sources: readonly SourceComparison[];
  readonly stamp: string;
  /** The people whose records are left out. */
  readonly forgets: readonly Forget[];
}

/** What to compare. */
export interface Comparing {
  /** Whether to read the files and count their records. */
  readonly recounts: boolean;
  /** Only these files are read. */
  readonly sample: Sample | undefined;
  /** Collects the disagreements. */
  readonly found: Disagreements;
}

/** Compares each source with the ledger. Throws StarloadError if a source or the ledger cannot be read. */
export async function compareSources(context: LoadContext, comparing: Comparing): Promise<SourcesComparison> {
  // Read the ledger first: otherwise, files loaded during the listing would seem to be gone.
  const { stamp, tables, undone, forgets } = await readLedgerFiles(context);
  const sources: SourceComparison[] = [];
  for (const source of context.sources) {
    const files = tables.get(source.table.name) ?? new Map<string, LedgerFile>();
    sources.push(await compareSource(context, source, { files, undone }, comparing));
  }
  return { sources, stamp, forgets };
}

async function compareSource(
  context: LoadContext,
  source: Source,
  { files: ledger, undone }: { readonly files: Map<string, LedgerFile>; readonly undone: Undone },
  { recounts, sample, found }: Comparing,
): Promise<SourceComparison> {
  const { table, root } = source;
  const count = recounts ? await recounter(context, source) : undefined;
  const tally = new Tally();
  const entries = [...ledger.values()];
  const what = `comparing the files of ${table.name} with the ledger`;
  const skipped: SkippedObject[] = [];
  for await (const unit of unitsOf(context, source, skipped)) {
    context.emit({ type: 'doing', what, ...progress(tally.files, entries.length) });
    const entry = ledger.get(unit.uri);
    // A folder is copied as a whole, or not at all.
    const isRead = unit.folder !== undefined || isSampled(unit.uri, sample);
    const file = { table: table.name, uri: unit.uri, size: unit.size };
    const known = { entry, isRead, mayBeUndone: undone.mayHave(file) };
    const seen = isRead && count !== undefined ? await count(unit) : await look(context, root, unit, known);
    if (isUndone(undone, { ...file, version: seen.version }, entry)) tally.leaveOut(unit, entry, seen);
    else tally.add(unit, entry, seen, judge(unit, entry, seen, found));
    ledger.delete(unit.uri);
  }
  const rest = [...ledger.values()].filter((entry) => entry.versions > 0 && !tally.takeMoved(entry));
  for (const { uri } of rest.filter((entry) => !isFolderOf(root, entry))) {
    found.add('gone', uri);
  }
  const { files, records } = tally;
  const units = tally.units();
  const mayHoldMore = entries.some(hasOlderRows) || tally.changed || rest.length > 0;
  return {
    table: table.name,
    files,
    records: recounts ? records : undefined,
    mayHoldMore,
    holdsMore: mayHoldMore || units.loaded.length < entries.filter(({ versions }) => versions > 0).length,
    keptOut: entries.some(keepsOut) || tally.undone.length > 0,
    setAside: tally.setAside,
    undone: tally.undone,
    passedOver: passedOver(skipped),
    source,
    units,
    entries,
    holdsBroken: tally.holdsBroken,
  };
}

/** The number of files is unknown until the listing ends. The ledger knows the number of loaded ones. */
function progress(done: number, loaded: number): { readonly done: number; readonly of: number | undefined } {
  return { done, of: done < loaded ? loaded : undefined };
}

/** The files that hold a content, and how often staging holds it. */
interface Held {
  readonly copies: number;
  loaded: number;
  readonly moved: SourceUnit[];
}

/** What has been counted for a source. */
class Tally {
  files = 0;
  records = 0;
  changed = false;
  holdsBroken = false;
  readonly setAside: string[] = [];
  readonly undone: string[] = [];
  readonly #loaded: SourceUnit[] = [];
  readonly #others: SourceUnit[] = [];
  readonly #contents = new Map<string, Held>();
  /** How many files hold a content that was loaded under another name. */
  readonly #moved = new Map<string, number>();

  add(unit: SourceUnit, entry: LedgerFile | undefined, seen: Seen, rule: SourceRule | undefined): void {
    this.files += 1;
    this.records += seen.records ?? 0;
    this.changed ||= rule === 'changed';
    this.holdsBroken ||= seen.isBroken === true;
    if (entry?.status === 'quarantined' && rule === undefined) {
      this.setAside.push(unit.label);
    }
    if (entry?.status === 'moved' && rule === undefined) {
      this.#countMoved(entry, 1);
    }
    if (seen.records === undefined) {
      return;
    }
    if (entry === undefined || !isLoaded(rule, seen, entry)) {
      this.#others.push(unit);
      return;
    }
    const held = this.#heldOf(entry);
    if (entry.status === 'moved') held.moved.push(unit);
    else {
      held.loaded += 1;
      this.#loaded.push(unit);
    }
  }

  /** Counts a file whose load was undone. Staging may hold rows of another version of it, and no bad record of it counts. */
  leaveOut(unit: SourceUnit, entry: LedgerFile | undefined, { records, problem, isBroken }: Seen): void {
    this.files += 1;
    this.records += records ?? 0;
    this.changed ||= entry !== undefined;
    this.holdsBroken ||= isBroken === true || problem !== undefined;
    this.undone.push(unit.label);
    if (records !== undefined) {
      this.#others.push(unit);
    }
  }

  /**
   * What was read. If more files hold a content than were loaded with it, because one was moved to several names, only
   * so many of them count as loaded.
   */
  units(): SourceComparison['units'] {
    const held = [...this.#contents.values()];
    const split = held.map(({ copies, loaded, moved }) => [moved, Math.max(0, copies - loaded)] as const);
    return {
      loaded: [...this.#loaded, ...split.flatMap(([moved, room]) => moved.slice(0, room))],
      others: [...this.#others, ...split.flatMap(([moved, room]) => moved.slice(room))],
    };
  }

  #heldOf(entry: LedgerFile): Held {
    const content = contentOf(entry);
    const held = this.#contents.get(content) ?? { copies: entry.copies, loaded: 0, moved: [] };
    this.#contents.set(content, held);
    return held;
  }

  /** Whether a file that holds the content of a missing one took its place. Each takes the place of one. */
  takeMoved(missing: LedgerFile): boolean {
    return this.#countMoved(missing, -1) >= 0;
  }

  #countMoved(entry: LedgerFile, more: number): number {
    const count = (this.#moved.get(contentOf(entry)) ?? 0) + more;
    this.#moved.set(contentOf(entry), count);
    return count;
  }
}

/** Whether the ledger has a unit's records as they were read. */
function isLoaded(rule: SourceRule | undefined, { problem }: Seen, { status }: LedgerFile): boolean {
  return (rule === undefined || rule === 'recounted') && problem === undefined && status !== 'quarantined';
}

/** What is known about a unit. A local file's version is known only if its size does not decide. */
type Seen = Partial<Omit<Recount, 'version'>> & { readonly version: string | undefined };

/** What is known about a unit before its content is. */
interface Known {
  readonly entry: LedgerFile | undefined;
  readonly isRead: boolean;
  /** Whether its size is that of a file whose load was undone. */
  readonly mayBeUndone: boolean;
}

/** Whether a file is not as it was last loaded, but as it was in a load that was undone. */
function isUndone(
  undone: Undone,
  { version = '', ...file }: Pick<LedgerFile, 'table' | 'uri' | 'size'> & { readonly version: string | undefined },
  entry: LedgerFile | undefined,
): boolean {
  return !isSame(file, entry, { version }) && undone.has({ ...file, version });
}

function isSame(
  { size }: Pick<LedgerFile, 'size'>,
  entry: LedgerFile | undefined,
  { version }: Pick<Seen, 'version'>,
): entry is LedgerFile {
  return entry?.size === size && entry.version === version;
}

async function look(
  { storeOf }: LoadContext,
  root: string,
  unit: SourceUnit,
  { entry, isRead, mayBeUndone }: Known,
): Promise<Seen> {
  const [object] = unit.objects;
  if (unit.version !== undefined || object === undefined || (entry?.size !== unit.size && !mayBeUndone)) {
    return { version: unit.version };
  }
  // A local file outside the sample is not read; its size decides.
  if (!isRead && entry?.size === unit.size) {
    return { version: entry.version };
  }
  return identify(storeOf(root), object);
}

/** Compares a unit with its ledger entry. Adds any disagreement and returns the unit's kind. */
function judge(
  unit: SourceUnit,
  entry: LedgerFile | undefined,
  seen: Seen,
  found: Disagreements,
): SourceRule | undefined {
  const { label } = unit;
  const { records, problem, malformed } = seen;
  const isAsLoaded = isSame(unit, entry, seen);
  // The problem of a file that was set aside is known, and so are the malformed records of a file that was loaded
  // without them.
  const isKnown = isAsLoaded && (problem === undefined ? keepsOut(entry) : entry.status === 'quarantined');
  const unreadable = isKnown ? undefined : (problem ?? malformed);
  if (unreadable !== undefined) {
    found.add('unreadable', unreadable);
  }
  if (entry === undefined) {
    found.add('missing', label);
    return 'missing';
  }
  if (!isAsLoaded) {
    found.add('changed', label);
    return 'changed';
  }
  const isCounted = problem === undefined && unreadable === undefined;
  if (isCounted && records !== undefined && records !== entry.records) {
    found.add('recounted', `${label}: the ledger says ${entry.records} records, it holds ${records}`);
    return 'recounted';
  }
  return undefined;
}

function contentOf({ size, version }: LedgerFile): string {
  return `${size} ${version}`;
}

/** Whether some records of a file were kept out, or all of it. */
function keepsOut({ rejected, status }: LedgerFile): boolean {
  return status === 'quarantined' || rejected > 0;
}

/** Whether staging holds rows of an older version, beside the newest version or instead of it. */
function hasOlderRows({ versions, status }: LedgerFile): boolean {
  return versions > (status === 'loaded' ? 1 : 0);
}

/** A warehouse that got a work prefix later still has, in its ledger, the whole folder that was loaded before. */
function isFolderOf(root: string, { uri, version }: LedgerFile): boolean {
  return version.startsWith('listing:') && uri.replace(/\/$/, '') === root.replace(/\/$/, '');
}
