import { expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.ts';
import { LOCAL, messageOf, OF_MODEL, parse } from './config-support.ts';

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
  expect(messageOf(withMinutes(minutes))).toContain('is not a number of minutes, from 0.001 to 9999');
});

const SOURCES = '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n';

function runBytes(text: string): number | undefined {
  return parseConfig(`${SOURCES}${text}`, { file: 'dwh.cfg', directory: '/', env: {}, sources: OF_MODEL }).load
    .maxRunBytes;
}

test.each([
  ['', undefined],
  ['[LOAD]\nMAX_RUN_SIZE=20GB\n', 20_000_000_000],
  ['[DUCKDB]\nMEMORY_LIMIT=2GB\n', 500_000_000],
  ['[DUCKDB]\nMEMORY_LIMIT=512MiB\n', 128_000_000],
  ['[DUCKDB]\nMEMORY_LIMIT=2GB\n[LOAD]\nMAX_RUN_SIZE=20GB\n', 20_000_000_000],
  ['[DUCKDB]\nMEMORY_LIMIT=2GB\n[CLUSTER]\nHOST=localhost\nDB_NAME=d\nDB_USER=u\n', undefined],
])(
  'a run takes at most what the file says, or a quarter of what the embedded engine may take of memory: %j',
  (text, bytes) => {
    expect(runBytes(text)).toBe(bytes);
  },
);
