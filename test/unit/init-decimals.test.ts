import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isExact } from '../../src/init/decimals.ts';

function judge(text: string): boolean {
  return isExact(Buffer.from(`:${text},`), 1, text.length + 1);
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

describe('a decimal number that keeps all its digits as a double', () => {
  test('is one whose double has the same digits in its shortest text', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        expect({ text, exact: judge(text) }).toEqual({ text, exact: digits(text) === digits(String(Number(text))) });
      }),
      { numRuns: 3000 },
    );
  });

  test.each(['0.1', '-0.0', '0.8444218515250481', '1e300', '52.37918934501230', '4.9E-3'])('%s is one', (text) => {
    expect(judge(text)).toBe(true);
  });

  test.each([
    '0.12345678901234567',
    '9007199254740991.5',
    '9007199254740993.0',
    '1e400',
    '1e-320',
    `0.${'0'.repeat(400)}1`,
  ])('%s is none', (text) => {
    expect(judge(text)).toBe(false);
  });
});
