import { describe, expect, test } from '@jest/globals';
import { connect } from '../../src/warehouse/postgres/client.ts';
import { type Answer, withFakePostgres } from '../support/fake-postgres.ts';

/** What a server says of itself when it is asked for the nth time on the nth connection. */
type Process = (connection: number, question: number) => { readonly pid: number; readonly encoding?: string };

function answering(process: Process): Answer {
  const questions = new Map<number, number>();
  return (sql, connection) => {
    if (!sql.includes('pg_backend_pid')) return {};
    const question = (questions.get(connection) ?? 0) + 1;
    questions.set(connection, question);
    const { pid, encoding = 'UTF8' } = process(connection, question);
    return { row: { processId: pid, encoding } };
  };
}

/** Connects to such a server; gives what came of it, and what the server was told. */
function connecting(process: Process) {
  return withFakePostgres(answering(process), async (port, statements) => {
    const target = {
      host: '127.0.0.1',
      port,
      database: 'music',
      user: 'u',
      password: 'p',
      sslMode: 'disable',
    } as const;
    try {
      const { client, ...backend } = await connect({ target, timeoutMilliseconds: undefined });
      await client.end();
      return { backend, statements };
    } catch (error) {
      return { error, statements };
    }
  });
}

describe('a connection to PostgreSQL', () => {
  test('is taken as it is when the server answers by itself', async () => {
    const { backend, statements } = await connecting((connection) => ({ pid: 1000 + connection }));
    expect(backend).toEqual({ processId: 1001, isPooled: false });
    expect(statements).toHaveLength(2);
  });

  test('is taken when a pooler stands between that gives it a process for as long as it lives', async () => {
    const { backend } = await connecting((connection) => ({ pid: 70 + connection }));
    expect(backend).toEqual({ processId: 71, isPooled: true });
  });

  test.each<[string, Process]>([
    ['the process it gave to another', () => ({ pid: 70 })],
    ['one process after the other', (connection, question) => ({ pid: 70 + connection + question })],
  ])('is refused before its session is changed when a pooler gives it %s', async (_, answer) => {
    const { error, statements } = await connecting(answer);
    expect(error).toMatchObject({ kind: 'refused', message: expect.stringContaining('PgBouncer') });
    expect(statements.filter((sql) => sql.includes('SET'))).toEqual([]);
  });

  test.each(['SQL_ASCII', 'LATIN1', 'EUC_JP'])('is refused where the database keeps text in %s', async (encoding) => {
    const { error, statements } = await connecting((connection) => ({ pid: 1000 + connection, encoding }));
    expect(error).toMatchObject({
      kind: 'refused',
      message: `the database music stores text in ${encoding}, but only UTF-8 can store every text`,
    });
    expect(statements.filter((sql) => sql.includes('SET'))).toEqual([]);
  });
});
