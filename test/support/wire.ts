import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a PostgreSQL server that notes what is said on it, but for the answer to the server's question for a password. */
export interface Wire {
  readonly port: number;
  /** All that has been said to the server, by everybody. */
  said(): string;
  close(): Promise<void>;
}

const PASSWORD_MESSAGE = 'p'.charCodeAt(0);

/** Listens on a free port of this host, and hands everything on. PostgreSQL's manual, message formats. */
export async function tapPostgres(target: { readonly host: string; readonly port: number }): Promise<Wire> {
  const said: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    const note = noter(said);
    client.on('data', note);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => [client, upstream].map((one) => one.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    said: () => Buffer.concat(said).toString('latin1'),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) {
          socket.destroy();
        }
        server.close(() => resolve());
      }),
  };
}

/** Takes a connection's bytes apart: the first message has no type, each further one has, and then its length. */
function noter(said: Buffer[]): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const at = isFirst ? 0 : 1;
      if (rest.length < at + 4) return;
      const length = at + rest.readUInt32BE(at);
      if (rest.length < length) return;
      if (isFirst || rest[0] !== PASSWORD_MESSAGE) said.push(rest.subarray(0, length));
      rest = rest.subarray(length);
      isFirst = false;
    }
  };
}
