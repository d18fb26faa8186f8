import { type DataProblem, StarloadError } from '../errors.ts';
import { problemOf } from '../objects/bundle.ts';
import { ContentReader } from '../objects/bytes.ts';
import { assertReadable } from '../objects/compressed/zstd.ts';
import { andPassedOver, DATA_ENDINGS, passedOver, type SkippedObject, type SourceObject } from '../objects/objects.ts';
import type { Source } from '../pipeline/context.ts';
import { readJsonPaths } from '../pipeline/prepare.ts';
import { RecordFramer } from '../records/frame.ts';
import type { RecordSink } from '../records/framed.ts';
import { loadedColumns } from '../sql/catalogue.ts';
import type { CheckOutcome, DoctorCheck } from './checks.ts';
import { type Examination, type Learnt, nameOf, type SampleFile } from './examination.ts';
import { checkKeys, spreadOver } from './keys.ts';

/**
 * For each source: whether it can be listed, whether a file can be read, whether its jsonpaths file fits its table, and
 * whether columns take the keys of its records.
 */
export function sourceChecks(examination: Examination, learnt: Learnt): readonly DoctorCheck[] {
  return examination.sources.flatMap((source) => {
    const name = nameOf(source);
    const { jsonpaths } = source;
    const paths = { name: `jsonpaths ${name}`, needs: [], run: () => checkJsonPaths(examination, source) };
    return [
      { name: `list ${name}`, needs: [], run: () => checkListing(examination, source, learnt) },
      ...(jsonpaths === undefined ? [] : [paths]),
      { name: `read ${name}`, needs: [`list ${name}`], run: () => checkReading(examination, source, learnt) },
      {
        name: `keys ${name}`,
        needs: [`jsonpaths ${name}`, `read ${name}`],
        run: () => checkKeys(examination, source, learnt),
      },
    ];
  });
}

/** At most this many files are listed, to find one and to see whether there are any. */
const ENOUGH_FILES = 1000;

async function checkListing(examination: Examination, { root }: Source, learnt: Learnt): Promise<CheckOutcome> {
  const { storeOf, signal } = examination;
  const objects: SourceObject[] = [];
  const skipped: SkippedObject[] = [];
  for await (const page of storeOf(root).list(root)) {
    objects.push(...page.objects);
    skipped.push(...page.skipped);
    signal.throwIfAborted();
    if (objects.length >= ENOUGH_FILES) {
      break;
    }
  }
  const filled = objects.filter(({ size }) => size > 0);
  const [smallest] = filled.toSorted((a, b) => a.size - b.size);
  if (smallest === undefined) {
    return nothingListed(root, skipped);
  }
  learnt.samples.set(root, { object: smallest, spread: spreadOver(filled) });
  if (!isCopiedWhole(examination)) assertReadable(objects);
  const isPart = objects.length >= ENOUGH_FILES;
  const count = isPart ? `${ENOUGH_FILES} files or more` : `files: ${objects.length}`;
  const isBeginning = root.startsWith('s3://') && !isAt(root, smallest.label);
  const named = isBeginning ? ', whose names begin that way (there is no such folder)' : '';
  const over = passedOver(skipped);
  const more = isPart && over !== undefined ? ', and perhaps more' : '';
  return { reason: `${root}: ${count}${named}${andPassedOver(over)}${more}` };
}

/** Whether COPY reads the folders by itself, because nothing can be written to S3. */
function isCopiedWhole({ aws, work }: Examination): boolean {
  return aws?.redshift !== undefined && work === undefined;
}

/** Whether a file is the root itself, or is in it as in a folder. */
function isAt(root: string, label: string): boolean {
  return label === root || label.startsWith(root.endsWith('/') ? root : `${root}/`);
}

function nothingListed(root: string, skipped: readonly SkippedObject[]): CheckOutcome {
  const [first] = skipped;
  const over = passedOver(skipped);
  const ignored = first && `; ${skipped.length} others are ignored, such as ${first.label} (${first.reason})`;
  return {
    status: 'warning',
    blocks: true,
    reason: `${root} holds no data${over === undefined ? (ignored ?? '') : andPassedOver(over)}`,
    next: `Is it the right folder, capitals included? Data files end in ${DATA_ENDINGS}.`,
  };
}

async function checkJsonPaths(examination: Examination, source: Source): Promise<CheckOutcome> {
  const paths = await readJsonPaths(examination, source);
  const isInS3 = source.jsonpaths?.startsWith('s3://') === true;
  if (!isInS3 && examination.aws?.redshift !== undefined && examination.work === undefined) {
    throw new StarloadError(`${source.jsonpaths} is not in S3, and dwh.cfg has no WORK_PREFIX to bring it there`, {
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3].',
    });
  }
  return { reason: `${source.jsonpaths}: ${paths?.length} expressions for the columns of ${source.table.name}` };
}

/** Reads the first record of a small file: the right to list a folder does not include the right to read it. */
async function checkReading(examination: Examination, source: Source, learnt: Learnt): Promise<CheckOutcome> {
  const sample = learnt.samples.get(source.root) as SampleFile;
  const { record, isArray } = await firstRecord(examination, source, sample.object).catch((error: unknown) => {
    throw malformed(problemOf(sample.object, error));
  });
  if (isArray && isCopiedWhole(examination)) {
    throw new StarloadError(`${sample.object.label} is one array, and COPY does not take its elements for rows`, {
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3].',
    });
  }
  if (record === undefined) {
    return { status: 'warning', blocks: true, reason: `${sample.object.label} holds no record` };
  }
  sample.record = record;
  const missing = source.jsonpaths === undefined ? missingKeys(record, source) : [];
  if (missing.length > 0) {
    throw new StarloadError(
      `the first record of ${sample.object.label} has no ${missing.join(', ')}, which ${source.table.name} requires`,
      { next: 'Are two sources swapped in dwh.cfg? Or does the source need a jsonpaths file?' },
    );
  }
  return { reason: `${sample.object.label} begins with a record for ${source.table.name}` };
}

function malformed({ file, line, reason }: DataProblem): StarloadError {
  return new StarloadError(`${file}${line === undefined ? '' : `, line ${line}`}: ${reason}`, {
    next: 'Correct the file: a load would refuse it.',
  });
}

/** The first record of a file, if it holds any, and whether the file is one array. */
async function firstRecord({ storeOf, signal }: Examination, { root }: Source, object: SourceObject) {
  const sink = new FirstRecord();
  const framer = new RecordFramer({ sink });
  for await (const chunk of new ContentReader(storeOf(root), object).content()) {
    framer.push(chunk);
    signal.throwIfAborted();
    if (sink.record !== undefined) {
      return { record: sink.record, isArray: framer.isArray };
    }
  }
  const { isArray } = framer;
  framer.end();
  return { record: sink.record, isArray };
}

/** Keeps the first record. */
class FirstRecord implements RecordSink {
  record: string | undefined;
  #segments: Uint8Array[] = [];

  segment(chunk: Uint8Array, from: number, to: number): void {
    if (this.record === undefined) {
      this.#segments.push(chunk.slice(from, to));
    }
  }

  endRecord(): void {
    this.record ??= Buffer.concat(this.#segments).toString('utf8');
    this.#segments = [];
  }
}

/** The columns that require a value and whose key a record lacks, in any case. */
function missingKeys(record: string, { table }: Source): readonly string[] {
  const keys = new Set(Object.keys(JSON.parse(record)).map((key) => key.toLowerCase()));
  const required = loadedColumns(table).filter(({ notNull }) => notNull);
  return required.map(({ name }) => name).filter((name) => !keys.has(name));
}
