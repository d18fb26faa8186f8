import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freePort, startPostgres } from '../../standin/engine/postgres.ts';

test('a server of the tests takes another port where somebody else was faster', async () => {
  const other = createServer();
  const taken = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  const free = await freePort();
  const ports = [taken, free];
  const postgres = await startPostgres(async () => ports.shift() as number);
  expect(postgres.port).toBe(free);
  await postgres.stop();
  await new Promise((resolve) => other.close(resolve));
});
