import { describe, expect, test } from '@jest/globals';
import { connectFailure } from '../../src/warehouse/postgres/failures.ts';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import { withFakePostgres } from '../support/fake-postgres.ts';

const REDSHIFT =
  'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.80123';
const OLD = 'PostgreSQL 9.2.24 on x86_64-pc-linux-gnu';

/** A server that lets everybody in, knows no setting of a newer PostgreSQL, and says which version it is. */
function withServer(version: string, action: (port: number) => Promise<void>): Promise<void> {
  return withFakePostgres(
    (sql) => (sql.includes('version()') ? { row: { version } } : { refusal: 'unrecognized configuration parameter' }),
    action,
  );
}

const target = {
  host: '127.0.0.1',
  port: 0,
  database: 'dwh',
  user: 'u',
  password: undefined,
  schema: undefined,
} as const;
const open = (port: number) =>
  openPostgres({ target: { ...target, port }, readable: [], scratch: '/nowhere', timeoutMilliseconds: undefined });

describe('a server under a name that says nothing of Redshift', () => {
  test('and that answers as Redshift is told apart, with what to write instead', () =>
    withServer(REDSHIFT, async (port) => {
      await expect(open(port).query('SELECT 1')).rejects.toMatchObject({
        kind: 'unreachable',
        message: 'the server at 127.0.0.1 is Amazon Redshift, but HOST does not show which cluster or workgroup',
        next: expect.stringMatching(
          /^Delete HOST in dwh.cfg, and write CLUSTER_IDENTIFIER \(or WORKGROUP\) and REGION/,
        ),
      });
    }));

  test('and that is an old PostgreSQL keeps its own error', () =>
    withServer(OLD, async (port) => {
      await expect(open(port).query('SELECT 1')).rejects.toMatchObject({
        message: expect.stringContaining('unrecognized configuration parameter'),
      });
    }));

  test("is asked after at Redshift's port, whatever the failure", () => {
    const failure = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(connectFailure({ ...target, port: 5439 }, failure).next).toContain(
      'is it Redshift behind a custom domain name',
    );
    expect(connectFailure({ ...target, port: 5432 }, failure).next).not.toContain('Redshift');
  });
});
