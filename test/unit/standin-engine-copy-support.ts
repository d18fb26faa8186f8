import { beforeEach } from '@jest/globals';
import type { EngineOptions } from '../../standin/engine/engine.ts';
import {
  backend,
  DATABASE,
  engine,
  objects,
  openOther as openEngine,
  rows,
  useEngine,
} from './standin-engine-support.ts';

export { backend, objects, rows };

export const ROLE = 'arn:aws:iam::123456789012:role/loader';
export const FAILED = "ERROR: Load into table 't' failed.  Check 'sys_load_error_detail' system table for details.";

const OPTIONS = { databases: [DATABASE], roles: [ROLE], defaultRole: ROLE };

useEngine([], OPTIONS);

beforeEach(async () => {
  objects.contents.clear();
  objects.regions.clear();
  objects.forbidden.clear();
  await makeTable();
});

async function makeTable(): Promise<void> {
  await engine.inspect(DATABASE, 'TRUNCATE redshift.sys_load_error_detail, redshift.stl_load_errors');
  await backend.execute('DROP TABLE IF EXISTS t');
  await backend.execute(
    'CREATE TABLE t (id INT NOT NULL, name VARCHAR(5), n BIGINT, x DOUBLE PRECISION, d DECIMAL(8,2), b BOOLEAN, at TIMESTAMP, loaded_at TIMESTAMP DEFAULT SYSDATE)',
  );
}

/** An engine of the test's own, until it ends. */
export async function openOther(different: Partial<EngineOptions>): Promise<void> {
  await openEngine({ ...OPTIONS, ...different });
  await makeTable();
}

/** COPYs one file with these records. */
export function load(
  content: string | Uint8Array,
  options = '',
  columns = '(id, name, n, x, d, b, at)',
): Promise<string> {
  objects.put('data/f.json', content);
  return copy(`COPY t ${columns} FROM 's3://data/f.json' IAM_ROLE default FORMAT AS JSON 'auto' ${options}`);
}

/** 'loaded', or the error's message. */
export function copy(sql: string): Promise<string> {
  return backend.execute(sql).then(
    () => 'loaded',
    (error: Error) => error.message,
  );
}

/** The one refused record: code, column, line and reason. */
export async function refused(): Promise<readonly (string | null | undefined)[] | undefined> {
  const found = await rows('SELECT error_code, column_name, line_number, error_message FROM sys_load_error_detail');
  return found[0]?.map((value) => value?.trim());
}

/** A column of the table, in the order of ids. */
export const column = (name: string): Promise<readonly (string | null)[]> =>
  rows(`SELECT ${name} FROM t ORDER BY id`).then((all) => all.map(([value]) => value as string | null));
