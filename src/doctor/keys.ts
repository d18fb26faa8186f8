import { count } from '../counts.ts';
import { problemOf } from '../objects/bundle.ts';
import { ContentReader } from '../objects/bytes.ts';
import type { SourceObject } from '../objects/objects.ts';
import type { Source } from '../pipeline/context.ts';
import { readJsonPaths } from '../pipeline/prepare.ts';
import { adviceOnSample, unknownKeysOf } from '../pipeline/unknown-keys.ts';
import { RecordFramer } from '../records/frame.ts';
import { rewriter } from '../records/rewrite.ts';
import { UnknownKeys } from '../records/unknown-keys.ts';
import { wantedKeys } from '../records/wanted-keys.ts';
import { WholeRecords } from '../records/whole-records.ts';
import type { CheckOutcome } from './checks.ts';
import type { Examination, Learnt } from './examination.ts';

const EVENLY_SPREAD = 6;
const NEWEST = 2;
/** So much is read of each file. */
const MOST_BYTES = 512 * 1024;

/** Some of the files of a listing: the first, the last, some between them, and the newest. */
export function spreadOver(objects: readonly SourceObject[]): readonly SourceObject[] {
  const step = (objects.length - 1) / (EVENLY_SPREAD - 1);
  const spread = Array.from({ length: EVENLY_SPREAD }, (_, index) => objects[Math.round(index * step)]);
  const newest = objects.toSorted((a, b) => (b.modified ?? 0) - (a.modified ?? 0)).slice(0, NEWEST);
  return [...new Set([...spread, ...newest].flatMap((object) => object ?? []))];
}

/** Whether some records of a source have keys that no column takes: from the beginnings of some files. */
export async function checkKeys(examination: Examination, source: Source, learnt: Learnt): Promise<CheckOutcome> {
  const { table } = source;
  const files = learnt.samples.get(source.root)?.spread ?? [];
  const wanted = wantedKeys(table, await readJsonPaths(examination, source));
  const unknown = new UnknownKeys({ ignored: table.ignored, exact: wanted.exact });
  const rewrite = rewriter(wanted, unknown);
  let records = 0;
  for (const file of files) {
    const sink = new WholeRecords((record) => {
      records += 1;
      if (wanted.layout !== undefined) rewrite(record.toString());
    });
    await readBeginning(examination, source, file, new RecordFramer({ wanted, unknown, sink }))
      .then(() => unknown.keepFile(file.label))
      .catch((error: unknown) => {
        // The load says what is wrong with the file, and where.
        problemOf(file, error);
        unknown.dropFile();
      });
  }
  const read = `${count(records)} records of ${count(files.length)} files`;
  const [found] = unknownKeysOf([{ table, unknown: unknown.found() }]);
  return found === undefined
    ? { reason: `${read}: a column takes every key, or the model ignores it` }
    : { ...adviceOnSample(found, read), status: examination.unknownKeys === 'refuse' ? 'failed' : 'warning' };
}

async function readBeginning(
  { storeOf, signal }: Examination,
  { root }: Source,
  file: SourceObject,
  framer: RecordFramer,
): Promise<void> {
  let bytes = 0;
  for await (const chunk of new ContentReader(storeOf(root), file).content()) {
    framer.push(chunk);
    signal.throwIfAborted();
    bytes += chunk.length;
    if (bytes >= MOST_BYTES) return;
  }
}
