import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SdkClient } from '../../src/warehouse/redshift/client.ts';
import { DataApi } from '../../src/warehouse/redshift/data-api.ts';
import { Journal } from '../../src/warehouse/redshift/journal.ts';
import { Submitter } from '../../src/warehouse/redshift/submitter.ts';

const TARGET = { region: 'us-west-2', database: 'dev', clusterIdentifier: 'c', iamRole: 'r' } as never;
const ID = '5b0c5d8a-1';
const LOST = Object.assign(new Error('read ECONNRESET'), { name: 'Error', code: 'ECONNRESET' });
const EXPIRED = Object.assign(new Error('The security token included in the request is expired'), {
  name: 'ExpiredTokenException',
});
/** More often than any other call is repeated. */
const MANY = 20;

/** Answers a submission, then calls of DescribeStatement one after the other. */
function sdkThat(answers: readonly (Error | { Status: string })[]): () => Promise<SdkClient> {
  const waiting = [...answers];
  const send = async ({ kind }: { kind: 'submit' | 'describe' | 'cancel' }) => {
    if (kind === 'submit') {
      return { Id: ID };
    }
    if (kind === 'cancel') {
      throw LOST;
    }
    const answer = waiting.shift() ?? { Status: 'FINISHED' };
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const sdk = {
    BatchExecuteStatementCommand: class {
      readonly kind = 'submit';
    },
    DescribeStatementCommand: class {
      readonly kind = 'describe';
    },
    CancelStatementCommand: class {
      readonly kind = 'cancel';
    },
  };
  return async () => ({ sdk, client: { send } }) as never;
}

describe('a Data API that is unreachable while a statement runs', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'starload-waits-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const submit = (answers: Parameters<typeof sdkThat>[0], deadlineMilliseconds: number) => {
    const notes: string[] = [];
    const told = new EventEmitter();
    const notify = (message: string) => {
      notes.push(message);
      told.emit('note');
    };
    const api = new DataApi(sdkThat(answers), TARGET, notify, 0.01);
    const submitter = new Submitter(api, new Journal(folder, notify), { warehouse: 'w', notify, deadlineMilliseconds });
    return { ended: submitter.submit('batch', ['SELECT 1']), notes, told, submitter };
  };

  test('is asked again for as long as a statement may run', async () => {
    const { ended, notes } = submit(Array(MANY).fill(LOST), 60_000);
    expect(await ended).toEqual({ id: ID, status: 'FINISHED' });
    expect(notes[0]).toBe('DescribeStatement failed (Error); trying again (attempt 2)');
    expect(notes.length).toBeLessThan(MANY);
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.json'))).toEqual([]);
  });

  test('does not make a user who stops the command wait as long', async () => {
    const { ended, told, submitter } = submit(Array(MANY).fill(LOST), 60_000);
    told.once('note', () => void submitter.cancel());
    await expect(ended).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^the outcome of statement 5b0c5d8a-1 is not known/),
    });
    const [entry] = new Journal(folder, () => undefined).entries('w');
    expect(entry).toMatchObject({ name: 'starload-batch', id: ID });
  });

  test.each([
    ['for longer than that', LOST, /^the outcome of statement 5b0c5d8a-1 is not known: .*ECONNRESET/],
    ['since the credentials have expired', EXPIRED, /^the outcome of statement 5b0c5d8a-1 is not known: .*expired/],
  ])('%s: the outcome of the statement is unknown, and the next run waits for it', async (_, error, message) => {
    const { ended } = submit(Array(MANY).fill(error), 0);
    await expect(ended).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(message),
      next: expect.stringMatching(/waits for the statement and loads nothing twice\.$/),
    });
    const [entry] = new Journal(folder, () => undefined).entries('w');
    expect(entry).toMatchObject({ name: 'starload-batch', id: ID });
  });
});
