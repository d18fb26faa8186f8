import { originsOf, type Scope } from './expression.ts';
import type { Origins, Readable, ResultColumn } from './origins.ts';
import { isNode, type Node, nameAt, nodesAt } from './tree.ts';

/** The columns that `*` or `t.*` stands for. */
export function starColumns(
  item: Node,
  sources: readonly Readable[],
  scope: Scope,
): { readonly columns: readonly ResultColumn[]; readonly others: Origins | undefined } {
  const table = nameAt(item, 'relation_name');
  const read = sources.filter(({ alias }) => table === '' || alias === table);
  const left = new Set(excluded(item));
  const replaced = new Map(
    nodesAt(item, 'replace_list').flatMap(({ key, value }) =>
      typeof key === 'string' && isNode(value) ? [[key.toLowerCase(), originsOf(value, scope)] as const] : [],
    ),
  );
  const columns = read.flatMap((source) =>
    source.columns.filter(({ name }) => !left.has(name) && (table !== '' || !source.merged.has(name))),
  );
  return {
    columns: columns.map(({ name, origins }) => ({ name, origins: replaced.get(name) ?? origins })),
    others: read.find(({ others }) => others !== undefined)?.others,
  };
}

/** The names behind EXCLUDE. */
function excluded(item: Node): readonly string[] {
  const lists = ['exclude_list', 'qualified_exclude_list'].flatMap((key) => item[key] ?? []).flat();
  return lists.map((one) => (isNode(one) ? nameAt(one, 'column') : String(one).toLowerCase()));
}
