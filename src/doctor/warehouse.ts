import { StarloadError } from '../errors.ts';
import { budgetsOf, type Task, tooMany } from '../pipeline/budget.ts';
import { assertKeepsCase } from '../pipeline/collation.ts';
import { refuseRequired, requiredColumns } from '../pipeline/own-columns.ts';
import { describeForeign, LEDGER, standingOf } from '../pipeline/ownership.ts';
import { type Difference, differencesOf, whatToDo } from '../pipeline/shape.ts';
import { doctorSql, type Model } from '../sql/catalogue.ts';
import { quoteLiteral } from '../sql/render.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import { refuseReach } from '../warehouse/relations.ts';
import type { Value, Warehouse } from '../warehouse/warehouse.ts';
import type { CheckOutcome, DoctorCheck } from './checks.ts';
import type { Examination, Learnt, Open } from './examination.ts';
import { checkLedger } from './ledger.ts';
import { checkPrivileges } from './privileges.ts';
import { checkStamps } from './stamps.ts';

/**
 * The checks of the warehouse: whether it can be reached, whether the tables exist and match the expected schema, and
 * what the user may do.
 */
export function warehouseChecks(examination: Examination, learnt: Learnt): readonly DoctorCheck[] {
  return [
    { name: 'connect', needs: ['credentials'], run: () => checkConnection(examination, learnt) },
    { name: 'tables', needs: ['connect'], run: () => checkTables(examination, learnt) },
    { name: 'privileges', needs: ['connect'], run: () => checkPrivileges(examination, learnt) },
    { name: 'stamps', needs: ['tables'], run: () => checkStamps(examination, learnt) },
    { name: 'ledger', needs: ['tables'], run: () => checkLedger(examination, learnt) },
    {
      name: 'budget',
      needs: ['connect'],
      run: async () => checkBudget(examination.model, learnt.warehouse as Warehouse),
    },
  ];
}

/** Engines add compilers and processors to their versions. */
const LONGEST_VERSION = 80;
const CREATE_FIRST = 'Run npm run create-tables.';

async function checkConnection(examination: Examination, learnt: Learnt): Promise<CheckOutcome> {
  const { openUnescaped } = examination;
  try {
    const outcome = await connect(examination, learnt);
    return openUnescaped === undefined || learnt.warehouse === undefined
      ? outcome
      : { ...outcome, reason: `${outcome.reason}; DB_PASSWORD works as it is written, with %%` };
  } catch (error) {
    const isRefused = error instanceof WarehouseError && error.kind === 'login';
    throw isRefused && openUnescaped !== undefined ? await tryUnescaped(examination, openUnescaped, error) : error;
  }
}

/**
 * Opens the warehouse for reading first, because opening for writing may create a missing one. Then opens it for
 * writing, like a load.
 */
async function connect({ model, open }: Examination, learnt: Learnt): Promise<CheckOutcome> {
  try {
    await (await open({ readOnly: true })).close();
  } catch (error) {
    return noWarehouseYet(error);
  }
  const warehouse = await open({ readOnly: false });
  learnt.warehouse = warehouse;
  await assertKeepsCase(model, warehouse);
  const schema = await warehouse.schema();
  const [version, user, schemas] = await askSession(model, warehouse, schema);
  if (Number(schemas) > 0) {
    learnt.schema = schema;
  }
  return {
    reason: `${warehouse.location}: ${warehouse.engine} ${shortVersion(String(version))}, as ${user}`,
  };
}

/** The engine's version, the user, and the number of schemas with this name. */
async function askSession(model: Model, warehouse: Warehouse, schema: string): Promise<readonly Value[]> {
  const sql = doctorSql(model, 'session', warehouse.engine).replaceAll('{schema}', () => quoteLiteral(schema));
  return (await warehouse.query(sql)).rows[0] ?? [];
}

/**
 * Starload uses a password with `%%` unchanged, but Python's configparser reads `%`, and the file may have been written
 * for it. Returns the error that says which of the two the server accepts, if any.
 */
async function tryUnescaped({ model }: Examination, open: Open, refusal: WarehouseError): Promise<StarloadError> {
  const warehouse = await open({ readOnly: true });
  const isAccepted = await askSession(model, warehouse, '').then(
    () => true,
    () => false,
  );
  await warehouse.close();
  return isAccepted
    ? new StarloadError('the server refuses DB_PASSWORD as it is written, and accepts it with each %% read as one %', {
        next: 'Write each %% of DB_PASSWORD in dwh.cfg as one %. If other scripts read the file and need %%, leave it and set STARLOAD_DB_PASSWORD to the password instead.',
      })
    : new StarloadError(`${refusal.message}. DB_PASSWORD was tried as it is written and with each %% read as one %`, {
        next: 'Correct DB_USER or DB_PASSWORD, or let pg_hba.conf admit this host.',
        cause: refusal,
      });
}

