import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { Journal } from '../../src/warehouse/redshift/journal.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import type { InjectedCall as Call, Fault } from '../../standin/dataapi/faults.ts';
import { CLUSTER, DATABASE, REGION } from '../../standin/standin.ts';
import { withFolder } from '../support/engines.ts';
import { makeLoader, readStar } from '../support/loader.ts';
import { openOnStandin, sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { writeSample } from '../support/trials.ts';
import { until } from '../support/until.ts';

/** Set by each test; asked about every call. */
let fault: (call: Call) => Fault | undefined = () => undefined;

const standin = () =>
  sharedStandin({ dataApi: { faults: (call) => fault(call), second: 100, quotas: { listPage: 2 } } });
afterEach(() => {
  fault = () => undefined;
});
afterAll(stopSharedStandin);

const denied: Fault = {
  kind: 'error',
  when: 'before',
  type: 'AccessDeniedException',
  status: 400,
  message: 'User: arn:aws:sts::123456789012:assumed-role/loader/session is not authorized to perform the operation',
};
const OTHER = '01234567-89ab-cdef-0123-456789abcdef';
const LOCATION = `Redshift cluster ${CLUSTER} in ${REGION}, database ${DATABASE}`;

/** A policy with a condition on the statement's owner: what another session submitted may not be looked at. */
const ownStatementsOnly = ({ operation, body }: Call): Fault | undefined =>
  (operation === 'DescribeStatement' && body['Id'] === OTHER) ||
  (operation === 'ListStatements' && body['RoleLevel'] !== false)
    ? denied
    : undefined;

interface Trial {
  readonly folder: string;
  readonly warehouse: Warehouse;
  readonly notes: string[];
}

function withWarehouse(action: (trial: Trial) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    await standin();
    const notes: string[] = [];
    const warehouse = await openOnStandin({ journalFolder: folder, notify: (note) => notes.push(note) });
    try {
      await action({ folder, warehouse, notes });
    } finally {
      fault = () => undefined;
      await warehouse.close();
    }
  });
}

const journalFolder = (folder: string) => join(folder, '.starload');

/** What an earlier session's process has left behind. */
function leaveEntry(folder: string, { id, ageHours = 0 }: { id?: string | undefined; ageHours?: number }): void {
  new Journal(journalFolder(folder), () => {}).write({ name: 'starload-earlier', warehouse: LOCATION, id });
  const file = join(journalFolder(folder), 'starload-earlier.journal.json');
  const written = Date.now() / 1000 - ageHours * 3600;
  utimesSync(file, written, written);
}

describe('a statement of an earlier process that may not be looked at', () => {
  test.each([
    ['whose id is known', OTHER, 'statement 01234567'],
    ['whose id is not known', undefined, 'cannot be described with these credentials'],
  ])('and %s causes a warning, and the load continues', (_, id, note) =>
    withWarehouse(async ({ folder, warehouse, notes }) => {
      const loader = await makeLoader(warehouse, folder);
      const star = writeSample(loader);
      leaveEntry(folder, { id });
      fault = ownStatementsOnly;
      expect((await etl(loader.context)).status).toBe('loaded');
      expect(await readStar(warehouse)).toEqual(star);
      expect(notes.join('\n')).toContain(note);
      expect(notes.join('\n')).toContain('the ledger keeps its files from being loaded twice');
      expect(existsSync(join(journalFolder(folder), 'starload-earlier.journal.json'))).toBe(true);
    }),
  );

  test('is forgotten after a day, but not earlier', () =>
    withWarehouse(async ({ folder, warehouse }) => {
      fault = ownStatementsOnly;
      leaveEntry(folder, { id: OTHER, ageHours: 23 });
      await warehouse.settle();
      expect(readdirSync(journalFolder(folder))).toEqual(['starload-earlier.journal.json']);
      leaveEntry(folder, { id: OTHER, ageHours: 25 });
      await warehouse.settle();
      expect(readdirSync(journalFolder(folder))).toEqual([]);
    }));

  test('does not hide a refusal of another kind', () =>
    withWarehouse(async ({ folder, warehouse }) => {
      leaveEntry(folder, { id: OTHER });
      fault = ({ operation }) => (operation === 'DescribeStatement' ? { kind: 'expired-token' } : undefined);
      await expect(warehouse.settle()).rejects.toThrow('ExpiredTokenException');
      expect(readdirSync(journalFolder(folder))).toHaveLength(1);
    }));
});

describe('the statements that run', () => {
  /** Runs an action while so many batches run that do not end until they are cancelled. */
  async function whileStuck(count: number, action: () => Promise<void>): Promise<void> {
    const { dataApi } = await standin();
    const client = new RedshiftDataClient({ region: REGION, endpoint: dataApi.url });
    fault = ({ operation }) => (operation === 'BatchExecuteStatement' ? { kind: 'stuck', at: 1 } : undefined);
    const address = { ClusterIdentifier: CLUSTER, Database: DATABASE };
    const ids: (string | undefined)[] = [];
    for (let n = 1; n <= count; n += 1) {
      const input = { ...address, Sqls: ['SELECT 1'], StatementName: `starload-stuck-${n}` };
      ids.push((await client.send(new BatchExecuteStatementCommand(input))).Id);
    }
    try {
      await action();
    } finally {
      await Promise.all(ids.map((Id) => cancelled(client, Id)));
      client.destroy();
    }
  }

  /** Cancels a statement and waits for its end: the service cancels after it has answered. */
  async function cancelled(client: RedshiftDataClient, Id: string | undefined): Promise<void> {
    await client.send(new CancelStatementCommand({ Id }));
    await until(async () => (await client.send(new DescribeStatementCommand({ Id }))).Status === 'ABORTED');
  }

  test('are listed page by page', () =>
    withWarehouse(({ warehouse }) =>
      whileStuck(5, async () => {
        const names = (await warehouse.running()).map(({ name }) => name);
        expect(names.sort()).toEqual(['stuck-1', 'stuck-2', 'stuck-3', 'stuck-4', 'stuck-5']);
      }),
    ));

  test("are those of this session where the role's may not be listed, which is said", () =>
    withWarehouse(({ warehouse, notes }) =>
      whileStuck(1, async () => {
        fault = ownStatementsOnly;
        expect((await warehouse.running()).map(({ name }) => name)).toEqual(['stuck-1']);
        expect(notes).toEqual([
          'only statements of this session can be listed, not those of other sessions of its role',
        ]);
      }),
    ));
});
