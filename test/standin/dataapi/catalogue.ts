import type {
  DescribeTableCommandInput,
  ListDatabasesCommandInput,
  ListSchemasCommandInput,
  ListTablesCommandInput,
} from '@aws-sdk/client-redshift-data';
import { type ConnectTarget, EngineError, type Parameters } from '../executor.ts';
import { connectionFailed, UNCERTAIN, validation } from './errors.ts';
import { tableColumn } from './fields.ts';
import { pageOf } from './paging.ts';
import type { Service } from './service.ts';
import { type TargetMembers, targetOf } from './target.ts';
import type { Wire } from './wire.ts';

type Row = readonly (string | null)[];

const PAGE = 1000;

const DATABASES = 'SELECT datname FROM pg_database ORDER BY datname';
const SCHEMAS =
  'SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE :schema ORDER BY schema_name';
const TABLES = `SELECT table_name, table_type, table_schema FROM information_schema.tables
  WHERE table_schema LIKE :schema AND table_name LIKE :name ORDER BY table_schema, table_name`;
const COLUMNS = `SELECT column_name, data_type, is_nullable, character_maximum_length, numeric_precision, numeric_scale, table_schema
  FROM information_schema.columns WHERE table_schema LIKE :schema AND table_name = :name ORDER BY table_schema, ordinal_position`;

/** ListDatabases: runs on a connection of its own and answers when it is done, as all operations here. */
export async function listDatabases(service: Service, request: ListDatabasesCommandInput): Promise<Wire> {
  const rows = await select(service, request, DATABASES);
  const { items, next } = pageOf(rows.map(first), request.MaxResults || PAGE, request.NextToken, 'databases');
  return { Databases: items, NextToken: next };
}

/** ListSchemas. In the pattern `%` is any text and `_` any character. */
export async function listSchemas(service: Service, request: ListSchemasCommandInput): Promise<Wire> {
  const rows = await select(service, request, SCHEMAS, { schema: request.SchemaPattern || '%' });
  const { items, next } = pageOf(rows.map(first), request.MaxResults || PAGE, request.NextToken, 'schemas');
  return { Schemas: items, NextToken: next };
}

/** ListTables, views and system tables too. */
export async function listTables(service: Service, request: ListTablesCommandInput): Promise<Wire> {
  const { SchemaPattern, TablePattern, MaxResults, NextToken } = request;
  const rows = await select(service, request, TABLES, { schema: SchemaPattern || '%', name: TablePattern || '%' });
  const { items, next } = pageOf(rows.map(listedTable), MaxResults || PAGE, NextToken, 'tables');
  return { Tables: items, NextToken: next };
}

/** DescribeTable: the columns, in order. A table that is not there has none; what the service says is not documented. */
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
  return service.runner.track(query(service, connect, sql, parameters));
}

async function query(
  { settings: { engine } }: Service,
  connect: ConnectTarget,
  sql: string,
  parameters: Parameters | undefined,
): Promise<readonly Row[]> {
  const backend = await engine.connect(connect).catch((error: unknown) => {
    throw error instanceof EngineError ? connectionFailed(error.message) : error;
  });
  try {
    return (await backend.execute(sql, parameters)).rows;
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

// information_schema has SQL names, ColumnMetadata the catalogue's.
const TYPE_NAMES: Readonly<Record<string, string>> = {
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'bool',
  'character varying': 'varchar',
  character: 'bpchar',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
};

function describedColumn(row: Row, table: string): Wire {
  const [name, type, nullable, length, precision, scale, schema] = row;
  const size = Number(length ?? precision ?? 0);
  return tableColumn(
    { name: name ?? '', typeName: TYPE_NAMES[type ?? ''] ?? type ?? '', precision: size, scale: Number(scale ?? 0) },
    { schema: schema ?? '', table, length: size, nullable: nullable === 'YES' },
  );
}