/** Tasks without which a warehouse can be loaded. */
const RARE: ReadonlySet<Task> = new Set(['rebuild --restamp', 'undo', 'forget']);

/** A batch that is too long always fails. No other check detects this before files have been uploaded. */
export function checkBudget(model: Model, engine: Parameters<typeof budgetsOf>[1]): CheckOutcome {
  const budgets = budgetsOf(model, engine);
  const unfit = budgets.filter(({ needs, most }) => needs > most);
  const daily = unfit.find(({ task }) => !RARE.has(task)) ?? unfit[0];
  if (daily !== undefined) {
    const { message, next } = tooMany(daily);
    return { status: RARE.has(daily.task) ? 'warning' : 'failed', blocks: false, reason: message, next };
  }
  return budgets.length === 0
    ? { reason: 'a transaction may have any number of statements' }
    : { reason: budgets.map(({ task, needs, most }) => `${task} ${needs} of ${most} statements`).join(', ') };
}

/** Redshift's version ends with its own release, after the PostgreSQL version it is based on and a compiler. */
function shortVersion(version: string): string {
  return /\bRedshift ([\d.]+)/.exec(version)?.[1] ?? version.slice(0, LONGEST_VERSION);
}

function noWarehouseYet(error: unknown): CheckOutcome {
  if (error instanceof WarehouseError && error.kind === 'missing-table') {
    return { status: 'warning', blocks: true, reason: error.message, next: error.next };
  }
  throw error;
}

async function checkTables({ model }: Examination, learnt: Learnt): Promise<CheckOutcome> {
  const warehouse = learnt.warehouse as Warehouse;
  if (learnt.schema === undefined) {
    return { status: 'warning', blocks: true, reason: 'the schema of dwh.cfg does not exist yet', next: CREATE_FIRST };
  }
  const relations = await warehouse.relations(model.tables.map(({ name }) => name));
  // A load may use another user's tables.
  const { ours, foreign } = standingOf(
    model,
    relations.map(({ stranger, ...relation }) => relation),
  );
  const hasLedger = ours.some(({ name }) => name === LEDGER);
  // Beside the ledger, a table with other columns is rather one of another model.
  const strange = foreign.filter(({ kind }) => kind !== 'table' || !hasLedger);
  if (strange.length > 0) {
    throw foreignTables(describeForeign(strange), learnt.schema);
  }
  // Kept tables may be missing, as they are in an earlier release.
  const wanted = model.tables.filter(({ kept }) => !kept);
  learnt.tables = new Set(ours.map(({ name }) => name));
  if (!wanted.some(({ name }) => learnt.tables?.has(name))) {
    return {
      status: 'warning',
      blocks: true,
      reason: `none of the ${wanted.length} tables exists yet`,
      next: CREATE_FIRST,
    };
  }
  const differences = differencesOf(model, relations);
  if (differences.length > 0) {
    throw misshapen(differences);
  }
  const [required] = requiredColumns(model, ours);
  if (required !== undefined) {
    throw refuseRequired(required);
  }
  for (const { name, reach } of ours) {
    if (reach !== undefined) {
      throw refuseReach(name, reach);
    }
  }
  const strangers = new Set(relations.flatMap(({ stranger }) => stranger ?? []));
  return strangers.size > 0
    ? ofStrangers([...strangers].join(', '))
    : { reason: `all ${wanted.length} tables match the expected schema` };
}

function ofStrangers(owners: string): CheckOutcome {
  return {
    status: 'warning',
    reason: `the tables match the expected schema, and belong to ${owners}: code that an owner attaches to a table, such as a trigger, runs with your rights`,
    next: 'Continue if you trust them. Only they can recreate the tables.',
  };
}

function misshapen(differences: readonly Difference[]): StarloadError {
  return new StarloadError(differences.flatMap(({ problems }) => problems).join('; '), { next: whatToDo(differences) });
}

/** The objects that create-tables would refuse to drop. */
function foreignTables(list: string, schema: string): StarloadError {
  return new StarloadError(`Starload did not create these objects in the schema ${schema}: ${list}`, {
    next: 'Name a schema for Starload alone: DB_SCHEMA under [CLUSTER] in dwh.cfg. create-tables drops none of these unless you add --replace-foreign.',
  });
}
