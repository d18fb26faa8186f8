import { expect, test } from '@jest/globals';
import { LOCAL, messageOf, parse } from './config-support.ts';

const withMinutes = (minutes: string) => ({ S3: LOCAL, LOAD: { TIMEOUT_MINUTES: minutes } });

test.each([
  ['120', 7_200_000],
  ['0.5', 30_000],
  ['0.001', 60],
  ['9999', 599_940_000],
])('TIMEOUT_MINUTES = %s is %i milliseconds', (minutes, milliseconds) => {
  expect(parse(withMinutes(minutes)).load.timeoutMilliseconds).toBe(milliseconds);
});

test.each(['0', '0.000', '-1', '10000', '1.5.1', 'an hour', '1e3'])('TIMEOUT_MINUTES = %s is refused', (minutes) => {
  expect(messageOf(withMinutes(minutes))).toContain('is no number of minutes, from 0.001 to 9999');
});
