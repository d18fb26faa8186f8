import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { keepContents } from '../../src/cli/known-contents.ts';
import { ContentCache } from '../../src/objects/content-cache.ts';

const URI = 'file:///data/a.json';
const OTHER = 'file:///data/b.json';

/** The text of a cache that knows one file. */
function textOf(uri = URI, trace = '3 1 2 4 5', version = 'sha256:aa'): string {
  const cache = new ContentCache();
  cache.learn(uri, trace, version);
  return cache.text() ?? '';
}

/** A cache of so many files that no JavaScript string holds its text. */
class TooLong extends ContentCache {
  override text(): string {
    return 'x'.repeat(2 ** 30);
  }
}

describe('a cache of contents', () => {
  test('that is longer than a string can be is not kept, and does not fail the command', () => {
    expect(() => new TooLong().text()).toThrow(RangeError);
    expect(() => keepContents('nowhere/dwh.cfg', new TooLong())).not.toThrow();
  });

  test('knows a file that has the same trace and the same version', () => {
    const cache = new ContentCache(() => textOf());
    expect(cache.has(URI, '3 1 2 4 5', 'sha256:aa')).toBe(true);
    expect(cache.has(URI, '3 1 2 4 6', 'sha256:aa')).toBe(false);
    expect(cache.has(URI, '3 1 2 4 5', 'sha256:ab')).toBe(false);
    expect(cache.has(OTHER, '3 1 2 4 5', 'sha256:aa')).toBe(false);
  });

  test('is read when the first file is asked for, and once', () => {
    let reads = 0;
    const cache = new ContentCache(() => {
      reads += 1;
      return textOf();
    });
    expect(reads).toBe(0);
    for (const uri of [URI, OTHER, URI]) cache.has(uri, '3 1 2 4 5', 'sha256:aa');
    expect(reads).toBe(1);
  });

  test('is written only if something was learned, and then without files that nobody asked for', () => {
    const cache = new ContentCache(() => textOf());
    expect(cache.text()).toBeUndefined();
    cache.learn(OTHER, '1 1 1 1 1', 'sha256:bb');
    expect(cache.text()).toBe(textOf(OTHER, '1 1 1 1 1', 'sha256:bb'));
    cache.has(URI, '3 1 2 4 5', 'sha256:aa');
    expect(new ContentCache(() => cache.text() ?? '').has(URI, '3 1 2 4 5', 'sha256:aa')).toBe(true);
  });

  test('knows nothing if a byte of it was changed, added or cut off', async () => {
    const text = textOf();
    const damaged = fc.oneof(
      fc
        .tuple(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
        .map(([at, byte]) => text.slice(0, at) + byte + text.slice(at + 1)),
      fc.nat(text.length - 1).map((end) => text.slice(0, end)),
      fc.string({ minLength: 1 }).map((more) => text + more),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        damaged.filter((one) => one !== text),
        async (one) => {
          expect(new ContentCache(() => one).has(URI, '3 1 2 4 5', 'sha256:aa')).toBe(false);
        },
      ),
    );
  });
});
