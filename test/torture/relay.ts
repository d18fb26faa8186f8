import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between loaders and a server on this machine, and cuts connections. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** While it is set, whoever connects is hung up on. */
  isDown = false;

  private constructor(target: number) {
    this.#server = createServer((socket) => this.#serve(socket, target));
  }

  /** Listens on a free port for connections to another one. */
  static async to(target: number): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) {
      socket.resetAndDestroy();
    }
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket, target: number): void {
    if (this.isDown) {
      socket.destroy();
      return;
    }
    const server = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [socket, server],
      [server, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
