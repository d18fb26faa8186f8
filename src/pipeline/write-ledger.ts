import { StarloadError } from '../errors.ts';
import type { Part } from '../objects/part.ts';
import type { Spool } from '../objects/spool.ts';
import type { FileKeys } from '../records/unknown-keys.ts';
import type { NamedSql, Table } from '../sql/catalogue.ts';
import { BEGINNING, quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { LedgerVersion } from './ledger.ts';
import { LEDGER } from './ownership.ts';

/** A version of a file as a run writes it. */
export interface LedgerEntry extends LedgerVersion {
  /** Its number in the run, among the files of its table that were read. Its rows have it in `source_file`. */
  readonly number?: number | undefined;
  /** What became of its keys; absent if they were not counted. */
  readonly keys?: FileKeys | undefined;
  /** Which of the model's digests of its keys it has (`keysDigests`). */
  readonly keysModel?: string | undefined;
}

/**
 * Writes the ledger rows of a run as a part that is copied together with its data. `stamp` is the newest stamp that the
 * planner has seen.
 */
export function writeLedger(
  spool: Spool,
  { runId, stamp }: { readonly runId: string; readonly stamp: string },
  versions: readonly LedgerEntry[],
): Part {
  const file = spool.create(`${LEDGER}.json`);
  let bytes = 0;
  // One row at a time would be slow, and the text of a million rows exceeds the maximum length of a string.
  for (let from = 0; from < versions.length; from += ROWS_AT_ONCE) {
    const some = versions.slice(from, from + ROWS_AT_ONCE).map((version) => rowOf(version, runId, stamp));
    const chunk = Buffer.from(some.join(''));
    file.write(chunk);
    bytes += chunk.length;
  }
  file.close();
  return { path: file.path, compression: 'none', records: versions.length, bytes, index: [] };
}

const ROWS_AT_ONCE = 1000;

/** Without spreads, which would triple the time. What is undefined is left out, and is NULL then. */
function rowOf(
  { table, uri, number, version, size, records, rejected, status, keys, keysModel }: LedgerEntry,
  runId: string,
  stamp: string,
) {
  return `${JSON.stringify({
    run_id: runId,
    staging_table: table,
    uri: checkedUri(uri),
    version,
    size_bytes: size,
    records,
    rejected,
    status,
    planned_stamp: stamp,
    source_file: number,
    keys_met: keys?.met,
    keys_loaded: keys?.loaded,
    keys_rescued: keys?.rescued,
    keys_ignored: keys?.ignored,
    keys_unknown: keys?.unknown,
    unknown_keys: keys?.told,
    keys_model: keysModel,
    missing_columns: keys?.missing,
  })}\n`;
}

const MAX_URI_BYTES = 4096;

function checkedUri(uri: string): string {
  if (Buffer.byteLength(uri) > MAX_URI_BYTES) {
    throw new StarloadError(`the name of ${uri} is longer than the ${MAX_URI_BYTES} bytes the ledger holds`, {
      next: 'Move the file to a folder with a shorter path.',
    });
  }
  return uri;
}

/** A whole folder that is loaded into a staging table. `version` is the digest of its listing. */
export interface FolderVersion extends Pick<LedgerVersion, 'version' | 'size'> {
  readonly table: Table;
  readonly folder: { readonly uri: string };
}

/**
 * The statement that records folders in the ledger. It takes their record counts from the rows that COPY loaded,
 * because Starload has not read the files.
 */
export function recordFolders(runId: string, folders: readonly FolderVersion[]): NamedSql {
  const rows = folders.map(({ table, folder, version, size }) => {
    const texts = [runId, table.name, folder.uri, version].map(
      (text) => `CAST(${quoteLiteral(text)} AS VARCHAR(4096))`,
    );
    return `SELECT ${texts.join(', ')}, ${Math.trunc(size)}, COUNT(*), 0, CAST('loaded' AS VARCHAR(16)), ${BEGINNING}
FROM ${quoteIdentifier(table.name)}`;
  });
  return {
    name: 'record_folders',
    sql: `INSERT INTO load_ledger (run_id, staging_table, uri, version, size_bytes, records, rejected, status, planned_stamp)
${rows.join('\nUNION ALL\n')}`,
  };
}
