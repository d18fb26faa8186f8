import { type Link, type Linked, linksOf } from './correspondences.ts';
import type { History, HistoryFile } from './histories.ts';
import type { SourceRecord } from './records.ts';
import type { SourceSample } from './sample.ts';

/** By kind of coincidence, how many histories have it. */
export type Kinds = Readonly<Partial<Record<Kind, number>>>;

type Kind = 'versions in one load' | 'corrections' | 'repeats' | 'changed files' | 'joins over several loads';

/** Counts what occurs in histories. */
export class KindCounter {
  readonly counted: Partial<Record<Kind, number>>;
  readonly #links: readonly Link[];
  readonly #keyOf: (source: string, record: SourceRecord) => string;

  constructor(samples: readonly SourceSample[]) {
    const ofOne = { 'versions in one load': 0, corrections: 0, repeats: 0, 'changed files': 0 };
    this.#links = linksOf(samples);
    // Without links there is nothing to join, and a count of 0 would look like a fault.
    this.counted = this.#links.length === 0 ? ofOne : { ...ofOne, 'joins over several loads': 0 };
    const fieldsOf = new Map(samples.map(({ source, fields }) => [source.table.source, { fields, ...source.table }]));
    this.#keyOf = (source, record) => {
      const { fields, key = [] } = fieldsOf.get(source) ?? {};
      return `${source} ${JSON.stringify(key.map((column) => fields?.value(record, column) ?? null))}`;
    };
  }

  count(history: History): void {
    for (const kind of new Set([...this.#ofVersions(history), ...ofFiles(history), ...this.#ofJoins(history)])) {
      this.counted[kind] = (this.counted[kind] ?? 0) + 1;
    }
  }

  #ofJoins(history: History): readonly Kind[] {
    const isJoined = ({ from, to }: Link) => {
      const others = loadsOf(history, to);
      return [...loadsOf(history, from)].some(([value, loads]) => isSpread(loads, others.get(value)));
    };
    return this.#links.some(isJoined) ? ['joins over several loads'] : [];
  }

  #ofVersions(history: History): readonly Kind[] {
    const met = new Map<string, ReadonlySet<string>>();
    return history.flatMap((load) =>
      [...versionsIn(load, this.#keyOf)].flatMap(([key, versions]) => {
        const before = met.get(key);
        met.set(key, new Set([...(before ?? []), ...versions]));
        return [...(versions.size > 1 ? (['versions in one load'] as const) : []), ...againKind(before, versions)];
      }),
    );
  }
}

/** For each value of a source's records, the loads that bring it. */
function loadsOf(history: History, { source, textOf }: Linked): ReadonlyMap<string, ReadonlySet<number>> {
  const loads = new Map<string, Set<number>>();
  for (const [at, load] of history.entries()) {
    for (const record of load.flatMap((file) => (file.source === source ? file.records : []))) {
      const value = textOf(record);
      if (value !== undefined) loads.set(value, (loads.get(value) ?? new Set()).add(at));
    }
  }
  return loads;
}

/** Whether both come, in different loads. */
function isSpread(loads: ReadonlySet<number>, others: ReadonlySet<number> = new Set()): boolean {
  return [...loads].some((load) => [...others].some((other) => other !== load));
}

function againKind(before: ReadonlySet<string> | undefined, now: ReadonlySet<string>): readonly Kind[] {
  if (before === undefined) return [];
  return [[...now].every((version) => before.has(version)) ? 'repeats' : 'corrections'];
}

function ofFiles(history: History): readonly Kind[] {
  const files = history.flat().map(({ source, name }) => `${source}/${name}`);
  return new Set(files).size < files.length ? ['changed files'] : [];
}

function versionsIn(load: readonly HistoryFile[], keyOf: (source: string, record: SourceRecord) => string) {
  const versions = new Map<string, Set<string>>();
  for (const { source, records } of load) {
    for (const record of records) {
      const key = keyOf(source, record);
      versions.set(key, (versions.get(key) ?? new Set()).add(JSON.stringify(record)));
    }
  }
  return versions;
}
