import { StarloadError } from '../errors.ts';
import { doctorSql } from '../sql/catalogue.ts';
import { quoteLiteral } from '../sql/render.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Check, Outcome } from './checks.ts';
import type { Examination, Learnt } from './examination.ts';
import { checkPrivileges } from './privileges.ts';
import { type FoundColumn, shapeProblems } from './shape.ts';
import { checkStamps } from './stamps.ts';

/** The checks of the warehouse: can it be reached, are the tables there and as they must be, what may the user do? */
export function warehouseChecks(examination: Examination, learnt: Learnt): readonly Check[] {
  return [
    { name: 'connect', needs: ['credentials'], run: () => checkConnection(examination, learnt) },
    { name: 'tables', needs: ['connect'], run: () => checkTables(examination, learnt) },
    { name: 'privileges', needs: ['connect'], run: () => checkPrivileges(examination, learnt) },
    { name: 'stamps', needs: ['tables'], run: () => checkStamps(examination, learnt) },
  ];
}

/** Engines tell of compilers and processors too. */
const LONGEST_VERSION = 80;
const CREATE_FIRST = 'Run npm run create-tables.';

/**
 * Opened for reading first, since opening for writing may make a warehouse where there is none; then for writing, as a
 * load does.
 */
async function checkConnection({ model, open }: Examination, learnt: Learnt): Promise<Outcome> {
  try {
    await (await open({ readOnly: true })).close();
  } catch (error) {
    return noWarehouseYet(error);
  }
  const warehouse = await open({ readOnly: false });
  learnt.warehouse = warehouse;
  const [row] = (await warehouse.query(doctorSql(model, 'session', warehouse.engine))).rows;
  const [version, user, schema] = row ?? [];
  if (typeof schema === 'string') {
    learnt.schema = schema;
  }
  return {
    reason: `${warehouse.location}: ${warehouse.engine} ${shortVersion(String(version))}, as ${user}`,
  };
}

/** Redshift gives its own release last, behind the PostgreSQL it descends from and a compiler. */
function shortVersion(version: string): string {
  return /\bRedshift ([\d.]+)/.exec(version)?.[1] ?? version.slice(0, LONGEST_VERSION);
}

function noWarehouseYet(error: unknown): Outcome {
  if (error instanceof WarehouseError && error.kind === 'missing-table') {
    return { status: 'warning', blocks: true, reason: error.message, next: error.next };
  }
  throw error;
}

async function checkTables({ model }: Examination, learnt: Learnt): Promise<Outcome> {
  const warehouse = learnt.warehouse as Warehouse;
  if (learnt.schema === undefined) {
    return { status: 'warning', blocks: true, reason: 'the schema of dwh.cfg does not exist yet', next: CREATE_FIRST };
  }
  const columns = await readColumns(warehouse, doctorSql(model, 'columns', warehouse.engine), learnt.schema);
  const missing = model.tables.filter(({ name }) => !columns.has(name));
  learnt.tables = new Set(model.tables.map(({ name }) => name).filter((name) => columns.has(name)));
  if (missing.length === model.tables.length) {
    return {
      status: 'warning',
      blocks: true,
      reason: `none of the ${missing.length} tables is there yet`,
      next: CREATE_FIRST,
    };
  }
  const problems = [
    ...missing.map(({ name }) => `${name} is missing`),
    ...model.tables.flatMap((table) => shapeProblems(table, columns.get(table.name) ?? [])),
  ];
  if (problems.length > 0) {
    throw misshapen(problems);
  }
  return { reason: `all ${model.tables.length} tables are as they must be` };
}

function misshapen(problems: readonly string[]): StarloadError {
  return new StarloadError(problems.join('; '), {
    next: 'Mend the tables, or make them anew: npm run create-tables -- --force drops what they hold, npm run etl loads it again.',
  });
}

async function readColumns(
  warehouse: Warehouse,
  sql: string,
  schema: string,
): Promise<ReadonlyMap<string, readonly FoundColumn[]>> {
  const { rows } = await warehouse.query(sql.replaceAll('{schema}', quoteLiteral(schema)));
  const tables = new Map<string, FoundColumn[]>();
  for (const [table, name, type, length] of rows) {
    const columns = tables.get(String(table)) ?? [];
    tables.set(String(table), columns);
    columns.push({ name: String(name), type: String(type), length: length === null ? undefined : Number(length) });
  }
  return tables;
}
