import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMAND_TRIALS } from '../support/advice-commands.ts';
import { FILE_TRIALS } from '../support/advice-files.ts';
import { MODEL_TRIALS, useSpoilt, useWhole } from '../support/advice-model.ts';
import { withProject } from '../support/cli-project.ts';
import { withFolder } from '../support/engines.ts';
import { failureOf } from '../support/failures.ts';
import { inProcess } from '../support/in-process.ts';

/** Runs a command with the dwh.cfg of a project. */
function run(folder: string, args: readonly string[]) {
  const own = ['generate-data', 'demo', 'nonsense', '--help'].includes(args[0] ?? '')
    ? []
    : ['--config', join(folder, 'dwh.cfg')];
  const given = args.map((arg) => arg.replace(/^F(?=\/|$)/, folder));
  return inProcess([...given, ...own], { env: { NO_COLOR: '1' } });
}

async function succeeds(folder: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(folder, args);
  expect({ args, code, told: code === 0 ? '' : stdout + stderr }).toEqual({ args, code: 0, told: '' });
}

describe('following the advice leads on', () => {
  test.each([...COMMAND_TRIALS, ...FILE_TRIALS])(
    '$advice',
    ({ advice, before = [], spoil, fails, code, follow, leads = [fails] }) =>
      withProject(async (folder) => {
        for (const args of before) {
          await succeeds(folder, args);
        }
        spoil?.(folder);
        const failure = await run(folder, fails);
        const told = failure.stdout + failure.stderr;
        expect({ code: failure.code, told }).toEqual({ code, told: expect.stringContaining(`next: ${advice}`) });
        follow?.(folder);
        for (const args of leads) {
          await succeeds(folder, args);
        }
      }),
  );

  test.each(MODEL_TRIALS)('$advice', (trial) =>
    withFolder(async (folder) => {
      const failure = await failureOf((async () => useSpoilt(folder, trial))());
      expect(failure).toMatchObject({
        message: expect.stringContaining(trial.file.replace(/^(model|loader)\//, '')),
        next: expect.stringContaining(trial.advice),
      });
      useWhole(folder);
    }),
  );
});
