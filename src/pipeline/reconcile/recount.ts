import type { DataProblem } from '../../errors.ts';
import { breathe } from '../../objects/breathe.ts';
import { problemOf } from '../../objects/bundle.ts';
import { ContentReader, identify } from '../../objects/bytes.ts';
import type { ObjectStore, SourceObject } from '../../objects/objects.ts';
import { ReadAhead } from '../../objects/read-ahead.ts';
import { type MalformedJson, RecordFramer } from '../../records/frame.ts';
import type { WantedKeys } from '../../records/frame-keys.ts';
import { wantedKeys } from '../../records/wanted-keys.ts';
import type { LoadContext, Source } from '../context.ts';
import { readJsonPaths } from '../prepare.ts';
import type { SourceUnit } from '../ways/unit.ts';

/** The result of reading a whole unit. */
export interface Recount {
  readonly records: number;
  readonly version: string;
  /** Why its records cannot be counted: it cannot be read to the end. */
  readonly problem: string | undefined;
  /** The first malformed record. Malformed records that can be kept out one by one are counted. */
  readonly malformed: string | undefined;
  /** Whether it is broken as a whole. What comes after the mistake is not counted. */
  readonly isBroken: boolean;
}

/**
 * Returns a function that streams a source's units and counts their records. It throws StarloadError if a unit cannot
 * be read.
 */
export async function recounter(context: LoadContext, source: Source): Promise<(unit: SourceUnit) => Promise<Recount>> {
  const wanted = wantedKeys(source.table, await readJsonPaths(context, source));
  return (unit) => recount(unit, context.storeOf(source.root), new Counter(wanted, context.signal));
}

async function recount(unit: SourceUnit, files: ObjectStore, counter: Counter): Promise<Recount> {
  const store = new ReadAhead(files, unit.objects);
  let version = '';
  for (const object of unit.objects) {
    const reader = new ContentReader(store, object);
    try {
      await counter.count(object, reader);
    } catch (error) {
      const problem = describe(problemOf(object, error));
      return { ...counter, version: unit.version ?? (await identify(files, object)).version, problem, isBroken: true };
    }
    version = reader.id().version;
  }
  return { ...counter, version: unit.version ?? version, problem: undefined };
}

/** Counts records in the same way as a load that keeps bad ones out. */
class Counter {
  records = 0;
  malformed: string | undefined;
  isBroken = false;
  readonly #wanted: WantedKeys;
  readonly #signal: AbortSignal;

  constructor(wanted: WantedKeys, signal: AbortSignal) {
    this.#wanted = wanted;
    this.#signal = signal;
  }

  async count(object: SourceObject, reader: ContentReader): Promise<void> {
    const note = (mistake: MalformedJson) => {
      this.malformed ??= describe(problemOf(object, mistake));
    };
    const onMistake = (mistake: MalformedJson) => {
      this.records += 1;
      note(mistake);
    };
    const onBroken = (mistake: MalformedJson) => {
      this.isBroken = true;
      note(mistake);
    };
    const framer = new RecordFramer({ wanted: this.#wanted, mistakes: { onMistake, onBroken } });
    for await (const chunk of reader.content()) {
      framer.push(chunk);
      await breathe();
      this.#signal.throwIfAborted();
    }
    // Mistakes that show only at the end of the file are counted until then.
    const { records } = framer.end();
    this.records += records;
  }
}

function describe({ file, line, reason }: DataProblem): string {
  return `${file}${line === undefined ? '' : `, line ${line}`}: ${reason}`;
}
