import type { SourceObject } from '../../objects/objects.ts';
import type { KeyCounts } from '../../records/key-tally.ts';
import type { KeysDigests } from '../../records/wanted-keys.ts';
import type { LedgerFile } from '../ledger.ts';
import type { PreparedTable } from '../prepare.ts';
import { type Disagreement, MAX_EXAMPLES } from './disagreements.ts';

/** A source's files as they were read, and the newest entries of the ledger. */
export interface RecountedSource {
  readonly prepared: Pick<PreparedTable, 'files'>;
  /** Those of the model as it is now. */
  readonly digests: KeysDigests;
  readonly entries: readonly LedgerFile[];
  /** Folders that only the warehouse reads. */
  readonly folders: number;
}

/** Files whose keys differ from what the ledger says, and how many files could not be compared. */
export interface KeysComparison {
  readonly disagreements: readonly Disagreement[];
  readonly notes: readonly string[];
}

const RULE = 'recounted_keys';
const NEXT = 'The ledger was changed by hand: empty the tables with create-tables and load again.';

/** Compares what became of the keys of loaded files with the ledger: of each file, every count. */
export function compareKeys(sources: readonly RecountedSource[]): KeysComparison {
  const differing: string[] = [];
  let uncompared = 0;
  for (const { prepared, entries, folders, digests } of sources) {
    const known = new EntriesByFile(entries);
    uncompared += folders;
    for (const { object, keys, rejected } of prepared.files) {
      // Where records are rejected that were loaded, or the other way round, the columns take other values now.
      const due = known
        .of(object.uri)
        .filter((entry) => entry.keys && isOf(digests, entry) && entry.rejected === rejected);
      const [first] = due;
      if (keys === undefined || first?.keys === undefined) uncompared += 1;
      else if (!due.some((entry) => entry.keys && areSame(entry.keys, keys))) {
        differing.push(`${object.label}: the ledger says ${inWords(first.keys)}; it holds ${inWords(keys)}`);
      }
    }
  }
  const examples = differing.slice(0, MAX_EXAMPLES);
  return {
    disagreements: differing.length === 0 ? [] : [{ rule: RULE, count: differing.length, examples, next: NEXT }],
    notes: uncompared === 0 ? [] : [noteOn(uncompared)],
  };
}

function noteOn(files: number): string {
  const of = files === 1 ? 'one file or folder' : `${files} files or folders`;
  return `the keys of ${of} were not compared: they were not counted when they were loaded, somebody's records were removed since, or the model takes other keys or records now`;
}

const COUNTS = ['met', 'loaded', 'rescued', 'ignored', 'unknown'] as const satisfies readonly (keyof KeyCounts)[];

function areSame(one: KeyCounts, other: KeyCounts): boolean {
  return COUNTS.every((what) => one[what] === other[what]);
}

function inWords(keys: KeyCounts): string {
  return COUNTS.map((what) => `${keys[what]} keys ${what}`).join(', ');
}

function isOf({ kept, plain }: KeysDigests, { keysModel }: LedgerFile): boolean {
  return keysModel === kept || keysModel === plain;
}

/**
 * Whether the unknown keys of a file were kept, as the ledger has it. Undefined if the model has changed since some were: then
 * it is not known what was kept.
 */
export function keptBefore(
  entries: readonly LedgerFile[],
  digests: KeysDigests,
): ((object: Pick<SourceObject, 'uri'>) => boolean) | undefined {
  if (entries.some(({ rescued, keysModel }) => rescued > 0 && keysModel !== digests.kept)) return undefined;
  const known = new EntriesByFile(entries);
  return ({ uri }) => known.of(uri).some(({ keysModel }) => keysModel === digests.kept);
}

/** The ledger's entries by file. The keys of a file that was only moved were counted under another name. */
class EntriesByFile {
  readonly #files: ReadonlyMap<string, LedgerFile>;
  readonly #contents = new Map<string, LedgerFile[]>();

  constructor(entries: readonly LedgerFile[]) {
    this.#files = new Map(entries.map((entry) => [entry.uri, entry]));
    for (const entry of entries) {
      if (entry.status === 'loaded') this.#withContentOf(entry).push(entry);
    }
  }

  of(uri: string): readonly LedgerFile[] {
    const entry = this.#files.get(uri);
    if (entry === undefined) return [];
    return entry.status === 'moved' ? this.#withContentOf(entry) : [entry];
  }

  #withContentOf({ size, version }: LedgerFile): LedgerFile[] {
    const content = `${size} ${version}`;
    const entries = this.#contents.get(content) ?? [];
    this.#contents.set(content, entries);
    return entries;
  }
}
