import { StarloadError } from '../errors.ts';
import { loadModel } from '../sql/read-model.ts';
import { modelFiles, type Surroundings } from './documents.ts';
import { type PlannedSource, planModel } from './plan.ts';
import { type ReadContext, readSource } from './read.ts';
import type { GivenSource } from './source.ts';
import { refuseModelIn, writeFolder } from './write.ts';

/** What init has made. */
export interface NewModel {
  readonly sources: readonly PlannedSource[];
  /** The paths of the files in the folder. */
  readonly files: readonly string[];
}

/**
 * Reads all records of sources and writes a model for them into a folder. Throws StarloadError, and nothing is
 * written then.
 */
export async function init(
  context: ReadContext,
  folder: string,
  sources: readonly GivenSource[],
  surroundings: Surroundings,
): Promise<NewModel> {
  refuseModelIn(folder);
  const reads = [];
  for (const source of sources) {
    reads.push(await readSource(context, source));
  }
  context.emit({ type: 'doing', what: 'writing the model' });
  const planned = planModel(reads);
  const files = modelFiles(planned, surroundings);
  writeFolder(folder, files, assertModel);
  return { sources: planned, files: [...files.keys()].sort() };
}

function assertModel(folder: string): void {
  try {
    loadModel(folder);
  } catch (error) {
    if (!(error instanceof StarloadError)) throw error;
    throw new StarloadError(`init made a model that cannot be read: ${error.message}`, {
      next: 'This is a mistake in init, not in your records. Please report it with these lines.',
      cause: error,
    });
  }
}
