import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { placeOf, uriOf } from '../../src/objects/s3/uri.ts';

describe('a URI', () => {
  test('leads back to its key, and shows nothing that cannot be printed', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const uri = uriOf({ bucket: 'b', key });
        expect(placeOf(uri)).toEqual({ bucket: 'b', key });
        expect(uri).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 3000 },
    ));

  test('reads as the key does, and takes a key as it is', () => {
    expect(uriOf({ bucket: 'b', key: `a b+é's "x".json` })).toBe(`s3://b/a b+é's "x".json`);
    expect(uriOf({ bucket: 'b', key: 'a%20\n.json' })).toBe('s3://b/a%2520%0A.json');
    expect(placeOf('s3://b/a%20b')).toEqual({ bucket: 'b', key: 'a%20b' });
    expect(placeOf('s3://b')).toEqual({ bucket: 'b', key: '' });
    expect(() => placeOf('s3:///x')).toThrow('does not name a bucket');
  });
});
