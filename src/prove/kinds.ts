import type { History, HistoryFile } from './histories.ts';
import type { SourceRecord } from './records.ts';
import type { SourceSample } from './sample.ts';

/** By kind of coincidence, how many histories have it. */
export type Kinds = Readonly<Record<Kind, number>>;

type Kind = 'versions in one load' | 'corrections' | 'repeats' | 'changed files';

/** Counts what occurs in histories. */
export class KindCounter {
  readonly counted = { 'versions in one load': 0, corrections: 0, repeats: 0, 'changed files': 0 };
  readonly #keyOf: (source: string, record: SourceRecord) => string;

  constructor(samples: readonly SourceSample[]) {
    const fieldsOf = new Map(samples.map(({ source, fields }) => [source.table.source, { fields, ...source.table }]));
    this.#keyOf = (source, record) => {
      const { fields, key = [] } = fieldsOf.get(source) ?? {};
      return `${source} ${JSON.stringify(key.map((column) => fields?.value(record, column) ?? null))}`;
    };
  }

  count(history: History): void {
    for (const kind of new Set([...this.#ofVersions(history), ...ofFiles(history)])) {
      this.counted[kind] += 1;
    }
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
