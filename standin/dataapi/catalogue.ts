import type {
  DescribeTableCommandInput,
  ListDatabasesCommandInput,
  ListSchemasCommandInput,
  ListTablesCommandInput,
} from '@aws-sdk/client-redshift-data';
import { type Backend, type ConnectTarget, type Engine, EngineError, type Parameters } from '../executor.ts';
import { connectionFailed, UNCERTAIN, validation } from './errors.ts';
import { tableColumn } from './fields.ts';
import { pageOf } from './paging.ts';
import type { Service } from './service.ts';
import { type TargetMembers, targetOf } from './target.ts';
import type { Wire } from './wire.ts';

type Row = readonly (string | null)[];

const PAGE = 1000;

// AWS: SVV_ALL_SCHEMAS, SVV_TABLES, SVV_COLUMNS.
const SCHEMAS = 'SELECT schema_name FROM svv_all_schemas WHERE schema_name LIKE :schema ORDER BY schema_name';
const TABLES = `SELECT table_name, table_type, table_schema FROM svv_tables
  WHERE table_schema LIKE :schema AND table_name LIKE :name ORDER BY table_schema, table_name`;
const COLUMNS = `SELECT column_name, data_type, is_nullable, character_maximum_length, numeric_precision, numeric_scale, table_schema
  FROM svv_columns WHERE table_schema LIKE :schema AND table_name = :name ORDER BY table_schema, ordinal_position`;

/** ListDatabases: needs a connection, like all operations here. */
export async function listDatabases(service: Service, request: ListDatabasesCommandInput): Promise<Wire> {
  const { engine } = service.settings;
  const connect = targetOf(request, service.settings).connect;
  await service.runner.track(withBackend(engine, connect, async () => undefined));
  const { items, next } = pageOf(engine.databases(), request.MaxResults || PAGE, request.NextToken, 'databases');
  return { Databases: items, NextToken: next };
}

/** ListSchemas. In the pattern `%` is any text and `_` any character. */
export async function listSchemas(service: Service, request: ListSchemasCommandInput): Promise<Wire> {
  const rows = await select(service, request, SCHEMAS, { schema: request.SchemaPattern || '%' });
  const { items, next } = pageOf(rows.map(first), request.MaxResults || PAGE, request.NextToken, 'schemas');
  return { Schemas: items, NextToken: next };
}

/** ListTables: also lists views and system tables. */
export async function listTables(service: Service, request: ListTablesCommandInput): Promise<Wire> {
  const { SchemaPattern, TablePattern, MaxResults, NextToken } = request;
  const rows = await select(service, request, TABLES, { schema: SchemaPattern || '%', name: TablePattern || '%' });
  const { items, next } = pageOf(rows.map(listedTable), MaxResults || PAGE, NextToken, 'tables');
  return { Tables: items, NextToken: next };
}

/** DescribeTable: the columns, in order. An unknown table has none; AWS does not document what the service says. */
export async function describeTable(service: Service, request: DescribeTableCommandInput): Promise<Wire> {
  const { Schema, Table = '', MaxResults, NextToken } = request;
  const rows = await select(service, request, COLUMNS, { schema: Schema || '%', name: Table });
  const columns = rows.map((row) => describedColumn(row, Table));
  const { items, next } = pageOf(columns, MaxResults || PAGE, NextToken, 'columns');
  return { TableName: Table, ColumnList: items, NextToken: next };
}

interface CatalogueRequest extends TargetMembers {
  readonly ConnectedDatabase?: string | undefined;
}

function select(
  service: Service,
  request: CatalogueRequest,
  sql: string,
  parameters?: Parameters,
): Promise<readonly Row[]> {
  const Database = request.ConnectedDatabase ?? request.Database;
  const { connect } = targetOf({ ...request, Database }, service.settings);
  const run = async (backend: Backend) => (await backend.execute(sql, parameters)).rows;
  return service.runner.track(withBackend(service.settings.engine, connect, run));
}

async function withBackend<T>(
  engine: Engine,
  connect: ConnectTarget,
  use: (backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await engine.connect(connect).catch((error: unknown) => {
    throw error instanceof EngineError ? connectionFailed(error.message) : error;
  });
  try {
    return await use(backend);
  } catch (error) {
    throw error instanceof EngineError ? validation(UNCERTAIN.catalogueFailed(error.message)) : error;
  } finally {
    await backend.close();
  }
}

function first([value]: Row): string {
  return value ?? '';
}

function listedTable([name, type, schema]: Row): Wire {
  return { name: name ?? '', type: tableType(type ?? '', schema ?? ''), schema: schema ?? '' };
}

function tableType(type: string, schema: string): string {
  if (schema === 'pg_catalog' || schema === 'information_schema') {
    return 'SYSTEM TABLE';
  }
  return type === 'BASE TABLE' ? 'TABLE' : type;
}

/**
 * SQL's type names as in ColumnMetadata, and the length of their values: JDBC's column size, which the samples of the AWS
 * page "Passing SQL statements to an Amazon Redshift data warehouse" show for some of them.
 */
const TYPES: Readonly<Record<string, readonly [name: string, length: number, scale: number]>> = {
  smallint: ['int2', 5, 0],
  integer: ['int4', 10, 0],
  bigint: ['int8', 19, 0],
  real: ['float4', 8, 8],
  'double precision': ['float8', 17, 17],
  boolean: ['bool', 1, 0],
  date: ['date', 13, 0],
  'timestamp without time zone': ['timestamp', 29, 6],
  'timestamp with time zone': ['timestamptz', 35, 6],
  'time without time zone': ['time', 15, 6],
  'time with time zone': ['timetz', 21, 6],
};

/** Types with a separate length for each column. */
const SIZED: Readonly<Record<string, string>> = { 'character varying': 'varchar', character: 'bpchar' };

function describedColumn(row: Row, table: string): Wire {
  const [name, type, nullable, length, precision, scale, schema] = row;
  const own = [SIZED[type ?? ''] ?? type ?? '', Number(length ?? precision ?? 0), Number(scale ?? 0)] as const;
  const [typeName, size, digits] = TYPES[type ?? ''] ?? own;
  return tableColumn(
    { name: name ?? '', typeName, precision: size, scale: digits },
    { schema: schema ?? '', table, length: size, nullable: nullable === 'YES' },
  );
}
