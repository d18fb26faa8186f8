import type { Input } from '../why/inputs.ts';
import type { Row, StagedRecord } from '../why/rows.ts';
import type { Why } from '../why/why.ts';
import { counted, document, result } from './output.ts';
import { renderTable } from './table.ts';

/** Prints why a row is as it is, or is not there. */
export function printWhy(told: Why, { json, location }: { readonly json: boolean; readonly location: string }): void {
  if (json) {
    document({
      command: 'why',
      status: told.fields === undefined ? 'missing' : 'found',
      warehouse: location,
      ...asJson(told),
    });
    return;
  }
  const parts = [headOf(told), rowOf(told), ruleText(told), ...recordTables(told), keptOutOf(told)];
  result(parts.filter((part) => part !== '').join('\n\n'));
}

function asJson({ table, key, fields, rule, inputs, records, keptOut }: Why) {
  return {
    table,
    key: plain(key),
    row: fields === undefined ? null : plain(new Map(fields.map(({ column, value }) => [column, value]))),
    from: Object.fromEntries((fields ?? []).map(({ column, from }) => [column, from])),
    rule,
    inputs: inputs.map(({ table: { name }, count, by = null }) => ({ table: name, rows: count, by })),
    records: records.map(({ table: staging, counts, loadedAt, runId = null, uri = null, line = null, values }) => ({
      ...{ table: staging, counts, run_id: runId, loaded_at: loadedAt, uri, line },
      values: plain(values),
    })),
    rejected: keptOut.map(({ uri, line = null, reason, runId }) => ({ uri, line, reason, run_id: runId })),
  };
}

/** Whole numbers that JSON readers would round are text. */
function plain(row: Row): Record<string, unknown> {
  return Object.fromEntries([...row].map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]));
}

function keyText({ key }: Why): string {
  return [...key].map(([name, value]) => `${name} ${value}`).join(', ');
}

function headOf(told: Why): string {
  const { table, fields, records, keptOut } = told;
  if (fields !== undefined) return `${table}, ${keyText(told)}`;
  const head = `${table} has no row with ${keyText(told)}`;
  if (records.length > 0) {
    return `${head}: ${counted(records.length, 'record')} of staging could be meant, and the SELECT of ${table} makes no such row of ${records.length === 1 ? 'it' : 'them'}`;
  }
  return keptOut.length > 0
    ? `${head}: staging has no record of it, but records were kept out that may hold it`
    : `${head}: neither staging nor rejected_records has a record of it`;
}

function rowOf({ fields }: Why): string {
  const rows = (fields ?? []).map(({ column, value, from }) => [column, value, from.join(', ')]);
  return rows.length === 0 ? '' : renderTable(['column', 'value', 'from'], rows);
}

/** The rule by which these records give the row, and how the rows between were found. */
function ruleText({ table, rule, inputs, records }: Why): string {
  const lines = [
    ...(records.length > 0
      ? [
          'Of several versions of one record, that of the latest run counts; within a run, a rule on their content decides.',
        ]
      : []),
    ...inputs.flatMap((input) => describe(input, table)),
    ...rule.map((line) => `${table}: ${line}`),
  ];
  return lines.join('\n');
}

function describe({ table: { name }, rows, count, by }: Input, table: string): readonly string[] {
  if (name === table) return [];
  if (by === undefined) return [`${name}: nothing tells which of its rows play a part`];
  const how = by === 'key' ? 'the key' : 'a value that the row has of its key';
  const left = rows.length < count ? `; below are records of ${rows.length}, of those that agree with it first` : '';
  return [`${name}: ${counted(count, 'row')}, found by ${how}${left}`];
}

/** The records of each staging table: those that count first. */
function recordTables({ records, matters }: Why): readonly string[] {
  return [...new Set(records.map(({ table }) => table))].map((name) => {
    const own = records.filter(({ table }) => table === name);
    const columns = [...(own[0]?.values.keys() ?? [])].filter((column) => matters.get(name)?.has(column) === true);
    const head = ['counts', 'loaded at', 'run', 'file', 'line'];
    const rows = own.map((record) => [...placeOf(record), ...columns.map((column) => record.values.get(column))]);
    return `${name}\n${renderTable([...head, ...columns], rows)}`;
  });
}

function placeOf({ counts, loadedAt, runId, uri, line }: StagedRecord): readonly unknown[] {
  return [counts ? 'yes' : 'no', loadedAt, runId, uri ?? 'not known', line];
}

function keptOutOf({ keptOut }: Why): string {
  const rows = keptOut.map(({ uri, line, reason, runId }) => [uri, line, runId, reason]);
  return rows.length === 0 ? '' : `rejected_records\n${renderTable(['file', 'line', 'run', 'reason'], rows)}`;
}
