import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A way to a PostgreSQL server that is encrypted on this side. */
interface TlsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free port of this host, takes a client's request for TLS, and hands on what it says then. */
export async function startTls(
  target: { readonly host: string; readonly port: number },
  identity: { readonly key: Buffer; readonly cert: Buffer },
): Promise<TlsServer> {
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    sockets.push(client);
    client.on('error', () => client.destroy());
    // The first message asks for TLS; `S` grants it (PostgreSQL's manual, SSL session encryption).
    client.once('data', () => {
      client.write('S');
      const upstream = connect(target.port, target.host);
      const secure = new TLSSocket(client, { isServer: true, ...identity });
      sockets.push(upstream);
      for (const socket of [secure, upstream]) socket.on('error', () => [client, upstream].map((one) => one.destroy()));
      secure.pipe(upstream).pipe(secure);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
