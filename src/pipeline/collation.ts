import { StarloadError } from '../errors.ts';
import type { Model } from '../sql/catalogue.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/**
 * Throws StarloadError if the database ignores case, such as a Redshift database created with COLLATE CASE_INSENSITIVE.
 * Files and values that differ only in case would be the same there. Queries only engines that have such
 * databases.
 */
export async function assertKeepsCase(model: Model, warehouse: Warehouse): Promise<void> {
  const sql = model.doctor.get(`collation.${warehouse.engine}`);
  if (sql === undefined) {
    return;
  }
  const [collation] = (await warehouse.query(sql)).rows[0] ?? [];
  if (String(collation).trim() !== 'case_sensitive') {
    throw new StarloadError(
      `the database of ${warehouse.location} ignores case (${collation}): files and values that differ only in case would become one`,
      { next: 'Create another one with CREATE DATABASE name COLLATE CASE_SENSITIVE, and name it in DB_NAME.' },
    );
  }
}
