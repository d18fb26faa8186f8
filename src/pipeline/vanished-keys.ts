import { protocolSql } from '../sql/catalogue.ts';
import { BEGINNING, quoteLiteral, render } from '../sql/render.ts';
import type { LoadContext } from './context.ts';
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
 * them. The ledger is asked only if a file lacks a key. Throws WarehouseError.
 */
export async function vanishedKeys(
  context: Pick<LoadContext, 'model' | 'warehouse'>,
  prepared: readonly PreparedTable[],
): Promise<readonly VanishedKeysOfTable[]> {
  const lacking = prepared.flatMap((read) => {
    const columns = lackingIn(read);
    return columns.length === 0 ? [] : [{ table: read.table.name, columns }];
  });
  if (lacking.length === 0) return [];
  const earlier = await earlierFiles(
    context,
    lacking.map(({ table }) => table),
  );
  return lacking.flatMap(({ table, columns }) => {
    const keys = columns.flatMap((one) =>
      told(
        one,
        earlier.filter((file) => file.table === table),
      ),
    );
    return keys.length === 0 ? [] : [{ table, keys: keys.sort((one, other) => other.earlier.had - one.earlier.had) }];
  });
}

/** What several runs of a load have found, by table and column. */
export function addUpVanished(runs: readonly (readonly VanishedKeysOfTable[])[]): readonly VanishedKeysOfTable[] {
  const tables = new Map<string, Map<string, VanishedKey>>();
  for (const { table, keys } of runs.flat()) {
    const known = tables.get(table) ?? new Map<string, VanishedKey>();
    tables.set(table, known);
    for (const key of keys) {
      const before = known.get(key.column);
      const both = before && { files: before.files + key.files, records: before.records + key.records };
      known.set(key.column, { ...(before ?? key), ...both });
    }
  }
  return [...tables].map(([table, keys]) => ({ table, keys: [...keys.values()] }));
}

/** The columns whose keys are missing from whole files, with these files. */
function lackingIn({ files }: PreparedTable): readonly Lacking[] {
  const columns = new Map<string, Lacking>();
  for (const { object, records, rejected, keys } of files) {
    for (const column of columnsIn(keys?.missing)) {
      const known = columns.get(column) ?? { column, files: 0, records: 0, file: object.label };
      columns.set(column, { ...known, files: known.files + 1, records: known.records + records - rejected });
    }
  }
  return [...columns.values()];
}

function told(one: Lacking, earlier: readonly EarlierFile[]): readonly VanishedKey[] {
  const had = earlier.filter(({ missing }) => !missing.has(one.column)).length;
  return had > 0 && had * 2 >= earlier.length ? [{ ...one, earlier: { files: earlier.length, had } }] : [];
}

interface EarlierFile {
  readonly table: string;
  readonly missing: ReadonlySet<string>;
}

async function earlierFiles(
  { model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>,
  tables: readonly string[],
): Promise<readonly EarlierFile[]> {
  const { sql } = protocolSql(model, 'missing_columns');
  const ofTable = (table: string, at: number) => {
    const base = `staging_table = ${quoteLiteral(table)}`;
    return `SELECT staging_table, missing_columns
FROM (
${render(sql, { now: warehouse.now, since: BEGINNING, base })}
) newest_${at + 1}`;
  };
  const { rows } = await warehouse.query(tables.map(ofTable).join('\nUNION ALL\n'));
  return rows.map(([table, columns]) => ({ table: String(table), missing: new Set(columnsIn(String(columns))) }));
}

function columnsIn(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}
