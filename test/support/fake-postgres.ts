import { createServer, type Socket } from 'node:net';

/** What a fake server says to a statement: one row, a refusal, or only that it is done. */
export interface Reply {
  readonly row?: Readonly<Record<string, string | number>>;
  readonly refusal?: string;
}

/** What it says to a statement that comes on the nth connection. */
export type Answer = (sql: string, connection: number) => Reply;

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
    const connection = sockets.push(socket);
    speak(socket, connection, (sql) => {
      statements.push(sql);
      return answer(sql, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await action((server.address() as { port: number }).port, statements);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

function speak(socket: Socket, connection: number, answer: (sql: string) => Reply): void {
  let isStarted = false;
  socket.on('error', () => {});
  // A client waits for each answer, so that a message comes in a chunk of its own.
  socket.on('data', (chunk) => {
    if (!isStarted) {
      isStarted = true;
      socket.write(Buffer.concat([message('R', int32(0)), message('K', int32(1000 + connection), int32(1)), READY]));
    } else if (chunk[0] === 'Q'.charCodeAt(0)) {
      socket.write(Buffer.concat([said(answer(chunk.toString('utf8', 5, chunk.length - 1))), READY]));
    }
  });
}

function said({ row, refusal }: Reply): Buffer {
  if (refusal !== undefined) {
    return message('E', text('SERROR'), text('C42704'), text(`M${refusal}`), text(''));
  }
  const done = message('C', text('SELECT 1'));
  return row === undefined ? done : Buffer.concat([...rowOf(Object.entries(row)), done]);
}

const INT4 = 23;
const TEXT = 25;

function rowOf(fields: readonly (readonly [name: string, value: string | number])[]): readonly Buffer[] {
  const column = (name: string, type: number) =>
    Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)]);
  const value = (content: string) => Buffer.concat([int32(Buffer.byteLength(content)), Buffer.from(content)]);
  return [
    message(
      'T',
      int16(fields.length),
      ...fields.map(([name, content]) => column(name, typeof content === 'number' ? INT4 : TEXT)),
    ),
    message('D', int16(fields.length), ...fields.map(([, content]) => value(String(content)))),
  ];
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
