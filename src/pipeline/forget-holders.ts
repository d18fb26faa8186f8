import { breathe } from '../objects/breathe.ts';
import { type IsForgotten, problemOf } from '../objects/bundle.ts';
import { ContentReader, identify } from '../objects/bytes.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import { RecordFramer } from '../records/frame.ts';
import { wantedKeys } from '../records/wanted-keys.ts';
import { WholeRecords } from '../records/whole-records.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import type { LoadContext, Source } from './context.ts';

/** A file of the source that still has records of somebody. */
export interface Holder {
  readonly uri: string;
  readonly records: number;
  /** Where the first of them begins. */
  readonly line: number;
}

/** The files that still have such records, and those that may. */
export interface Holders {
  readonly holding: readonly Holder[];
  /** Files that could not be read to their end, and loaded files that are changed or gone: they may be kept elsewhere. */
  readonly unread: readonly string[];
}

/** A version of a file that was loaded. */
interface Loaded {
  readonly uri: string;
  readonly version: string;
  readonly size: number;
}

/**
 * Reads the files of which some run has staged such records, under whatever name they have now. Throws StarloadError if the
 * source cannot be listed.
 */
export async function findHolders(
  context: LoadContext,
  source: Source,
  paths: readonly JsonPath[] | undefined,
  { loaded, isForgotten }: { readonly loaded: readonly Loaded[]; readonly isForgotten: IsForgotten },
): Promise<Holders> {
  const store = context.storeOf(source.root);
  const [holding, unread, found]: [Holder[], string[], Set<string>] = [[], [], new Set()];
  const contents = new Set(loaded.map(contentOf));
  const sizes = new Set(loaded.map(({ size }) => size));
  for await (const { objects } of loaded.length === 0 ? [] : store.list(source.root)) {
    for (const object of objects.filter(({ size }) => sizes.has(size))) {
      const content = contentOf({ ...(await identify(store, object)), size: object.size });
      if (!contents.has(content)) continue;
      context.emit({ type: 'doing', what: `looking for the records in the files of ${source.table.name}` });
      found.add(content);
      const records = await linesIn(context, store, object, { source, paths, isForgotten });
      const [line] = records ?? [];
      if (records === undefined) unread.push(object.uri);
      else if (line !== undefined) holding.push({ uri: object.uri, records: records.length, line });
    }
  }
  const lost = loaded.filter((one) => !found.has(contentOf(one))).map(({ uri }) => uri);
  return { holding, unread: [...unread, ...new Set(lost)] };
}

/** The lines on which such records begin; undefined if the file cannot be read to its end. */
async function linesIn(
  { signal }: LoadContext,
  store: ObjectStore,
  object: SourceObject,
  {
    source,
    paths,
    isForgotten,
  }: { readonly source: Source; readonly paths: readonly JsonPath[] | undefined; readonly isForgotten: IsForgotten },
): Promise<readonly number[] | undefined> {
  const lines: number[] = [];
  const framer = new RecordFramer({
    wanted: wantedKeys(source.table, paths),
    mistakes: { onMistake: () => {}, onBroken: () => {} },
    sink: new WholeRecords((record, line) => {
      if (isForgotten(record.toString('utf8'), framer.spellings)) lines.push(line);
    }),
  });
  try {
    for await (const chunk of new ContentReader(store, object).content()) {
      framer.push(chunk);
      await breathe();
      signal.throwIfAborted();
    }
    framer.end();
    return lines;
  } catch (error) {
    problemOf(object, error);
    return undefined;
  }
}

function contentOf({ size, version }: Pick<Loaded, 'size' | 'version'>): string {
  return `${size} ${version}`;
}
