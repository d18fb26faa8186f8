import { breathe } from '../objects/breathe.ts';
import { problemOf } from '../objects/bundle.ts';
import { ContentReader } from '../objects/bytes.ts';
import { RecordFramer } from '../objects/frame.ts';
import { ReadAhead } from '../objects/read-ahead.ts';
import type { LoadContext } from './context.ts';
import type { SourceUnit } from './source-units.ts';

/** What reading all of a unit told. */
export interface Recount {
  readonly records: number;
  readonly version: string;
  /** Why its records cannot be counted: it is malformed. */
  readonly problem: string | undefined;
}

/** Streams a unit's files, counting their records. Throws StarloadError when one cannot be read. */
export async function recount(context: LoadContext, root: string, unit: SourceUnit): Promise<Recount> {
  const store = new ReadAhead(context.storeOf(root), unit.objects);
  let records = 0;
  let version = '';
  for (const object of unit.objects) {
    const reader = new ContentReader(store, object);
    try {
      records += await countRecords(reader, context.signal);
    } catch (error) {
      const { line, reason } = problemOf(object, error);
      return { records, version, problem: `${object.label}${line === undefined ? '' : `, line ${line}`}: ${reason}` };
    }
    version = reader.id().version;
  }
  return { records, version: unit.version ?? version, problem: undefined };
}

async function countRecords(reader: ContentReader, signal: AbortSignal): Promise<number> {
  const framer = new RecordFramer();
  for await (const chunk of reader.content()) {
    framer.push(chunk);
    await breathe();
    signal.throwIfAborted();
  }
  return framer.end().records;
}
