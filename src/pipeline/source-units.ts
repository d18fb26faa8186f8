import type { SkippedObject, SourceObject } from '../objects/objects.ts';
import type { Folder } from '../warehouse/warehouse.ts';
import type { LoadContext, Source } from './context.ts';
import { toFolderCopy } from './folders.ts';

/** What the ledger has one entry for: a file, or a whole folder where the warehouse loads folders only. */
export interface SourceUnit {
  readonly uri: string;
  readonly label: string;
  readonly size: number;
  /** Absent where only reading tells. */
  readonly version: string | undefined;
  readonly objects: readonly SourceObject[];
  /** The folder as it is copied; absent for a file. */
  readonly folder?: Folder | undefined;
}

/** A source's units, in the order of its listing. Throws StarloadError when it cannot be listed. */
export async function* unitsOf({ storeOf, warehouse }: LoadContext, source: Source): AsyncIterable<SourceUnit> {
  const pages = storeOf(source.root).list(source.root);
  if (warehouse.loads === 'parts') {
    for await (const { objects } of pages) {
      yield* objects.map((object) => ({ ...object, objects: [object] }));
    }
    return;
  }
  const objects: SourceObject[] = [];
  const skipped: SkippedObject[] = [];
  for await (const page of pages) {
    objects.push(...page.objects);
    skipped.push(...page.skipped);
  }
  const { folder, version, size } = toFolderCopy(source, { objects, skipped });
  yield { uri: folder.uri, label: folder.uri, size, version, objects, folder };
}
