import { describe, expect, test } from '@jest/globals';
import { referencedParameters } from '../../standin/dataapi/parameters.ts';
import { Raw, render, timestamp } from '../../standin/dataapi/wire.ts';
import { FakeEngine, rows, withDataApi } from './dataapi-support.ts';

/** A request as the SDK sends it, with some headers changed. */
function post(url: string, operation: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const signature = { authorization: 'AWS4-HMAC-SHA256 Credential=fake' };
  const target = { 'x-amz-target': `RedshiftData.${operation}`, 'content-type': 'application/x-amz-json-1.1' };
  return fetch(url, { method: 'POST', body, headers: { ...signature, ...target, ...headers } });
}

describe('a response', () => {
  test('has sorted keys, no nulls, and numbers as the service spells them', () => {
    expect(render({ b: [1, 'x'], a: { d: undefined, c: new Raw('1.0E9') }, e: false })).toBe(
      '{"a":{"c":1.0E9},"b":[1,"x"],"e":false}',
    );
  });

  test.each([
    [1_664_378_639_639, '1.664378639639E9'],
    [1_700_000_000_000, '1.7E9'],
    [2_000_000_000_000, '2.0E9'],
  ])('has the timestamp %p in seconds, in exponent form', (milliseconds, text) => {
    expect(timestamp(milliseconds).text).toBe(text);
  });

  test('keeps all digits of a big integer', () =>
    withDataApi({ engine: new FakeEngine({ big: rows(['int8'], ['9223372036854775807']) }) }, async (setup) => {
      const Id = await setup.execute('big');
      await setup.ended(Id);
      const response = await post(setup.api.url, 'GetStatementResult', JSON.stringify({ Id }));
      expect(await response.text()).toContain('[[{"longValue":9223372036854775807}]]');
    }));

  test('has the protocol in its type, a request id and the time in its text', () =>
    withDataApi({ clock: () => 1_664_378_639_639 }, async ({ api, execute }) => {
      const Id = await execute('select 1');
      const response = await post(api.url, 'DescribeStatement', JSON.stringify({ Id }));
      expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
      expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await response.text()).toMatch(/^\{"ClusterIdentifier":"dwh","CreatedAt":1\.664378639639E9,"Database":/);
    }));
});

describe('a request that is not one', () => {
  const cases: readonly (readonly [string, string, string, string, Readonly<Record<string, string>>])[] = [
    ['names no operation', 'DropCluster', '{}', 'UnknownOperationException', {}],
    ['is not JSON', 'ListStatements', '{', 'SerializationException', {}],
    ['is not an object', 'ListStatements', '[]', 'SerializationException', {}],
    ['has a member of another type', 'ExecuteStatement', '{"Sql":1}', 'SerializationException', {}],
  ];
  test.each(cases)('is refused when it %s', (_case, operation, body, type, headers) =>
    withDataApi({}, async ({ api }) => {
      const response = await post(api.url, operation, body, headers);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ __type: type });
    }),
  );

  test('is refused without a signature', () =>
    withDataApi({}, async ({ api }) => {
      const response = await fetch(api.url, {
        method: 'POST',
        body: '{}',
        headers: { 'x-amz-target': 'RedshiftData.ListStatements' },
      });
      expect([response.status, await response.json()]).toEqual([
        403,
        { __type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' },
      ]);
    }));

  test('may have members that are null, or unknown', () =>
    withDataApi({}, async ({ api }) => {
      const response = await post(api.url, 'ListStatements', '{"NextToken":null,"Novelty":1}');
      expect(await response.text()).toBe('{"Statements":[]}');
    }));
});

describe('the parameters of a statement', () => {
  test.each([
    ['select :a, :b_2::int, :a', ['a', 'b_2']],
    ['select :1 where x = :2', ['1', '2']],
    ["select ':no', \"c:no\", 'it''s :no' -- :no\n, 1::int /* :no */", []],
  ])('of %p are %p', (sql, names) => {
    expect([...referencedParameters(sql)]).toEqual(names);
  });
});
