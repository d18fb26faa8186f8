import { createServer, type Socket } from 'node:net';

/** What a fake server answers to the nth question on the nth connection: its process and its encoding. */
export type Answer = (connection: number, question: number) => { readonly pid: number; readonly encoding?: string };

/**
 * Runs an action with a port that speaks as much of PostgreSQL's protocol as a connection needs to be set up, and tells which
 * statements came. Connections are told that their process is 1000 plus their number.
 */
export async function withFakePostgres<T>(
  answer: Answer,
  action: (port: number, statements: readonly string[]) => Promise<T>,
): Promise<T> {
  const statements: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    speak(socket, sockets.length, answer, statements);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await action((server.address() as { port: number }).port, statements);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

function speak(socket: Socket, connection: number, answer: Answer, statements: string[]): void {
  let isStarted = false;
  let questions = 0;
  socket.on('error', () => {});
  // A client waits for each answer, so that a message comes in a chunk of its own.
  socket.on('data', (chunk) => {
    if (!isStarted) {
      isStarted = true;
      socket.write(Buffer.concat([message('R', int32(0)), message('K', int32(1000 + connection), int32(1)), READY]));
    } else if (chunk[0] === 'Q'.charCodeAt(0)) {
      const sql = chunk.toString('utf8', 5, chunk.length - 1);
      statements.push(sql);
      if (sql.includes('pg_backend_pid')) questions += 1;
      const { pid, encoding = 'UTF8' } = answer(connection, questions);
      socket.write(sql.includes('pg_backend_pid') ? rows({ processId: pid, encoding }) : DONE);
    }
  });
}

function rows({ processId, encoding }: { readonly processId: number; readonly encoding: string }): Buffer {
  const column = (name: string, type: number) =>
    Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)]);
  const value = (content: string) => Buffer.concat([int32(content.length), Buffer.from(content)]);
  const description = message('T', int16(2), column('processId', 23), column('encoding', 25));
  return Buffer.concat([description, message('D', int16(2), value(String(processId)), value(encoding)), DONE]);
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function text(content: string): Buffer {
  return Buffer.from(`${content}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const READY = message('Z', Buffer.from('I'));
const DONE = Buffer.concat([message('C', text('SELECT 1')), READY]);
