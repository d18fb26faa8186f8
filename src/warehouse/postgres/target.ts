import type { PostgresTarget } from '../../target.ts';

/** The warehouse's name for people. */
export function locationOf({ host, port, database }: PostgresTarget): string {
  return `postgresql://${host}:${port}/${database}`;
}
