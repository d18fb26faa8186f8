import { WarehouseError } from './errors.ts';
import type { QueryOptions, Reach, Relation, RelationColumn, Value } from './warehouse.ts';

/**
 * The relations in a result that has one row per column: name, kind in the engine's terms, an owner who is a stranger,
 * and the column's name, type, length and 1 if a row must give it a value; NULLs if there is no column.
 */
export function toRelations(
  rows: readonly (readonly Value[])[],
  kinds: Readonly<Record<string, string>>,
): readonly Relation[] {
  const found = new Map<string, Relation & { readonly columns: RelationColumn[] }>();
  for (const [name, kind, stranger, column, type, length, isRequired] of rows) {
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
        isRequired: Number(isRequired) === 1,
      });
    }
  }
  return [...found.values()];
}

/**
 * The error for a table whose rows cannot be deleted without affecting other users' tables. `outcome` is that of
 * StarloadError.
 */
export function refuseReach(table: string, { what, cure }: Reach, outcome?: string): WarehouseError {
  return new WarehouseError(
    'refused',
    `${table} has ${what}: deleting rows of ${table} would change data that is not Starload's`,
    {
      outcome,
      next: `Remove it, and keep such data in tables that hold only the key: ${cure};`,
    },
  );
}

/** Asks what a query's options want to know before it is run, in one question. Throws what assertTables and `tell` throw. */
export async function inquire(
  { tables = [], standing }: QueryOptions,
  ask: (names: readonly string[]) => Promise<readonly Relation[]>,
): Promise<void> {
  const names = [...new Set([...tables, ...(standing?.names ?? [])])];
  if (names.length === 0) return;
  const relations = await ask(names);
  standing?.tell(relations.filter(({ name }) => standing.names.includes(name)));
  if (tables.length > 0) assertTables(tables, relations);
}

/**
 * Throws WarehouseError `refused` unless all names are ordinary tables, with owners that QueryOptions.tables allows.
 */
function assertTables(names: readonly string[], relations: readonly Relation[]): void {
  const found = new Map(relations.map((relation) => [relation.name, relation]));
  const owner = found.get(names[0] ?? '')?.stranger;
  const other = names.find((name) => {
    const { kind, stranger = owner } = found.get(name) ?? {};
    return kind !== 'table' || stranger !== owner;
  });
  if (other !== undefined) {
    throw new WarehouseError('refused', `${other} is not an ordinary table of this warehouse`, {
      next: 'npm run create-tables says what is in its place.',
    });
  }
}
