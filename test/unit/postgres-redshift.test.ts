import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { connectFailure } from '../../src/warehouse/postgres/failures.ts';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';

const REDSHIFT =
  'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.80123';
const OLD = 'PostgreSQL 9.2.24 on x86_64-pc-linux-gnu';

function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const READY = message('Z', 'I');
const AUTHENTICATED = message('R', Buffer.alloc(4));
const refused = (text: string) => message('E', `SERROR\0C42704\0M${text}\0\0`);

function row(name: string, value: string): Buffer {
  const ofColumn = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(Buffer.byteLength(value));
  return Buffer.concat([
    message('T', Buffer.from([0, 1]), `${name}\0`, ofColumn),
    message('D', Buffer.from([0, 1]), length, value),
    message('C', 'SELECT 1\0'),
  ]);
}

/** A server that lets everybody in, knows no setting of a newer PostgreSQL, and says which version it is. */
async function withServer(version: string, action: (port: number) => Promise<void>): Promise<void> {
  const answer = (socket: Socket, data: Buffer) => {
    if (data[0] === 0) {
      socket.write(Buffer.concat([AUTHENTICATED, READY]));
    } else if (data.toString('latin1', 0, 1) === 'Q') {
      const isVersion = data.includes('version()');
      const said = isVersion ? row('version', version) : refused('unrecognized configuration parameter');
      socket.write(Buffer.concat([said, READY]));
    }
  };
  const server = createServer((socket) => socket.on('data', (data) => answer(socket, data)).on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await action((server.address() as AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
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
        message: 'the server at 127.0.0.1 is Amazon Redshift, and HOST does not say which',
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
      'is it Redshift under a name of your own',
    );
    expect(connectFailure({ ...target, port: 5432 }, failure).next).not.toContain('Redshift');
  });
});
