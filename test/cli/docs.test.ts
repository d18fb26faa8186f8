import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';

/** What the project's own check runs as it stands in the README. */
const RUN_BY_CI = ['npm ci', 'npm test', 'npm run bench'];

test(
  'every command of the documents works, in their order, and the demo prints what the README shows',
  () =>
    withFolder(async (folder) => {
      for (const name of readdirSync(ROOT).filter(
        (entry) => !['dwh.cfg', '.git', '.starload', 'sample'].includes(entry),
      )) {
        symlinkSync(join(ROOT, name), join(folder, name));
      }
      const documents = [
        'README.md',
        ...readdirSync(join(ROOT, 'docs'))
          .filter((name) => name.endsWith('.md'))
          .map((name) => `docs/${name}`),
      ];
      const commands = documents.flatMap((name) => commandsOf(readFileSync(join(ROOT, name), 'utf8')));
      expect(commands).toContain('npm run etl');
      for (const command of new Set(commands.filter((one) => !RUN_BY_CI.includes(one)))) {
        const { status, stdout, stderr } = spawnSync('sh', ['-c', command.replace('npm run', 'npm run --silent')], {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, NO_COLOR: '1' },
        });
        expect({ command, status, stderr: status === 0 ? '' : stderr }).toEqual({ command, status: 0, stderr: '' });
        if (command === 'npm run demo') {
          expect(maskTimes(readFileSync(join(ROOT, 'README.md'), 'utf8'))).toContain(maskTimes(stdout.trim()));
        }
      }
    }),
  120_000,
);

/** The command lines of the blocks marked sh; `&&` joins several. */
function commandsOf(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split(/\n|&&/))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function maskTimes(text: string): string {
  return text.replace(/\d+\.\d+ s\b/g, '… s');
}
