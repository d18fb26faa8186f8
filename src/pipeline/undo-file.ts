import { count } from '../counts.ts';
import { StarloadError } from '../errors.ts';
import { quoteLiteral } from '../sql/render.ts';

/** A load of a run or of a file, as the ledger has it. */
export interface LoadOfFile {
  readonly table: string;
  readonly uri: string;
  readonly runId: string;
  readonly status: string;
  readonly records: number;
  readonly rejected: number;
  /** `stands`; `folder`, a whole folder; or `replaced`, by a later load of whole folders. */
  readonly fate: string;
  /** Of a load of a file that is undone alone, how many of its rows can be told from those of other files. */
  readonly known: number;
}

/** The condition on what control tables say of a file. Throws StarloadError for a name that no statement can have. */
export function conditionOfFile(uri: string): string {
  if (/[\\\p{Cc}]/u.test(uri)) {
    throw new StarloadError(`the name of ${uri} has a backslash or a control character, so no statement can name it`, {
      outcome: 'nothing was changed',
      next: 'npm run status lists the runs, and npm run undo -- RUN takes one out, with all its files.',
    });
  }
  return `uri = ${quoteLiteral(uri)}`;
}

/** The condition on those of its loads that no load of whole folders has replaced. */
export function conditionOfLoads(uri: string): string {
  return `${conditionOfFile(uri)} AND loaded_at >= COALESCE(
    (SELECT MAX(loaded_at) FROM load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00')`;
}

/** Throws StarloadError for a whole folder, and for a file of which nothing is left since whole folders were loaded. */
export function refuseFolder(uri: string, left: readonly LoadOfFile[], all: readonly LoadOfFile[]): void {
  if (left.some(({ fate }) => fate === 'folder')) {
    throw new StarloadError(`${uri} is a folder that was loaded as a whole, in place of all that had been there`, {
      outcome: 'nothing was changed',
      next: 'Take the files out of the folder and run npm run etl, which loads all others again.',
    });
  }
  if (left.length === 0 && all.length > 0) {
    throw new StarloadError(`nothing of ${uri} is left: a later run loaded whole folders in its place`, {
      outcome: 'nothing was changed',
      next: 'npm run status lists the runs.',
    });
  }
}

/**
 * Throws StarloadError if rows of a file cannot be told from those that the same run loaded of other files. `entries` also say
 * how many of its records were left out.
 */
export function refuseUnmarked(uri: string, entries: readonly LoadOfFile[]): void {
  const unmarked = entries.flatMap((load) => {
    const missing = load.status === 'loaded' ? dueOf(load, entries) - load.known : 0;
    return missing === 0 ? [] : [{ ...load, missing }];
  });
  const [first] = unmarked;
  if (first === undefined) {
    return;
  }
  const rows = unmarked.reduce((sum, { missing }) => sum + Math.abs(missing), 0);
  const runs = unmarked.map(({ runId }) => runId).join(', ');
  throw new StarloadError(
    `of ${count(rows)} rows of ${uri} in ${first.table} nothing says that they are, so they cannot be told from those of other files of the same run`,
    {
      outcome: 'nothing was changed',
      next: `They were loaded before rows said their file, Redshift read the file by itself, or somebody was forgotten. Undo the whole run, ${runs}: npm run undo -- RUN. Then npm run etl -- --again loads its other files again, if this one is no longer there.`,
    },
  );
}

/** How many rows a load of a file has, without records that were left out when it was loaded. */
function dueOf({ table, runId }: LoadOfFile, entries: readonly LoadOfFile[]): number {
  const own = entries.filter(
    (entry) => entry.table === table && entry.runId === runId && entry.status !== 'quarantined',
  );
  return own.reduce((sum, { records, rejected }) => sum + records - rejected, 0);
}
