import type { PostgresTarget } from '../../target.ts';

/** The warehouse's name for display. */
export function locationOf({ host, port, database }: PostgresTarget): string {
  return `postgresql://${host}:${port}/${database}`;
}
