import { withoutDataEnding } from '../objects/objects.ts';
import type { SourceNames } from './source.ts';
import { Names, nameOf, tableName } from './words.ts';

/** `staging_` and `current_` before it, and the loader's own names around these, must still fit. */
const LONGEST = 36;

/** Names for sources, made of the last part of their places. `isTaken` tells keys that dwh.cfg has for something else. */
export function nameSources(roots: readonly string[], isTaken: (key: string) => boolean): readonly SourceNames[] {
  const names = new Names();
  return roots.map((root) => {
    const last = root.replace(/\/+$/, '').split('/').at(-1) ?? '';
    const base = tableName(nameOf([withoutDataEnding(last)], 'records')).slice(0, LONGEST);
    const isFree = (name: string) => !isTaken(name.toUpperCase()) && !isTaken(`${name.toUpperCase()}_JSONPATH`);
    const table = names.take(isFree(base) && !base.endsWith('_jsonpath') ? base : `its_${base}`);
    return { key: table.toUpperCase(), table };
  });
}
