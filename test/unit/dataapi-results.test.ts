import {
  BatchExecuteStatementCommand,
  DescribeTableCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  GetStatementResultV2Command,
  ListDatabasesCommand,
  ListSchemasCommand,
  ListStatementsCommand,
  type ListStatementsCommandInput,
  ListTablesCommand,
  paginateGetStatementResult,
} from '@aws-sdk/client-redshift-data';
import { describe, expect, test } from '@jest/globals';
import { affects, CLUSTER, FakeEngine, rows, withDataApi } from './dataapi-support.ts';

const noResult = {
  name: 'ResourceNotFoundException',
  message: 'Query does not have result. Please check query status with DescribeStatement.',
  $metadata: { httpStatusCode: 400 },
};

describe('a JSON result', () => {
  const values: Readonly<Record<string, readonly [string | null, object]>> = {
    int2: ['-5', { longValue: -5 }],
    int4: [null, { isNull: true }],
    float8: ['1.5e+20', { doubleValue: 1.5e20 }],
    float4: ['NaN', { doubleValue: Number.NaN }],
    bool: ['t', { booleanValue: true }],
    numeric: ['12.50', { stringValue: '12.50' }],
    varchar: ['', { stringValue: '' }],
    date: ['2018-11-01', { stringValue: '2018-11-01' }],
    timestamp: ['2018-11-01 20:57:10', { stringValue: '2018-11-01 20:57:10.0' }],
    timestamptz: ['2018-11-01 20:57:10+00', { stringValue: '2018-11-01 20:57:10+00' }],
    super: ['{"a":1}', { stringValue: '{"a":1}' }],
  };
  const all = rows(
    Object.keys(values),
    Object.values(values).map(([text]) => text),
  );

  test('has each value as the field its type maps to, and the metadata of its columns', () =>
    withDataApi({ engine: new FakeEngine({ all }) }, async ({ client, execute, ended }) => {
      const Id = await execute('all');
      await ended(Id);
      const result = await client.send(new GetStatementResultCommand({ Id }));
      expect(result.Records).toEqual([Object.values(values).map(([, field]) => field)]);
      expect(result.ColumnMetadata?.map(({ typeName }) => typeName)).toEqual(Object.keys(values));
      expect(result.ColumnMetadata?.[0]).toEqual({
        isCaseSensitive: false,
        isCurrency: false,
        isSigned: true,
        label: 'c0',
        length: 0,
        name: 'c0',
        nullable: 1,
        precision: 10,
        scale: 0,
        schemaName: '',
        tableName: '',
        typeName: 'int2',
      });
    }));

  test('has timestamps without a fraction as they are, where that is chosen', () =>
    withDataApi(
      {
        engine: new FakeEngine({ at: rows(['timestamp'], ['2018-11-01 20:57:10']) }),
        uncertain: { zeroFraction: false },
      },
      async ({ client, execute, ended }) => {
        const Id = await execute('at');
        await ended(Id);
        const { Records } = await client.send(new GetStatementResultCommand({ Id }));
        expect(Records).toEqual([[{ stringValue: '2018-11-01 20:57:10' }]]);
      },
    ));

  test.each([
    ['rows', { pageRows: 2 }, 3],
    ['bytes', { pageBytes: 7 }, 5],
  ])('comes in pages by %s, each of which has the total', (_by, quotas, pages) =>
    withDataApi(
      { engine: new FakeEngine({ five: rows(['varchar'], ['aaaa'], ['bbbb'], ['cccc'], ['dddd'], ['eeee']) }), quotas },
      async ({ client, execute, ended }) => {
        const Id = await execute('five');
        await ended(Id);
        const seen: string[] = [];
        let count = 0;
        for await (const page of paginateGetStatementResult({ client }, { Id })) {
          count += 1;
          expect(page.TotalNumRows).toBe(5);
          seen.push(...(page.Records ?? []).map(([field]) => String(field?.stringValue)));
        }
        expect(seen).toEqual(['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']);
        expect(count).toBe(pages);
        await expect(client.send(new GetStatementResultCommand({ Id, NextToken: 'made-up' }))).rejects.toMatchObject({
          name: 'ValidationException',
        });
      },
    ),
  );

  test('of a SELECT without rows is a result, that of a DDL or of a failed statement is none', () =>
    withDataApi(
      { engine: new FakeEngine({ none: rows(['int4']), ddl: affects(0) }) },
      async ({ client, execute, ended }) => {
        const none = await execute('none');
        expect(await ended(none)).toMatchObject({ HasResultSet: true, ResultRows: 0 });
        expect((await client.send(new GetStatementResultCommand({ Id: none }))).Records).toEqual([]);
        for (const sql of ['ddl', 'wrong']) {
          const Id = await execute(sql);
          await ended(Id);
          await expect(client.send(new GetStatementResultCommand({ Id }))).rejects.toMatchObject(noResult);
        }
      },
    ));

  test('of a batch is had by sub-statement only', () =>
    withDataApi({}, async ({ client, ended }) => {
      const { Id = '' } = await client.send(new BatchExecuteStatementCommand({ Sqls: ['select 1'], ...CLUSTER }));
      await ended(Id);
      await expect(client.send(new GetStatementResultCommand({ Id }))).rejects.toMatchObject({
        name: 'ValidationException',
        message: 'BatchExecuteStatement result can only be retrieved with sub-statement id.',
      });
      await expect(client.send(new GetStatementResultCommand({ Id: `${Id}:2` }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'Query does not exist.',
      });
    }));
});

describe('a CSV result', () => {
  const engine = () =>
    new FakeEngine({ csv: rows(['int4', 'varchar'], ['1', 'a"b'], ['2', null], ['3', ''], ['4', 'x,y']) });

  test('has rows that end in CR LF, in chunks and pages of whole rows', () =>
    withDataApi({ engine: engine(), quotas: { csvChunkBytes: 12, csvPageBytes: 20 } }, async ({ client, ended }) => {
      const { Id = '' } = await client.send(
        new ExecuteStatementCommand({ Sql: 'csv', ResultFormat: 'CSV', ...CLUSTER }),
      );
      await ended(Id);
      const page = await client.send(new GetStatementResultV2Command({ Id }));
      expect(page.Records).toEqual([{ CSVRecords: '1,"a""b"\r\n' }, { CSVRecords: '2,\r\n3,""\r\n' }].slice(0, 2));
      expect(page).toMatchObject({ TotalNumRows: 4, ResultFormat: 'CSV' });
      const next = await client.send(new GetStatementResultV2Command({ Id, NextToken: page.NextToken }));
      expect(next.Records).toEqual([{ CSVRecords: '4,"x,y"\r\n' }]);
      expect(next).not.toHaveProperty('NextToken');
    }));

  test('is not had as JSON, nor a JSON result as CSV', () =>
    withDataApi({ engine: engine() }, async ({ client, ended, execute }) => {
      const csv = await execute('csv', { ...CLUSTER, ResultFormat: 'CSV' });
      const json = await execute('csv');
      await Promise.all([ended(csv), ended(json)]);
      const refused = { name: 'ValidationException' };
      await expect(client.send(new GetStatementResultCommand({ Id: csv }))).rejects.toMatchObject(refused);
      await expect(client.send(new GetStatementResultV2Command({ Id: json }))).rejects.toMatchObject(refused);
    }));
});

describe('a result over its limits fails the statement', () => {
  test.each([
    ['row', { rowBytes: 4 }, 'Packet for query is too large'],
    ['result', { resultBytes: 4 }, 'Database response exceeded size limit'],
  ])('when the %s is too big', (_what, quotas, message) =>
    withDataApi(
      { engine: new FakeEngine({ big: rows(['varchar'], ['12345']) }), quotas },
      async ({ execute, ended }) => {
        expect(await ended(await execute('big'))).toMatchObject({
          Status: 'FAILED',
          Error: expect.stringContaining(message),
        });
      },
    ),
  );
});

describe('ListStatements', () => {
  test('lists finished statements unless another state is asked for, the newest first', () =>
    withDataApi({}, async ({ client, execute, ended }) => {
      await ended(await execute('insert', { ...CLUSTER, StatementName: 'load-1' }));
      await ended(await execute('select 1', { ...CLUSTER, StatementName: 'load-2' }));
      await ended(await execute('wrong', { ...CLUSTER, StatementName: 'load-3' }));
      const names = async (input: ListStatementsCommandInput) => {
        const { Statements } = await client.send(new ListStatementsCommand(input));
        return Statements?.map(({ StatementName }) => StatementName);
      };
      expect(await names({})).toEqual(['load-2', 'load-1']);
      expect(await names({ Status: 'ALL' })).toEqual(['load-3', 'load-2', 'load-1']);
      expect(await names({ Status: 'FAILED', StatementName: 'load' })).toEqual(['load-3']);
      expect(await names({ StatementName: 'LOAD' })).toEqual([]);
      expect(await names({ Database: 'other' })).toEqual([]);
      const first = await client.send(new ListStatementsCommand({ MaxResults: 1 }));
      expect(first.Statements).toMatchObject([
        { QueryString: 'select 1', IsBatchStatement: false, Status: 'FINISHED' },
      ]);
      expect(first.Statements?.[0]?.CreatedAt).toBeInstanceOf(Date);
      const { NextToken } = first;
      const second = await client.send(new ListStatementsCommand({ MaxResults: 1, NextToken }));
      expect(second.Statements).toMatchObject([{ QueryString: 'insert' }]);
      expect(second).not.toHaveProperty('NextToken');
    }));
});

describe('the catalogue', () => {
  const target = { ClusterIdentifier: 'dwh', Database: 'dev' };

  test('lists databases, schemas and tables in pages', () =>
    withDataApi({ engine: new FakeEngine({}, rows(['name'], ['a'], ['b'])) }, async ({ client, engine }) => {
      expect((await client.send(new ListDatabasesCommand(target))).Databases).toEqual(['a', 'b']);
      const page = await client.send(new ListSchemasCommand({ ...target, SchemaPattern: 's%', MaxResults: 1 }));
      expect(page.Schemas).toEqual(['a']);
      const { NextToken } = page;
      expect((await client.send(new ListSchemasCommand({ ...target, NextToken }))).Schemas).toEqual(['b']);
      expect(engine.log[0]).toBe('connect dev as IAMR:loader');
    }));

  test('names the kind of each table', () =>
    withDataApi(
      {
        engine: new FakeEngine(
          {},
          rows(
            ['name', 'name', 'name'],
            ['t', 'BASE TABLE', 'public'],
            ['v', 'VIEW', 'public'],
            ['c', 'VIEW', 'pg_catalog'],
          ),
        ),
      },
      async ({ client }) => {
        expect((await client.send(new ListTablesCommand(target))).Tables).toEqual([
          { name: 't', type: 'TABLE', schema: 'public' },
          { name: 'v', type: 'VIEW', schema: 'public' },
          { name: 'c', type: 'SYSTEM TABLE', schema: 'pg_catalog' },
        ]);
      },
    ));

  test('describes the columns of a table', () =>
    withDataApi(
      {
        engine: new FakeEngine(
          {},
          rows(
            Array(7).fill('name'),
            ['id', 'character varying', 'NO', '18', null, null, 'public'],
            ['code', 'character', 'YES', '2', null, null, 'public'],
            ['n', 'bigint', 'YES', null, '64', '0', 'public'],
            ['price', 'numeric', 'YES', null, '8', '2', 'public'],
            ['at', 'timestamp without time zone', 'YES', null, null, null, 'public'],
          ),
        ),
      },
      async ({ client }) => {
        const table = await client.send(new DescribeTableCommand({ ...target, Table: 'songs' }));
        expect(table).toMatchObject({
          TableName: 'songs',
          ColumnList: [
            { name: 'id', typeName: 'varchar', length: 18, nullable: 0, schemaName: 'public', tableName: 'songs' },
            { name: 'code', typeName: 'bpchar', length: 2, nullable: 1 },
            { name: 'n', typeName: 'int8', length: 19, precision: 19, isSigned: true },
            { name: 'price', typeName: 'numeric', length: 8, precision: 8, scale: 2 },
            { name: 'at', typeName: 'timestamp', length: 29, precision: 29, scale: 6 },
          ],
        });
      },
    ));

  test('answers with an exception when the database cannot be reached, and when its query fails', () =>
    withDataApi({}, async ({ client }) => {
      await expect(client.send(new ListDatabasesCommand({ ...target, Database: 'nowhere' }))).rejects.toMatchObject({
        name: 'DatabaseConnectionException',
        $metadata: { httpStatusCode: 500 },
      });
      await expect(client.send(new ListSchemasCommand(target))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }));
});
