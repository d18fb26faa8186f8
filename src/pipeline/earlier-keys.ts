import { readToldKeys } from '../records/told-keys.ts';
import { type Table, tableNamed } from '../sql/catalogue.ts';
import { lowerCase } from '../sql/fold.ts';
import { isAtOrBelow } from '../sql/key-paths.ts';
import type { LoadContext } from './context.ts';
import { readUnknown, type UnknownOfFile } from './past-runs.ts';
import { type ToldKey, toldOf, type UnknownKeysOfTable } from './unknown-keys.ts';

/**
 * The unknown keys that the newest run of each source has met, as the ledger has them, but for those that the model ignores
 * now. Throws WarehouseError.
 */
export async function latestUnknownKeys({
  model,
  warehouse,
}: Pick<LoadContext, 'model' | 'warehouse'>): Promise<readonly UnknownKeysOfTable[]> {
  const files = await readUnknown({ model, warehouse });
  // Of another model that shares the ledger, nothing is known.
  const tables = model.tables.filter(({ name }) => files.some(({ table }) => table === name));
  return tables.flatMap(({ name }) => {
    const own = files.filter(({ table }) => table === name);
    const { keys: all, more } = addUpFiles(own);
    const table = tableNamed(model, name);
    const keys = all.filter(({ key }) => !isIgnored(table, key));
    const isKept = own.every((file) => file.isKept);
    const told = toldOf(table, keys, { isKept, more: more === 0 ? null : { keys: more, records: null } });
    return keys.length + more === 0 ? [] : [told];
  });
}

/** Whether a model ignores a key, in whatever case. */
function isIgnored({ ignored }: Table, key: string): boolean {
  return ignored.some((one) => isAtOrBelow(lowerCase(key), lowerCase(one)));
}

/** The keys of files by their names, and at least how many further ones there are. */
function addUpFiles(files: readonly UnknownOfFile[]): {
  readonly keys: readonly Omit<ToldKey, 'like'>[];
  readonly more: number;
} {
  const keys = new Map<string, Omit<ToldKey, 'like'>>();
  let more = 0;
  for (const { uri, told } of files) {
    const { keys: all, first } = readToldKeys(told);
    more = Math.max(more, all - first.length);
    for (const { key, records, line } of first) {
      const known = keys.get(key) ?? { key, records: 0, file: uri, line };
      keys.set(key, { ...known, records: known.records + records });
    }
  }
  return { keys: [...keys.values()], more };
}
