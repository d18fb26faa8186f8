import { describe, expect, test } from '@jest/globals';
import { parseJsonPaths } from '../../src/sql/jsonpaths.ts';

const file = (...paths: unknown[]) => JSON.stringify({ jsonpaths: paths });

describe('a jsonpaths file', () => {
  test('holds a path for each column, in bracket or dot notation', () => {
    expect(parseJsonPaths(file("$['a']['b c'][0]", '$.a.b[2]'), 'p.json', 2)).toEqual([
      ['a', 'b c', 0],
      ['a', 'b', 2],
    ]);
  });

  test.each([
    ['not JSON', '{', 1, 'not JSON'],
    ['an array', '[]', 1, 'exactly one key, "jsonpaths"'],
    ['another key', '{"jsonPaths":["$.a"]}', 1, 'exactly one key, "jsonpaths"'],
    ['a further key', '{"jsonpaths":["$.a"],"x":1}', 1, 'exactly one key, "jsonpaths"'],
    ['no array', '{"jsonpaths":"$.a"}', 1, 'must be an array of expressions'],
    ['an empty array', '{"jsonpaths":[]}', 1, 'must be an array of expressions'],
    ['two objects', '{"jsonpaths":["$.a"]}{}', 1, 'not JSON'],
    ['too few', file('$.a'), 2, '1 expressions for 2 columns'],
    ['a wildcard', file('$.*'), 1, 'expression 1 is not a JSONPath that COPY understands: "$.*"'],
    ['a filter', file('$[?(@.a)]'), 1, 'expression 1'],
    ['mixed notations', file("$.a['b']"), 1, 'expression 1'],
    ['a path without $', file('a.b'), 1, 'expression 1'],
    ['the whole record', file('$'), 1, 'expression 1'],
    [
      'an element of the record',
      file('$[1]'),
      1,
      'expression 1 is an element of an array, and records are objects: "$[1]"',
    ],
    ['a number', file(7), 1, 'expression 1'],
    ['null', 'null', 1, 'exactly one key'],
  ])('with %s is refused', (_, text, columns, message) => {
    expect(() => parseJsonPaths(text, 'p.json', columns)).toThrow(message);
  });

  test('names every mistake at once', () => {
    expect(() => parseJsonPaths(file('$.*', 7), 'p.json', 3)).toThrow(
      /expression 1[\s\S]*expression 2[\s\S]*2 expressions for 3 columns/,
    );
  });
});
