import {
  DescribeTableCommand,
  ListDatabasesCommand,
  ListSchemasCommand,
  ListTablesCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DataApi, startDataApi } from '../../standin/dataapi/server.ts';
import type { StandinEngine } from '../../standin/engine/engine.ts';
import { openEngine } from './standin-engine-support.ts';

const TARGET = { ClusterIdentifier: 'dwh', Database: 'dev' };

let engine: StandinEngine;
let api: DataApi;
let client: RedshiftDataClient;

beforeAll(async () => {
  engine = await openEngine({ databases: ['dwh', 'dev'] });
  api = await startDataApi({ engine });
  client = new RedshiftDataClient({
    endpoint: api.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
  });
  const backend = await engine.connect({ database: 'dev', user: 'ann' });
  await backend.execute('CREATE SCHEMA star');
  await backend.execute(`CREATE TABLE star.songs (id VARCHAR(18) NOT NULL, code CHAR(2), year BIGINT, price DECIMAL(8,2),
    duration DOUBLE PRECISION, at TIMESTAMP, "is_live" BOOLEAN)`);
  await backend.execute('CREATE VIEW star.titles AS SELECT id FROM star.songs');
  await backend.close();
});

afterAll(async () => {
  client.destroy();
  await api.stop();
  await engine.stop();
});

test('ListDatabases names the databases of the warehouse and none of PostgreSQL’s', async () => {
  expect((await client.send(new ListDatabasesCommand(TARGET))).Databases).toEqual(['dev', 'dwh']);
});

test('ListSchemas names those of Redshift and of its users', async () => {
  expect((await client.send(new ListSchemasCommand(TARGET))).Schemas).toEqual([
    'information_schema',
    'pg_catalog',
    'pg_internal',
    'public',
    'star',
  ]);
});

test('ListTables finds tables and views; Redshift’s system views lie in pg_catalog', async () => {
  expect((await client.send(new ListTablesCommand({ ...TARGET, SchemaPattern: 'st%' }))).Tables).toEqual([
    { name: 'songs', schema: 'star', type: 'TABLE' },
    { name: 'titles', schema: 'star', type: 'VIEW' },
  ]);
  expect((await client.send(new ListTablesCommand({ ...TARGET, TablePattern: 'stl%' }))).Tables).toEqual([
    { name: 'stl_load_errors', schema: 'pg_catalog', type: 'SYSTEM TABLE' },
  ]);
});

test('DescribeTable gives Redshift’s names of types and the lengths that were declared', async () => {
  const { ColumnList = [] } = await client.send(
    new DescribeTableCommand({ ...TARGET, Schema: 'star', Table: 'songs' }),
  );
  expect(
    ColumnList.map(({ name, typeName, length, scale, nullable }) => [name, typeName, length, scale, nullable]),
  ).toEqual([
    ['id', 'varchar', 18, 0, 0],
    ['code', 'bpchar', 2, 0, 1],
    ['year', 'int8', 19, 0, 1],
    ['price', 'numeric', 8, 2, 1],
    ['duration', 'float8', 17, 17, 1],
    ['at', 'timestamp', 29, 6, 1],
    ['is_live', 'bool', 1, 0, 1],
  ]);
});
