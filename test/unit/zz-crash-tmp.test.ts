import { test } from '@jest/globals';
import { startPostgres } from '../standin/engine/postgres.ts';

test('x', async () => {
  await startPostgres();
  if (process.env['HOW'] === 'kill') process.kill(process.pid, 'SIGTERM');
  await new Promise((r) => setTimeout(r, 300));
  throw new Error('boom');
});
