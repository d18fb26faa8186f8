import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { elementsPath, isAtOrBelow, keyPath, readKeyPaths } from '../../src/sql/key-paths.ts';

const ANY_KEY = fc.oneof(
  fc.constantFrom('a', 'b', 'a.b', 'a b', '', '"', '\\', '[*]', ',', 'a,b', 'é', '\u2028', '\u202e', '__proto__'),
  fc.string({ unit: 'binary' }).filter((key) => !/\p{Surrogate}/u.test(key)),
);
const STEPS = fc.tuple(ANY_KEY, fc.array(fc.oneof(ANY_KEY, fc.constant(0)), { maxLength: 3 }));
type Steps = readonly [string, readonly (string | number)[]];
const pathOf = ([first, others]: Steps) =>
  others.reduce<string>(
    (path, step) => (typeof step === 'number' ? elementsPath(path) : keyPath(step, path)),
    keyPath(first),
  );

test('A list of places is read as it is written, whatever the keys', () => {
  fc.assert(
    fc.property(fc.array(STEPS, { minLength: 1, maxLength: 4 }), (all) => {
      const paths = all.map(pathOf);
      expect(readKeyPaths(paths.join(', '))).toEqual(paths);
      expect(readKeyPaths(paths.join(','))).toEqual(paths);
      for (const path of paths) expect(path).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    }),
    { numRuns: 2000 },
  );
});

test('Different places have different texts, and what is below a place begins with its text', () => {
  fc.assert(
    fc.property(STEPS, STEPS, (one, other) => {
      const isBelow =
        one[0] === other[0] &&
        one[1].length >= other[1].length &&
        other[1].every((step, index) => step === one[1][index]);
      expect(isAtOrBelow(pathOf(one), pathOf(other))).toBe(isBelow);
      expect(pathOf(one) === pathOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['payload, actor.url', ['payload', 'actor.url']],
  [' "first name" , b', ['"first name"', 'b']],
  ['"payload"', ['payload']],
  ['items[*].price', ['items[*].price']],
  ['a,,b', ['a', undefined, 'b']],
  ['', [undefined]],
  ['a,', ['a', undefined]],
  ['a b', [undefined]],
  ['a..b, .a, a., a[0], "a, "\\x"', [undefined, undefined, undefined, undefined, undefined, undefined]],
])('The list %j is read as %j', (list, paths) => {
  expect(readKeyPaths(list)).toEqual(paths);
});
