import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';

/** Nobody says where, nobody says who, and nobody answers: .ci/provision-on-moto.mjs is where somebody does. */
const NOWHERE = {
  AWS_REGION: '',
  AWS_DEFAULT_REGION: '',
  AWS_PROFILE: '',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
};
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };

async function fails(args: readonly string[], text: string | undefined, env: NodeJS.ProcessEnv = NOWHERE) {
  return withFolder(async (folder) => {
    const config = join(folder, 'dwh.cfg');
    if (text !== undefined) writeFileSync(config, text);
    const { code, stdout } = await starload([...args, '--json'], { cwd: folder, env });
    expect(text === undefined || readFileSync(config, 'utf8') === text).toBe(true);
    return { code, ...JSON.parse(stdout).error };
  });
}

describe.each(['provision', 'teardown'])('%s', (command) => {
  test('wants a region', async () => {
    const error = await fails([command], undefined);
    expect(error).toMatchObject({
      code: 2,
      message: expect.stringMatching(/^the region is not known/),
      next: expect.stringMatching(/--region/),
    });
  });

  test('wants credentials', async () => {
    const error = await fails([command], '[AWS]\nREGION=us-west-2\n');
    expect(error).toMatchObject({ code: 1, message: expect.stringMatching(/^cannot look for the stack starload/) });
    expect(error.next).toMatch(/AWS_PROFILE/);
  });

  test('takes the keys of dwh.cfg, and says when AWS does not answer', async () => {
    const error = await fails([command], '[AWS]\nREGION=us-west-2\nKEY=AKIAEXAMPLE\nSECRET=example\n');
    expect(error).toMatchObject({ code: 1, next: expect.stringMatching(/Look at the network/) });
  }, 60_000);

  test('wants a name that a warehouse can have', async () => {
    expect(await fails([command, '--stack', 'My_Stack'], undefined)).toMatchObject({ code: 2 });
  });

  test('refuses half a pair of keys', async () => {
    const error = await fails([command], '[AWS]\nREGION=us-west-2\nKEY=AKIAEXAMPLE\n');
    expect(error).toMatchObject({
      code: 2,
      kind: 'ConfigError',
      problems: [expect.objectContaining({ key: 'SECRET' })],
    });
  });
});

test('provision begins nothing where dwh.cfg could not be edited afterwards', async () => {
  const text = '[CLUSTER]\nHOST = x\n  y\n';
  const error = await fails(['provision', '--region', 'us-west-2', '--yes'], text, { ...NOWHERE, ...KEYS });
  expect(error).toMatchObject({ code: 2, problems: [expect.objectContaining({ key: 'HOST' })] });
});

test('provision names every wrong option at once, before it asks AWS', async () => {
  const wrong =
    '--engine x --nodes 0 --email nomail --base-capacity 7 --budget-alarm maybe --kms-keys alias/mine --price 0';
  const error = await fails(['provision', ...wrong.split(' ')], undefined);
  expect(error).toMatchObject({
    code: 2,
    message:
      '--engine x is not a kind of warehouse; --nodes 0 is not a number; --base-capacity 7 is not a size of Redshift Serverless; --email nomail is not an e-mail address; --budget-alarm maybe is neither yes nor no; --kms-keys alias/mine is not the ARN of a KMS key; --price is 0',
  });
});

test('provision wants a price that is one', async () => {
  const error = await fails(['provision', '--region', 'us-west-2', '--price', 'cheap'], undefined);
  expect(error).toMatchObject({ code: 2, message: '--price cheap is not a number' });
});
