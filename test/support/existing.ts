import type { Warehouse } from '../../src/warehouse/warehouse.ts';

/** Those of some names that something in the warehouse's schema has. */
export async function existing(warehouse: Warehouse, names: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await warehouse.relations(names)).map(({ name }) => name));
}
