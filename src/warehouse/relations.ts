import type { Relation, RelationColumn, Value } from './warehouse.ts';

/**
 * The relations of a result whose rows are their columns: name, kind as the engine says it, an owner who is a stranger, and
 * of the column its name, type and length, or NULLs where there is none.
 */
export function toRelations(
  rows: readonly (readonly Value[])[],
  kinds: Readonly<Record<string, string>>,
): readonly Relation[] {
  const found = new Map<string, Relation & { readonly columns: RelationColumn[] }>();
  for (const [name, kind, stranger, column, type, length] of rows) {
    const relation = found.get(String(name)) ?? {
      name: String(name),
      kind: kinds[String(kind)] ?? String(kind).toLowerCase(),
      stranger: stranger === null ? undefined : String(stranger),
      columns: [],
    };
    found.set(relation.name, relation);
    if (column !== null) {
      relation.columns.push({
        name: String(column),
        type: String(type),
        length: length === null ? undefined : Number(length),
      });
    }
  }
  return [...found.values()];
}
