import pg from 'pg';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import type { Postgres } from '../../standin/engine/postgres.ts';
import { uniqueName } from '../support/unique.ts';
import { type Ground, loadSection, localSources, makePlace, type PlaceOptions } from './site.ts';

/** A PostgreSQL server: a schema for each site. */
export function postgresGround(server: Postgres): Ground {
  return {
    engine: 'postgres',
    makeSite: async (folder) => {
      const schema = uniqueName('torture');
      const sources = localSources(folder);
      return {
        ...sources,
        schema,
        place: (options = {}) =>
          makePlace('postgres', folder, { config: `${sources.section}${configText(server, schema, options)}` }),
        open: async () =>
          openPostgres({
            target: { ...server, schema },
            readable: [],
            scratch: folder,
            timeoutMilliseconds: undefined,
          }),
        leftovers: () => sessionsOf(server),
      };
    },
    stop: () => server.stop(),
    block: ({ schema = '' }) => lockSongs(server, schema),
  };
}

function configText(server: Postgres, schema: string, options: PlaceOptions): string {
  const { host, port, database, user, password } = server;
  return `[CLUSTER]
HOST=${host}
DB_PORT=${options.via?.warehouse ?? port}
DB_NAME=${database}
DB_USER=${user}
DB_PASSWORD=${password}
DB_SCHEMA=${schema}
${loadSection(options)}`;
}

/** Sessions of loaders, which hold whatever is held; those of a dead one end when the server notices. */
export async function sessionsOf(server: Postgres): Promise<readonly string[]> {
  return withAdmin(server, async (client) => {
    const { rows } = await client.query(
      `SELECT state || ' ' || LEFT(query, 60) AS session FROM pg_stat_activity
WHERE application_name = 'starload' AND pid <> pg_backend_pid()`,
    );
    return rows.map(({ session }) => String(session));
  });
}

/** A transaction that keeps `songs` of a schema from being written. */
async function lockSongs(server: Postgres, schema: string): Promise<() => Promise<void>> {
  const client = await connectAdmin(server);
  await client.query(`BEGIN; LOCK TABLE ${client.escapeIdentifier(schema)}.songs IN SHARE MODE`);
  return async () => client.end();
}

async function connectAdmin({ host, port, user, password, database }: Postgres): Promise<pg.Client> {
  const client = new pg.Client({ host, port, user, password, database });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Asks the server itself, past the loader. */
export async function withAdmin<T>(server: Postgres, action: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectAdmin(server);
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
