import { lineageOf, type TableLineage } from '../lineage/model.ts';
import type { ParseSelects } from '../lineage/tree.ts';
import { ask } from '../pipeline/ask.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { explainUnfit } from '../pipeline/shape.ts';
import { protocolSql, type Table, tableNamed } from '../sql/catalogue.ts';
import { quoteLiteral } from '../sql/render.ts';
import type { Value } from '../warehouse/warehouse.ts';
import { type Input, inputsFor } from './inputs.ts';
import { keyAsked, tableAsked } from './key.ts';
import { equals, findRecords, findRows, MOST_ROWS, type Row, type StagedRecord } from './rows.ts';
import { ruleOf } from './rule.ts';
import { keyOf, recordCondition, recordOf, stagedCondition } from './staged.ts';

/** A value of a row, and the columns that it comes from. */
export interface Field {
  readonly column: string;
  readonly value: Value;
  /** Columns of staging, as `table.column`. */
  readonly from: readonly string[];
}

/** A record that was kept out when its file was loaded, in which the key stands. */
export interface RejectedOf {
  readonly uri: string;
  readonly line: number | undefined;
  readonly reason: string;
  readonly runId: string;
}

/** Why a row is as it is, or is not there. */
export interface Why {
  readonly table: string;
  readonly key: Row;
  /** The values of the row; undefined if there is none. */
  readonly fields: readonly Field[] | undefined;
  readonly rule: readonly string[];
  /** The tables that its SELECT reads, and their rows for it. */
  readonly inputs: readonly Input[];
  /** The versions of the records it is made of, or that competed with them. */
  readonly records: readonly StagedRecord[];
  /** By staging table, the columns whose values matter. */
  readonly matters: ReadonlyMap<string, ReadonlySet<string>>;
  /** Asked for only if there is no row, or no record. */
  readonly keptOut: readonly RejectedOf[];
}

/**
 * Tells why a row of a current or star table is as it is: the records of staging that made it or competed, with their files and
 * lines. Throws UsageError for a table or a key that cannot be.
 */
export async function why(
  context: LoadContext,
  { table: name, key: given }: { readonly table: string; readonly key: readonly string[] },
  parse: ParseSelects,
): Promise<Why> {
  const table = tableAsked(context.model, name);
  const key = keyAsked(table, given);
  const lineage = await lineageOf(context.model, parse);
  try {
    return await tell(context, { table, key, lineage });
  } catch (error) {
    throw await explainUnfit(context, error);
  }
}

interface Asked {
  readonly table: Table;
  readonly key: Row;
  readonly lineage: readonly TableLineage[];
}

async function tell(context: LoadContext, { table, key, lineage }: Asked): Promise<Why> {
  const condition = conditionOf(table, key);
  const { rows } = await findRows(context, table, condition);
  const [row] = rows;
  const inputs = await inputsFor(context, table, row ?? key);
  const records = await recordsOf(context, inputs);
  const origins = originsIn(table, lineage);
  const matters = new Map<string, ReadonlySet<string>>();
  for (const column of [...origins.values()].flat()) {
    const [from = '', own = ''] = column.split('.');
    matters.set(from, new Set([...(matters.get(from) ?? []), own]));
  }
  return {
    table: table.name,
    key,
    fields: row && [...row].map(([column, value]) => ({ column, value, from: origins.get(column) ?? [] })),
    rule: ruleOf(table),
    inputs,
    records,
    matters,
    keptOut: row === undefined || records.length === 0 ? await findKeptOut(context, inputs, key) : [],
  };
}

function conditionOf(table: Table, key: Row): string {
  return table.columns
    .filter(({ name }) => key.has(name))
    .map((column) => equals(column, key.get(column.name) ?? null))
    .join(' AND ');
}

/** The versions of the records of which the rows of current tables are made. */
async function recordsOf(context: LoadContext, inputs: readonly Input[]): Promise<readonly StagedRecord[]> {
  const found: StagedRecord[] = [];
  for (const staging of new Set(inputs.flatMap(({ table }) => table.of ?? []))) {
    const table = tableNamed(context.model, staging);
    const own = inputs.filter((input) => input.table.of === staging);
    const told = own.flatMap((input) => input.asked.flatMap((row) => stagedCondition(input.table, table, row) ?? []));
    const whole = told.filter(({ isOfRecords }) => isOfRecords).map(({ sql }) => `(${sql})`);
    for (const { sql } of told.filter(({ isOfRecords }) => !isOfRecords)) {
      const some = await findRows(context, withoutOwn(table), sql);
      whole.push(...some.rows.flatMap((record) => recordCondition(table, record) ?? []));
    }
    const conditions = [...new Set(whole)];
    if (conditions.length > 0)
      found.push(...inOrder(own, table, await findRecords(context, table, conditions.join(' OR '))));
  }
  return found;
}

/** The records in the order of the rows that are made of them, as far as these tell: what agrees with the star row comes first. */
function inOrder(inputs: readonly Input[], table: Table, records: readonly StagedRecord[]): readonly StagedRecord[] {
  const places = new Map<string, number>();
  for (const input of inputs) {
    for (const row of input.rows) {
      const key = recordOf(input.table, table, row);
      if (key !== undefined && !places.has(key)) places.set(key, places.size);
    }
  }
  const placeOf = ({ values }: StagedRecord) => places.get(keyOf(table, values)) ?? places.size;
  return records.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** A staging table with the columns of its key only. */
function withoutOwn(table: Table): Table {
  return { ...table, columns: table.columns.filter(({ name }) => table.key.includes(name)), time: undefined };
}

/** By column, the columns of staging that it is made of, through all tables between. */
function originsIn(table: Table, lineage: readonly TableLineage[]): ReadonlyMap<string, readonly string[]> {
  const trace = (column: string, seen: readonly string[]): readonly string[] => {
    const [name, own = ''] = column.split('.');
    const known = lineage.find((one) => one.table.name === name);
    if (known === undefined) return [column];
    const from = [...(known.columns.get(own)?.values ?? [])];
    return from.flatMap((one) => (seen.includes(one) ? [] : trace(one, [...seen, one])));
  };
  return new Map(table.columns.map(({ name }) => [name, [...new Set(trace(`${table.name}.${name}`, []))]]));
}

/** Records that were kept out of staging, and files that were set aside, with a value of the key in what was kept of them. */
async function findKeptOut(context: LoadContext, inputs: readonly Input[], key: Row): Promise<readonly RejectedOf[]> {
  const tables = [...new Set(inputs.flatMap(({ table }) => table.of ?? []))];
  const texts = [...key.values()].map(String).filter((text) => text !== '' && !/[\\\p{Cc}]/u.test(text));
  if (tables.length === 0 || texts.length === 0) return [];
  const query = protocolSql(context.model, 'why_rejects');
  const sql = query.sql
    .replaceAll('{tables}', () => tables.map(quoteLiteral).join(', '))
    .replaceAll('{base}', () => texts.map((text) => `STRPOS(excerpt, ${quoteLiteral(text)}) > 0`).join(' AND '))
    .replaceAll('{most}', () => String(MOST_ROWS));
  const { rows } = await ask(context.warehouse, { sql });
  return rows.map(([uri, line, reason, runId]) => ({
    uri: String(uri),
    line: line === null ? undefined : Number(line),
    reason: String(reason),
    runId: String(runId),
  }));
}
