import { expect, test } from '@jest/globals';
import { assertKeepsCase } from '../../src/pipeline/collation.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';

/** A warehouse that says this of its database, and keeps what it was asked. */
function saying(collation: string, engine = 'redshift') {
  const asked: string[] = [];
  const warehouse = {
    engine,
    location: 'redshift://dwh/dev',
    settle: async () => {},
    query: async (sql: string) => {
      asked.push(sql);
      return { columns: ['database_collation'], rows: [[collation]] };
    },
  } as unknown as Warehouse;
  return { warehouse, asked };
}

test('a database that ignores case is refused before any table is made', async () => {
  const { warehouse, asked } = saying('case_insensitive');
  await expect(createTables(loadModel(), warehouse)).rejects.toMatchObject({
    message: expect.stringMatching(/redshift:\/\/dwh\/dev ignores case/),
    next: expect.stringContaining('COLLATE CASE_SENSITIVE'),
  });
  expect(asked).toHaveLength(1);
});

test('one that does not is taken, and engines without such databases are not asked', async () => {
  await assertKeepsCase(loadModel(), saying('case_sensitive').warehouse);
  const { warehouse, asked } = saying('', 'postgres');
  await assertKeepsCase(loadModel(), warehouse);
  expect(asked).toEqual([]);
});
