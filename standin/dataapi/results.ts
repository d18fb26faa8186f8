import type {
  GetStatementResultCommandInput,
  GetStatementResultV2CommandInput,
  ResultFormatString,
} from '@aws-sdk/client-redshift-data';
import type { ColumnInfo, StatementOutcome } from '../executor.ts';
import { KNOWN, notFound, UNCERTAIN, validation } from './errors.ts';
import { field, resultColumn } from './fields.ts';
import { fitting, nextToken, offsetFrom } from './paging.ts';
import type { Call, Service } from './service.ts';
import { bytesOf, isTerminal, type Part } from './statement.ts';
import type { Found } from './store.ts';
import type { Wire } from './wire.ts';

type Row = readonly (string | null)[];

/** A statement's rows and their columns. */
interface Result {
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly Row[];
}

/** GetStatementResult: a page of a JSON result. */
export async function getStatementResult(service: Service, request: GetStatementResultCommandInput, call: Call) {
  const { Id = '', NextToken } = request;
  const { columns, rows } = await resultOf(service, request, 'JSON', call);
  const { pageRows, pageBytes } = service.settings.quotas;
  const offset = offsetFrom(NextToken, Id);
  const end = offset + Math.min(pageRows, fitting(rows, offset, pageBytes, bytesOf));
  const { zeroFraction } = service.settings.uncertain;
  const records = rows.slice(offset, end).map((row) => fieldsOf(row, columns, zeroFraction));
  return page(Id, { columns, rows }, records, end);
}

/** GetStatementResultV2: a page of a CSV result, in chunks of whole rows. */
export async function getStatementResultV2(service: Service, request: GetStatementResultV2CommandInput, call: Call) {
  const { Id = '', NextToken } = request;
  const { columns, rows } = await resultOf(service, request, 'CSV', call);
  const { csvChunkBytes, csvPageBytes } = service.settings.quotas;
  const lines = rows.map(csvLine);
  const start = offsetFrom(NextToken, Id);
  const end = start + fitting(lines, start, csvPageBytes, Buffer.byteLength);
  const records = chunks(lines.slice(start, end), csvChunkBytes).map((CSVRecords) => ({ CSVRecords }));
  return { ...page(Id, { columns, rows }, records, end), ResultFormat: 'CSV' };
}

async function resultOf(
  service: Service,
  { Id = '', WaitTimeSeconds }: GetStatementResultCommandInput,
  format: ResultFormatString,
  call: Call,
): Promise<Result> {
  const found = service.statements.find(Id);
  await service.wait(found.statement, found.part ?? found.statement, WaitTimeSeconds, call);
  const { columns, rows } = outcomeOf(found, Id, service.settings.uncertain.earlierResults === 'readable');
  if (columns === undefined) {
    throw notFound(KNOWN.noResult, Id);
  }
  if (found.statement.submission.format !== format) {
    throw validation(format === 'JSON' ? UNCERTAIN.jsonOfCsv : UNCERTAIN.csvOfJson);
  }
  return { columns, rows };
}

/** `ofFailed`: whether results from before a failure can be read. */
function outcomeOf({ statement, part }: Found, id: string, ofFailed: boolean): StatementOutcome {
  if (statement.submission.kind === 'batch' && part === undefined) {
    throw validation(KNOWN.batchResult);
  }
  const one: Part | undefined = part ?? statement.parts[0];
  const status = part === undefined ? statement.status : part.status;
  const isLost = !ofFailed && isTerminal(statement.status) && statement.status !== 'FINISHED';
  if (one?.outcome === undefined || status !== 'FINISHED' || isLost) {
    throw notFound(KNOWN.noResult, id);
  }
  return one.outcome;
}

function page(id: string, { columns, rows }: Result, records: readonly Wire[], end: number) {
  return {
    Records: records,
    ColumnMetadata: columns.map(resultColumn),
    TotalNumRows: rows.length,
    NextToken: end < rows.length ? nextToken(id, end) : undefined,
  };
}

function fieldsOf(row: Row, columns: readonly ColumnInfo[], zeroFraction: boolean): readonly Wire[] {
  return columns.map((column, index) => field(row[index] ?? null, column, zeroFraction));
}

/** Rows end in CR LF (AWS page "Calling the Data API"). Writing NULL as nothing and '' as "" is a guess. */
function csvLine(row: Row): string {
  return `${row.map(csvValue).join(',')}\r\n`;
}

function csvValue(value: string | null): string {
  if (value === null) {
    return '';
  }
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function chunks(lines: readonly string[], bytes: number): readonly string[] {
  const result: string[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = start + fitting(lines, start, bytes, Buffer.byteLength);
    result.push(lines.slice(start, end).join(''));
    start = end;
  }
  return result;
}
