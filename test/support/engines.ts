import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { dropTestSchemas, openOnPostgres } from './postgres-engine.ts';
import { openOnStandin, stopSharedStandin } from './redshift-engine.ts';

/** An engine the conformance suite runs on: how to open an empty warehouse whose loads may read some folders. */
export interface Engine {
  readonly name: string;
  /**
   * Whether steps are reported while the batch runs, so that a test can make one fail there. Redshift gets a batch as a
   * whole: test/conformance/redshift-faults.test.ts makes its statements fail instead.
   */
  readonly reportsLive: boolean;
  /** The share of the property tests' cases it gets: a case on a server takes several times as long. */
  readonly share: number;
  open(readable: readonly string[]): Promise<Warehouse>;
}

/** The one that starts in no time: for what is the same on all. */
export const duckdb: Engine = {
  name: 'duckdb',
  reportsLive: true,
  share: 1,
  open: (readable) => openDuckdb({ path: ':memory:', readOnly: false, readable, memoryLimit: undefined }),
};

const POSTGRES: Engine = {
  name: 'postgres',
  reportsLive: true,
  share: 0.4,
  open: (readable) => openOnPostgres(readable),
};

const REDSHIFT: Engine = {
  name: 'redshift',
  reportsLive: false,
  share: 0.3,
  open: ([folder = '']) => openOnStandin({ journalFolder: folder }),
};

const ENGINES: readonly Engine[] = [duckdb, POSTGRES, REDSHIFT];

afterAll(stopSharedStandin);
afterAll(dropTestSchemas);

/** The engines to test: all, or those named in the environment variable ENGINES, separated by commas. */
export const engines: readonly Engine[] = selected(process.env['ENGINES']);

function selected(names: string | undefined): readonly Engine[] {
  if (names === undefined) {
    return ENGINES;
  }
  const wanted = names.split(',');
  const unknown = wanted.filter((name) => !ENGINES.some((engine) => engine.name === name));
  if (unknown.length > 0) {
    throw new Error(`ENGINES names ${unknown.join(', ')}; there are ${ENGINES.map(({ name }) => name).join(', ')}`);
  }
  return ENGINES.filter(({ name }) => wanted.includes(name));
}

/** Runs an action with a temporary folder that is gone afterwards. */
export async function withFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'starload-test-'));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
