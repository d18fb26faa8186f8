import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { boundOf, costOf, timeOf } from '../../src/certify/cost.ts';

const limits = { minutes: 15, maxDollars: 1, price: 0.375, rpus: 8 };

describe('a certification', () => {
  test.each([
    [8, 900, '$0.77'],
    [32, 280, '$1.00'],
    [128, 55, '$1.00'],
    [160, 40, '$1.00'],
  ])('with %i RPUs stops after %i seconds and costs %s at most', (rpus, seconds, dollars) => {
    const bound = boundOf('workgroup', { ...limits, rpus });
    expect(bound.seconds).toBe(seconds);
    expect(costOf(bound, { ...limits, rpus }, true).join('\n')).toContain(`cost: at most ${dollars}, at ${rpus} RPUs`);
  });

  test('takes the minutes it was given on a cluster, and where they are fewer than its dollars pay for', () => {
    expect(boundOf('cluster', limits)).toEqual({ seconds: 900, dollars: undefined });
    expect(boundOf('workgroup', { ...limits, minutes: 2 }).seconds).toBe(120);
  });

  test('is refused where its dollars do not pay for a minute, and what the refusal names is enough', () => {
    const rpus = 1024;
    const refused = () => boundOf('workgroup', { ...limits, rpus });
    expect(refused).toThrow('60 seconds, costs $6.40 with 1024 RPUs');
    expect(boundOf('workgroup', { ...limits, rpus, maxDollars: 6.4 }).seconds).toBe(40);
  });

  test('never costs more than it may, or is refused', async () => {
    const property = fc.asyncProperty(
      fc.record({
        minutes: fc.integer({ min: 1, max: 60 }),
        maxDollars: fc.double({ min: 0.01, max: 50, noNaN: true }),
        price: fc.double({ min: 0.1, max: 1, noNaN: true }),
        rpus: fc.integer({ min: 1, max: 1024 }),
      }),
      async (some) => {
        const { seconds, dollars } = attempt(some) ?? { seconds: 40, dollars: 0 };
        expect(dollars).toBeLessThanOrEqual(some.maxDollars * 1.000001);
        expect(seconds).toBeGreaterThanOrEqual(40);
      },
    );
    await fc.assert(property);
  });
});

function attempt(some: Parameters<typeof boundOf>[1]) {
  try {
    return boundOf('workgroup', some);
  } catch {
    return undefined;
  }
}

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [60, '1 minute'],
  [135, '2 minutes 15 seconds'],
])('%i seconds are told as %s', (seconds, text) => {
  expect(timeOf(seconds)).toBe(text);
});
