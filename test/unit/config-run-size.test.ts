import { expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.ts';

const SOURCES = '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n';

function runBytes(text: string): number | undefined {
  return parseConfig(`${SOURCES}${text}`, { file: 'dwh.cfg', directory: '/', env: {} }).load.maxRunBytes;
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
