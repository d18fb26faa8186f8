import { expect, test } from '@jest/globals';
import { UnfitRecord } from '../../src/records/normalise.ts';
import { pathReader, Unreadable } from '../../src/records/paths.ts';
import { rewriter } from '../../src/records/rewrite.ts';
import { parseJsonPaths } from '../../src/sql/jsonpaths.ts';

function find(record: string, ...paths: string[]): readonly unknown[] {
  const found = pathReader(parseJsonPaths(JSON.stringify({ jsonpaths: paths }), 'p', paths.length))(record);
  return found.map((value) => (value instanceof Unreadable ? value.reason : value));
}

test.each<[record: string, path: string, found: string | undefined]>([
  ['{"a":{"b": 4.60 }}', '$.a.b', '4.60'],
  ['{"a":{"b":[ 1, "x" ]}}', '$.a.b', '[ 1, "x" ]'],
  ['{"a":{"b":[1,{"c":"d"}]}}', '$.a.b[1].c', '"d"'],
  ['{"a":[[1,2],[3]]}', '$.a[0][1]', '2'],
  ['{}', '$.a[0].b', undefined],
  ['{"a":null}', '$.a[0].b', undefined],
  ['{"a":{"b":null}}', '$.a.b', undefined],
  ['{"a":[null]}', '$.a[0]', undefined],
  ['{"a":[]}', '$.a[0]', 'there is no element 0: the array has 0'],
  ['{"a":[1,2]}', '$.a[2].b', 'there is no element 2: the array has 2'],
  ['{"a":{"0":1}}', '$.a[0]', 'there is no element 0: not an array'],
  ['{"a":"text"}', '$.a[0]', 'there is no element 0: not an array'],
  ['{"a":[1]}', "$['a']['0']", undefined],
  ['{"a":[1]}', '$.a.length', undefined],
  ['{"a":"null"}', '$.a.b', undefined],
  ['{"a":{"\\u0062":"}]"}}', '$.a.b', '"}]"'],
  ['{"a.b":1,"a":{"b":2}}', "$['a.b']", '1'],
  ['{"a":{"b\\"c":1}}', `$['a']['b"c']`, '1'],
  ['{"a":{"__proto__":1}}', '$.a.__proto__', '1'],
  ['{"a":{"b":1,"\\u0062":2}}', '$.a.b', 'key "b" occurs twice in one object'],
  ['{"a":{"b":{"c":1},"b":{"c":1}}}', '$.a.b.c', 'key "b" occurs twice in one object'],
  ['{"a":{"x":1,"x":2,"b":3}}', '$.a.b', '3'],
])('%s at %s is %s', (record, path, found) => {
  expect(find(record, path)).toEqual([found]);
});

test('several paths may lead through one value, or to it', () => {
  expect(find('{"a":{"b":[1,2]},"c":0}', '$.a', '$.a.b', '$.a.b[1]', '$.c', '$.a.b')).toEqual([
    '{"b":[1,2]}',
    '[1,2]',
    '2',
    '0',
    '[1,2]',
  ]);
});

test('a record is laid out by its paths, each value as its column needs it', () => {
  const layout = [
    { name: 'level', kind: 'text', path: ['a', 0] },
    { name: 'user', kind: 'whole', path: ['a', 1] },
    { name: 'length', kind: 'real', path: ['b', 'c'] },
  ] as const;
  const rewrite = rewriter({ names: ['a', 'b'], exact: true, layout });
  expect(rewrite('{"a":[ {"x": 4.60}, 7.0 ],"b":{"c":1e3}}')).toBe('{"level":"{\\"x\\": 4.60}","user":7,"length":1e3}');
  expect(rewrite('{"b":7,"a":["x","+7",3]}')).toBe('{"level":"x","user":"7"}');
  expect(() => rewrite('{"a":[]}')).toThrow(new UnfitRecord('level', 'there is no element 0: the array has 0'));
  expect(() => rewrite('{"b":{"c":1e400}}')).toThrow(UnfitRecord);
});
