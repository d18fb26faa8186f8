import type { Model } from '../sql/catalogue.ts';
import { withoutComments } from '../sql/tokens.ts';
import { placeOfStep, StepFailed } from '../warehouse/errors.ts';
import type { Batch, Step, Warehouse } from '../warehouse/warehouse.ts';
import { fits, worstCases } from './budget.ts';
import { newRunId } from './run-id.ts';

/** A statement of a load, a refresh, a rebuild, an undo or a forget that the warehouse refuses. */
export interface RefusedStatement {
  /** For example `load: insert_songplays`. */
  readonly statement: string;
  /** For example `sql/models/sparkify/star/songplays.sql, line 17`. */
  readonly place: string;
  /** The warehouse's own message. */
  readonly said: string;
}

/** The result of EXPLAIN for all statements. */
export interface Explained {
  readonly statements: number;
  readonly refused: readonly RefusedStatement[];
}

type SqlStep = Extract<Step, { kind: 'sql' }>;

/**
 * Makes the warehouse plan every statement that a load, a refresh, a rebuild, an undo and a forget send. Keeps nothing. The temporary
 * tables of a rebuild hold everything in staging, so use it on empty tables.
 */
export function explainAll(model: Model, warehouse: Warehouse, signal?: AbortSignal): Promise<Explained> {
  return explainBatches(warehouse, batchesOf(model, warehouse), signal);
}

/** Makes the warehouse plan the statements of a load. Its temporary tables are empty because nothing is copied. */
export function explainLoad(model: Model, warehouse: Warehouse): Promise<Explained> {
  return explainBatches(warehouse, { load: batchesOf(model, warehouse).load });
}

async function explainBatches(
  warehouse: Warehouse,
  batches: Readonly<Record<string, Batch>>,
  signal?: AbortSignal,
): Promise<Explained> {
  const refused: RefusedStatement[] = [];
  const explained = new Set<string>();
  for (const [name, batch] of Object.entries(batches)) {
    signal?.throwIfAborted();
    const steps = batch.steps.filter((step): step is SqlStep => step.kind === 'sql' && isExplainable(step.sql));
    const fresh = steps.filter(({ sql }) => !explained.has(sql));
    refused.push(...(await explain(warehouse, name, steps, explained)));
    for (const { sql } of fresh) {
      explained.add(sql);
    }
  }
  // A cancelled statement was not refused.
  signal?.throwIfAborted();
  return { statements: explained.size, refused };
}

/** The longest batches of each task. */
function batchesOf(
  model: Model,
  warehouse: Warehouse,
): Readonly<Record<'load' | 'refresh' | 'rebuild' | 'undo' | 'forget', Batch>> {
  const { load, refresh, rebuild, undo, forget } = worstCases(model, warehouse);
  return { load: load()[0], refresh: refresh()[0], rebuild: rebuild()[0], undo: undo()[0], forget: forget()[0] };
}

/** EXPLAIN takes queries, INSERT, UPDATE, DELETE and CREATE TABLE AS (Database Developer Guide, EXPLAIN). */
function isExplainable(sql: string): boolean {
  return /^(SELECT|WITH|INSERT|UPDATE|DELETE|CREATE TEMP TABLE \S+ AS)\b/i.test(withoutComments(sql).trimStart());
}

function isTemporary(sql: string): boolean {
  return /^CREATE TEMP TABLE/i.test(withoutComments(sql).trimStart());
}

/** Explains steps in batches. Each batch creates the temporary tables of the steps before it, empty. */
async function explain(
  warehouse: Warehouse,
  name: string,
  steps: readonly SqlStep[],
  known: ReadonlySet<string>,
): Promise<readonly RefusedStatement[]> {
  const refused: RefusedStatement[] = [];
  let made: readonly SqlStep[] = [];
  for (let at = 0; at < steps.length; ) {
    const { taken, batch, makes } = slice(warehouse, steps.slice(at), { made, known });
    const failure = await explainSome(warehouse, batch);
    if (failure === undefined) {
      at += taken;
      made = [...made, ...makes];
      continue;
    }
    // Statements that need a table that could not be created fail too, and are also reported.
    const failed = steps.findIndex((step) => step.name === failure.step.name.replace(/^explain_/, ''));
    refused.push({
      statement: `${name}: ${steps[failed]?.name ?? failure.step.name}`,
      place: placeOfStep(failure.step, failure.failure),
      said: failure.failure.message,
    });
    const before = steps.slice(at, failed).filter(({ sql }) => isTemporary(sql));
    made = [...made, ...before];
    at = Math.max(failed, at) + 1;
  }
  return refused;
}

/** As many of the steps as fit into a batch after the temporary tables they may need. */
function slice(
  warehouse: Warehouse,
  steps: readonly SqlStep[],
  { made, known }: { readonly made: readonly SqlStep[]; readonly known: ReadonlySet<string> },
) {
  const batch: SqlStep[] = [...made];
  const makes: SqlStep[] = [];
  let taken = 0;
  for (const step of steps) {
    const wanted = known.has(step.sql)
      ? []
      : [{ ...step, name: `explain_${step.name}`, sql: `EXPLAIN ${withoutComments(step.sql)}` }];
    const own = isTemporary(step.sql) ? [...wanted, step] : wanted;
    if (taken > 0 && !fits(toExplain([...batch, ...own]), warehouse)) {
      break;
    }
    batch.push(...own);
    makes.push(...(isTemporary(step.sql) ? [step] : []));
    taken += 1;
  }
  return { taken, batch, makes };
}

async function explainSome(warehouse: Warehouse, steps: readonly SqlStep[]): Promise<StepFailed | undefined> {
  try {
    await warehouse.run(toExplain(steps));
    return undefined;
  } catch (error) {
    if (!(error instanceof StepFailed)) {
      throw error;
    }
    return error;
  }
}

/** The plans themselves are not used. */
function toExplain(steps: readonly SqlStep[]): Batch {
  return {
    name: `explain-${newRunId()}`,
    locks: false,
    steps: steps.map(({ wanted, ...step }) => step),
  };
}
