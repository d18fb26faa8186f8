import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Starts the PostgreSQL server that the tests use. Returns its address and a function that stops it. */
export async function startServer() {
  execFileSync(process.execPath, ['scripts/compile.mjs', 'tsconfig.standin.json'], { cwd: ROOT, stdio: 'inherit' });
  const { startPostgres } = await import('../dist-standin/standin/engine/postgres.js');
  const server = await startPostgres();
  // The server alone does not keep a process alive, so that no test hangs because of it. Here this timer does, until
  // stop() ends.
  const alive = setInterval(() => {}, 60_000);
  return {
    ...server,
    stop: async () => {
      await server.stop();
      clearInterval(alive);
    },
  };
}

/** The sections of a dwh.cfg for a server and a folder of generated data. */
export function configFor({ host, port, database, user, password }, schema, folder) {
  return `[CLUSTER]
HOST=${host}
DB_PORT=${port}
DB_NAME=${database}
DB_USER=${user}
DB_PASSWORD=${password}
DB_SCHEMA=${schema}
[S3]
LOG_DATA=${folder}/log_data
SONG_DATA=${folder}/song_data
`;
}
