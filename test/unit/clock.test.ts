import { describe, expect, test } from '@jest/globals';
import { assertNotAhead, assertPastNewest } from '../../src/pipeline/clock.ts';

const now = '2026-03-08 01:59:30';

describe('a run', () => {
  test.each([
    '2026-03-08 01:59:29.999999',
    '2026-03-08 02:00:30.000000',
    '-infinity',
    '0044-03-15 (BC) 00:00:00',
    undefined,
  ])('may follow one that is stamped %s', (newest) => {
    expect(() => assertPastNewest({ now, newest })).not.toThrow();
  });

  test.each(['2026-03-08 02:00:30.001', '2026-03-08 02:59:30', '10000-01-01 00:00:00', 'infinity'])(
    'may not follow one that is stamped %s',
    (newest) => {
      expect(() => assertPastNewest({ now, newest })).toThrow('the newest run was stamped');
    },
  );
});

describe("a warehouse's clock", () => {
  const own = new Date('2026-03-07T01:59:30Z');

  test('may be a day ahead, or behind by any time', () => {
    expect(() => assertNotAhead({ now }, own)).not.toThrow();
    expect(() => assertNotAhead({ now: '1970-01-01 00:00:00' }, own)).not.toThrow();
  });

  test('may not be further ahead', () => {
    expect(() => assertNotAhead({ now: '2026-03-08 01:59:30.001' }, own)).toThrow("the warehouse's clock says");
  });
});
