import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startS3Server } from '../../standin/s3-server.ts';
import { STACK_TRIALS, type StackWorld } from '../support/advice-provision.ts';
import { starload } from '../support/cli.ts';
import { startCloudFormation } from '../support/cloudformation.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';

let aws: StackWorld;
beforeAll(async () => {
  aws = Object.assign(await startCloudFormation(), { s3: await startS3Server({ region: 'us-west-2' }) });
});
beforeEach(() => {
  aws.stacks.clear();
  aws.refuse = () => undefined;
  aws.reason = undefined;
  aws.s3.faults = () => undefined;
});
afterAll(async () => {
  await aws.stop();
  await aws.s3.stop();
});

/** Keys, and no region. */
const environment = () => ({
  AWS_ENDPOINT_URL_CLOUDFORMATION: aws.url,
  AWS_ENDPOINT_URL_S3: aws.s3.url,
  AWS_ACCESS_KEY_ID: 'standin',
  AWS_SECRET_ACCESS_KEY: 'standin',
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  NO_COLOR: '1',
});

const run = (folder: string, args: readonly string[]) =>
  inProcess([...args, '--config', join(folder, 'dwh.cfg')], { env: environment() });

async function succeeds(folder: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(folder, args);
  expect({ args, code, told: code === 0 ? '' : stdout + stderr }).toEqual({ args, code: 0, told: '' });
}

describe('following the advice of provision leads on', () => {
  test.each(STACK_TRIALS)('$advice', ({ advice, code, before = [], spoil, fails, follow, leads = [fails] }) =>
    withFolder(async (folder) => {
      for (const args of before) {
        await succeeds(folder, args);
      }
      spoil?.(aws, folder);
      const failure = await run(folder, fails);
      const told = failure.stdout + failure.stderr;
      expect({ code: failure.code, told }).toEqual({ code, told: expect.stringContaining(`next: ${advice}`) });
      follow?.(aws, folder);
      for (const args of leads) {
        await succeeds(folder, args);
      }
    }),
  );

  test('after a signal, the same command watches what CloudFormation goes on with', () =>
    withFolder(async (folder) => {
      const provision = ['provision', '--region', 'us-west-2', '--yes'];
      await succeeds(folder, provision);
      const stack = aws.stacks.get('starload') as NonNullable<ReturnType<typeof aws.stacks.get>>;
      stack.status = 'UPDATE_IN_PROGRESS';
      stack.events.push({ resource: 'Bucket', type: 'AWS::S3::Bucket', status: 'UPDATE_COMPLETE' });
      const stopped = await starload([...provision, '--config', join(folder, 'dwh.cfg')], {
        env: environment(),
        onStderr: (told, kill) => {
          // A second signal would end the process at once.
          if (told.endsWith('UPDATE_COMPLETE\n')) kill('SIGINT');
        },
      });
      expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining(`next: ${WATCHES}`) });
      stack.status = 'UPDATE_COMPLETE';
      await succeeds(folder, provision);
    }));
});

const WATCHES = 'Run the same command again at any time: it watches';
