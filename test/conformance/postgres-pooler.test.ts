import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { freePort } from '../../standin/engine/postgres.ts';
import { serverUser } from '../../standin/engine/postgres-programs.ts';
import { withFolder } from '../support/engines.ts';
import { makeLoader } from '../support/loader.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { describeIf } from '../support/skips.ts';
import { writeSample } from '../support/trials.ts';
import { uniqueName } from '../support/unique.ts';
import { until } from '../support/until.ts';

const behindPgBouncer = describeIf(
  spawnSync('pgbouncer', ['--version']).status === 0,
  'PostgreSQL behind PgBouncer: it is not installed here; test/unit/postgres-usable.test.ts imitates one',
);

/** A warehouse of the test run's server, seen through a PgBouncer. */
function throughPgBouncer(poolMode: string, action: (warehouse: Warehouse, folder: string) => Promise<void>) {
  return withFolder(async (folder) => {
    const target = await postgresTarget();
    const port = await freePort();
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'pgbouncer.ini'), settings(poolMode, port, target));
    const pooler = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { ...serverUser(), cwd: '/', stdio: 'ignore' });
    try {
      await until(() => answers(port, pooler));
      const schema = uniqueName('pooled');
      await action(
        openPostgres({
          target: { ...target, port, schema },
          readable: [folder],
          scratch: folder,
          timeoutMilliseconds: undefined,
        }),
        folder,
      );
    } finally {
      pooler.kill('SIGTERM');
      if (pooler.exitCode === null) await once(pooler, 'exit');
    }
  });
}

function settings(poolMode: string, port: number, server: Awaited<ReturnType<typeof postgresTarget>>): string {
  const { host, port: serverPort, user, password, database } = server;
  return `[databases]
${database} = host=${host} port=${serverPort} user=${user} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
`;
}

async function answers(port: number, { exitCode }: ChildProcess): Promise<boolean> {
  if (exitCode !== null) throw new Error(`pgbouncer ended with exit code ${exitCode}`);
  const socket = dial(port, '127.0.0.1');
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return isOpen;
}

behindPgBouncer('PostgreSQL behind PgBouncer', () => {
  test('loads where a connection keeps its process', () =>
    throughPgBouncer('session', async (warehouse, folder) => {
      const loader = await makeLoader(warehouse, folder);
      writeSample(loader);
      await etl(loader.context);
      expect((await warehouse.query('SELECT COUNT(*) FROM songplays')).rows).toEqual([[1]]);
    }));

  test.each(['transaction', 'statement'])('is refused where a process is lent for a %s', (poolMode) =>
    throughPgBouncer(poolMode, async (warehouse) => {
      const refusal = {
        kind: 'refused',
        message: expect.stringContaining('PgBouncer'),
        next: expect.stringContaining('pool_mode'),
      };
      await expect(createTables(loadModel(), warehouse)).rejects.toMatchObject(refusal);
      await expect(warehouse.query('SELECT 1')).rejects.toMatchObject(refusal);
    }),
  );
});
