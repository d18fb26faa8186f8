import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { EventRecord } from './oracle.ts';
import { PLAY } from './records.ts';
import { LOG_ROOT, linesOf } from './scenario.ts';

/** What a file holds. */
export interface Content {
  readonly bytes: string | Uint8Array;
  readonly events: readonly EventRecord[];
  /** Whether one of its records is refused, so that the file is set aside. */
  readonly isBad: boolean;
}

/** An event of a content. Its first name says which; contents with the same item correct one another. */
function eventOf(item: number, level: string, firstName: string): EventRecord {
  return { ...PLAY, itemInSession: item, ts: PLAY.ts + item, level, firstName };
}

const ONE = [eventOf(0, 'free', 'one')];

/** All contents by name: few, so that files often hold the same one. */
export const CONTENTS = {
  one: contentOf(ONE),
  paid: contentOf([eventOf(0, 'paid', 'paid')]),
  two: contentOf([eventOf(0, 'free', 'two'), eventOf(1, 'paid', 'two')]),
  zipped: { ...contentOf(ONE), bytes: gzipSync(linesOf(ONE)) },
  empty: { bytes: '\n', events: [], isBad: false },
  bad: { bytes: `${linesOf([eventOf(2, 'paid', 'bad')])}\n{"ts":1}`, events: [], isBad: true },
} as const satisfies Record<string, Content>;

export type ContentName = keyof typeof CONTENTS;

function contentOf(events: readonly EventRecord[]): Content {
  return { bytes: linesOf(events), events, isBad: false };
}

/** What somebody does with files, which have numbers for names. */
interface Deed {
  readonly kind: 'write' | 'delete' | 'rename' | 'copy' | 'swap';
  readonly from: number;
  readonly to: number;
  readonly content: ContentName;
}

/** Some deeds and the load after them. */
export interface Day {
  readonly deeds: readonly Deed[];
  /** Whether each file is a run of its own. */
  readonly isSplit: boolean;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom('write', 'write', 'delete', 'rename', 'rename', 'copy', 'copy', 'swap'),
  from: fc.nat(4),
  to: fc.nat(4),
  content: fc.constantFrom<ContentName>('one', 'one', 'one', 'paid', 'two', 'zipped', 'empty', 'bad'),
});

export const days: fc.Arbitrary<readonly Day[]> = fc.array(
  fc.record({ deeds: fc.array(deed, { minLength: 1, maxLength: 5 }), isSplit: fc.boolean() }),
  { minLength: 1, maxLength: 6 },
);

/** Does it to files, which are known by their numbers. */
export function act(files: Map<number, ContentName>, { kind, from, to, content }: Deed): void {
  const [held, other] = [files.get(from), files.get(to)];
  if (kind === 'write') files.set(from, content);
  if (kind === 'delete') files.delete(from);
  if (held === undefined || from === to) return;
  if (kind === 'copy' || kind === 'rename' || (kind === 'swap' && other !== undefined)) files.set(to, held);
  if (kind === 'rename') files.delete(from);
  if (kind === 'swap' && other !== undefined) files.set(from, other);
}

/** The URIs of files, in order. */
export function urisOf(files: ReadonlyMap<number, ContentName>): ReadonlyMap<string, ContentName> {
  const named = [...files].map(([file, content]): [string, ContentName] => {
    return [`${LOG_ROOT}/${file}.json${content === 'zipped' ? '.gz' : ''}`, content];
  });
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A row of the ledger. */
interface Entry {
  readonly uri: string;
  readonly content: ContentName;
  readonly status: 'loaded' | 'moved' | 'quarantined';
}

/** What decision 0017 says of the files of a source, computed from it and not from the sources of the loader. */
export class TwinOracle {
  readonly #entries: Entry[] = [];
  /** The events of each run, in order. */
  readonly runs: { readonly events: EventRecord[]; readonly songs: never[] }[] = [];

  /** Loads the files that are there. Returns whether there is anything to record. */
  load(present: ReadonlyMap<string, ContentName>, isSplit: boolean): boolean {
    const fresh = [...present].filter(([uri, content]) => this.newest(uri)?.content !== content);
    const before = [...this.#entries];
    const loaded = [...new Set(fresh.map(([, content]) => content))].flatMap((content) => {
      const uris = fresh.filter((one) => one[1] === content).map(([uri]) => uri);
      return this.#loadTwins(content, uris, before, present);
    });
    const events = loaded.sort((a, b) => (a.uri < b.uri ? -1 : 1)).map(({ content }) => [...CONTENTS[content].events]);
    this.runs.push(...(isSplit ? events : [events.flat()]).map((some) => ({ events: some, songs: [] })));
    return fresh.length > 0;
  }

  /** Of new files with the same content, as many are moved as names that were loaded do not hold it any more. */
  #loadTwins(
    content: ContentName,
    uris: readonly string[],
    before: readonly Entry[],
    present: ReadonlyMap<string, ContentName>,
  ): readonly Entry[] {
    const places = before.filter((entry) => entry.content === content && entry.status !== 'quarantined');
    const known = new Set(places.map(({ uri }) => uri));
    const everLoaded = new Set(places.filter(({ status }) => status === 'loaded').map(({ uri }) => uri)).size;
    const held = [...known].filter(
      (uri) => before.findLast((entry) => entry.uri === uri)?.content === content && present.get(uri) === content,
    ).length;
    const free = held === 0 ? uris.length : Math.max(0, everLoaded - held);
    let moves = CONTENTS[content].events.length === 0 || known.size === 0 ? 0 : free;
    const entries = uris.map((uri): Entry => {
      const isMoved = !known.has(uri) && moves > 0;
      moves -= isMoved ? 1 : 0;
      return { uri, content, status: CONTENTS[content].isBad ? 'quarantined' : isMoved ? 'moved' : 'loaded' };
    });
    this.#entries.push(...entries);
    return entries.filter(({ status }) => status === 'loaded');
  }

  newest(uri: string): Entry | undefined {
    return this.#entries.findLast((entry) => entry.uri === uri);
  }

  /** How many names that were loaded are gone, other than by a move. */
  gone(present: ReadonlyMap<string, ContentName>): number {
    const uris = new Set(this.#entries.filter(({ status }) => status === 'loaded').map(({ uri }) => uri));
    const missing = [...uris].filter((uri) => !present.has(uri)).map((uri) => this.newest(uri)?.content);
    for (const [uri, content] of present) {
      const at = this.newest(uri)?.status === 'moved' ? missing.indexOf(content) : -1;
      if (at >= 0) missing.splice(at, 1);
    }
    return missing.length;
  }

  /** How many records each content has in staging, by their first name. */
  staged(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { firstName } of this.runs.flatMap(({ events }) => events)) {
      counts[String(firstName)] = (counts[String(firstName)] ?? 0) + 1;
    }
    return counts;
  }

  /** Whether an event is loaded that no file has any more. */
  mayMiss(present: ReadonlyMap<string, ContentName>): boolean {
    const items = new Set(
      [...present.values()].flatMap((one) => CONTENTS[one].events.map((event) => event.itemInSession)),
    );
    return this.runs.some(({ events }) => events.some(({ itemInSession }) => !items.has(itemInSession)));
  }
}
