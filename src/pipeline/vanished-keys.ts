import { columnsIn, type MissingColumns } from './ledger.ts';
import type { PreparedTable } from './prepare.ts';

/** A column whose key is in no record of some files, while it was in most earlier files. */
export interface VanishedKey {
  readonly column: string;
  /** The number of files without it, that of their records, and the label of the first file. */
  readonly files: number;
  readonly records: number;
  readonly file: string;
  /** How many earlier files were looked at, and how many of them had it. */
  readonly earlier: { readonly files: number; readonly had: number };
}

/** The vanished keys of a staging table's source, those that the most earlier files had first. */
export interface VanishedKeysOfTable {
  readonly table: string;
  readonly keys: readonly VanishedKey[];
}

/** Files without the key of a column. */
type Lacking = Omit<VanishedKey, 'earlier'>;

/**
 * The columns whose keys are missing from whole files that were read, while at least half of the newest earlier files had
 * them.
 */
export function vanishedKeys(
  earlier: readonly MissingColumns[],
  prepared: readonly PreparedTable[],
): readonly VanishedKeysOfTable[] {
  const tables = [...new Set(prepared.map(({ table }) => table.name))];
  return tables.flatMap((table) => {
    const files = prepared.flatMap((read) => (read.table.name === table ? read.files : []));
    const before = earlier.filter((one) => one.table === table);
    const keys = lackingIn(files).flatMap((one) => told(one, before));
    return keys.length === 0 ? [] : [{ table, keys: keys.sort((one, other) => other.earlier.had - one.earlier.had) }];
  });
}

/** The columns whose keys are missing from whole files, with these files. */
function lackingIn(files: PreparedTable['files']): readonly Lacking[] {
  const columns = new Map<string, Lacking>();
  for (const { object, records, rejected, forgotten, keys } of files) {
    for (const column of columnsIn(keys?.missing)) {
      const known = columns.get(column) ?? { column, files: 0, records: 0, file: object.label };
      columns.set(column, {
        ...known,
        files: known.files + 1,
        records: known.records + records - rejected - forgotten,
      });
    }
  }
  return [...columns.values()];
}

function told(one: Lacking, before: readonly MissingColumns[]): readonly VanishedKey[] {
  const filesOf = (some: readonly MissingColumns[]) => some.reduce((sum, { files }) => sum + files, 0);
  const files = filesOf(before);
  const had = filesOf(before.filter(({ columns }) => !columns.includes(one.column)));
  return had > 0 && had * 2 >= files ? [{ ...one, earlier: { files, had } }] : [];
}
