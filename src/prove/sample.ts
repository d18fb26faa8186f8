import { DataError, StarloadError } from '../errors.ts';
import { problemOf } from '../objects/bundle.ts';
import { ContentReader } from '../objects/bytes.ts';
import { andPassedOver, type ObjectStore, passedOver, type SkippedObject } from '../objects/objects.ts';
import type { LoadContext, Source } from '../pipeline/context.ts';
import { readJsonPaths } from '../pipeline/prepare.ts';
import { RecordFramer } from '../records/frame.ts';
import { wantedKeys } from '../records/wanted-keys.ts';
import { WholeRecords } from '../records/whole-records.ts';
import { parseRecord } from './numbers.ts';
import { Fields, type SourceRecord } from './records.ts';

/** Some of the records of a source. */
export interface SourceSample {
  readonly source: Source;
  readonly fields: Fields;
  readonly records: readonly SourceRecord[];
}

/** The most records that are read of a source. */
const MOST_RECORDS = 20_000;

/** Reads the first records of every source. Throws StarloadError if a source has none. */
export async function readSamples(context: Omit<LoadContext, 'warehouse'>): Promise<readonly SourceSample[]> {
  const samples: SourceSample[] = [];
  for (const source of context.sources) {
    context.emit({ type: 'doing', what: `reading records for ${source.table.name}` });
    const paths = await readJsonPaths(context, source);
    const skipped: SkippedObject[] = [];
    const keys = wantedKeys(source.table, paths);
    const records = await readRecords(context.storeOf(source.root), source, keys, skipped);
    if (records.length === 0) {
      throw new StarloadError(`${source.root} holds no record${andPassedOver(passedOver(skipped))}`, {
        next: 'Put files with records there, or name another folder.',
      });
    }
    samples.push({ source, fields: new Fields(source.table, paths), records });
  }
  return samples;
}

async function readRecords(
  store: ObjectStore,
  { root }: Source,
  wanted: ReturnType<typeof wantedKeys>,
  skipped: SkippedObject[],
): Promise<readonly SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const { objects, skipped: others } of store.list(root)) {
    skipped.push(...others);
    for (const object of objects) {
      const sink = new WholeRecords((bytes) => records.push(parseRecord(bytes.toString('utf8'))));
      const framer = new RecordFramer({ wanted, sink });
      try {
        for await (const chunk of new ContentReader(store, object).content()) framer.push(chunk);
        framer.end();
      } catch (error) {
        throw new DataError('a file cannot be read', [problemOf(object, error)], {
          next: 'Correct the file and run again.',
        });
      }
      if (records.length >= MOST_RECORDS) return records.slice(0, MOST_RECORDS);
    }
  }
  return records;
}
