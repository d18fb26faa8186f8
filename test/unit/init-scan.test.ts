import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Profile } from '../../src/init/scan.ts';

/** Texts as a program may write them: characters as they are, escaped by a letter, or by a code. */
const spelling = fc.constantFrom('a', 'é', '😀', '\\n', '\\/', '\\"', '\\\\', '\\u00e9', '\\uD83D\\uDE00', '\\u0000');
const written = fc.array(spelling, { maxLength: 8 }).map((parts) => `"${parts.join('')}"`);

test('the size of a text is that of what its escapes stand for', () => {
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 6 }), fc.boolean(), (texts, isHashed) => {
      const profile = new Profile((place) => {
        place.isHashed = isHashed;
      });
      for (const text of ['"no time"', ...texts]) {
        profile.add(Buffer.from(`{"note":${text}}`), 0);
      }
      const sizes = ['"no time"', ...texts].map((text) => Buffer.byteLength(JSON.parse(text)));
      expect(profile.root.children[0]?.mostBytes).toBe(Math.max(...sizes));
    }),
  );
});
