import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endOfExact, isExact } from '../../src/init/decimals.ts';

/** What the arithmetic answers for a number without a sign: only a yes is certain. */
function isSurelyExact(text: string): boolean {
  const [whole = ''] = text.split(/[.e]/i, 1);
  const end = endOfExact(Buffer.from(`${text},`), 0, whole.length, Number(whole));
  expect([-1, text.length]).toContain(end);
  return end !== -1;
}

function isKept(text: string): boolean {
  return digits(text) === digits(String(Number(text)));
}

/** The digits that count: those of the shortest text of a double are compared with these. */
function digits(text: string): string {
  return text.replace(/e.*/i, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
}

const decimals = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: fc.bigInt({ min: 0n, max: 10n ** 17n }),
    behind: fc.integer({ min: 1, max: 25 }),
    zeros: fc.constantFrom('', '0', '000'),
  })
  .map(({ sign, whole, behind, zeros }) => {
    const all = String(whole).padStart(behind + 1, '0');
    return `${sign}${all.slice(0, -behind)}.${all.slice(-behind)}${zeros}`;
  });

/** Numbers as programs print them, with the last digit changed or one more, at powers of two and beside them. */
const printed = fc
  .record({
    of: fc.oneof(
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
      fc
        .tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -3, max: 3 }))
        .map(([e, n]) => 2 ** e * (1 + n * 2 ** -52)),
    ),
    places: fc.integer({ min: 15, max: 18 }),
    last: fc.constantFrom('', '0', '1', '4', '5', '6', '9'),
  })
  .map(({ of, places, last }) => (places === 18 ? String(of) : of.toPrecision(places)) + last)
  .filter((text) => /^\d+\.\d+$/.test(text));

describe('a decimal number that keeps all its digits as a double', () => {
  test('is one whose double has the same digits in its shortest text', () => {
    fc.assert(
      fc.property(fc.oneof(decimals, printed), (text) => {
        expect({ text, exact: isExact(text) }).toEqual({ text, exact: isKept(text) });
      }),
      { numRuns: 3000 },
    );
  });

  test('is found without its text, and no other number is', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.oneof(decimals, printed), (signed) => {
        const text = signed.replace('-', '');
        if (!isSurelyExact(text)) return;
        found += 1;
        expect({ text, exact: isKept(text) }).toEqual({ text, exact: true });
      }),
      { numRuns: 6000 },
    );
    expect(found).toBeGreaterThan(300);
  });

  test.each(['0.1', '-0.0', '0.8444218515250481', '1e300', '52.37918934501230', '4.9E-3'])('%s is one', (text) => {
    expect(isExact(text)).toBe(true);
  });

  test.each(['0.8444218515250481', '25.948735702581054', '0.1'])('%s is found without its text', (text) => {
    expect(isSurelyExact(text)).toBe(true);
  });

  test.each([
    '0.12345678901234567',
    '9007199254740991.5',
    '9007199254740993.0',
    '1e400',
    '1e-320',
    `0.${'0'.repeat(400)}1`,
  ])('%s is none', (text) => {
    expect(isExact(text)).toBe(false);
  });
});
