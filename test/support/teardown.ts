import { unsharePostgres } from '../../standin/engine/postgres.ts';

/** Jest's global tear-down. */
export default function teardown(): Promise<void> {
  return unsharePostgres();
}
