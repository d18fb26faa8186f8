import { sharedPostgres } from '../../standin/engine/postgres.ts';
import { DUCKDB_GROUND } from '../torture/duckdb.ts';
import { postgresGround } from '../torture/postgres.ts';
import { dataApiFaults, redshiftGround } from '../torture/redshift.ts';
import type { Ground } from '../torture/site.ts';
import { sharedStandin } from './redshift-engine.ts';

/** The engines, on the servers that the tests of a run share. */
export const SHARED_GROUNDS: Readonly<Record<string, () => Promise<Ground>>> = {
  duckdb: async () => DUCKDB_GROUND,
  postgres: async () => postgresGround(await sharedPostgres()),
  redshift: async () =>
    redshiftGround(await sharedStandin({ dataApi: { faults: (call) => dataApiFaults.injected(call) } })),
};
