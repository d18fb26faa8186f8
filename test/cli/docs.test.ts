import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';

/** What the project's own check runs as it stands in the README. */
const RUN_BY_CI = ['npm ci', 'npm test', 'npm run bench'];

/** The commands whose whole output a document shows. */
const SHOWN: Readonly<Record<string, string>> = {
  'npm run demo': 'README.md',
  'npm run demo -- --model github': 'docs/models.md',
};

test(
  'every command of the documents works, in their order, and the demos print what the documents show',
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
      const steps = documents.flatMap((name) => stepsOf(readFileSync(join(ROOT, name), 'utf8')));
      expect(steps.flatMap(({ command }) => command ?? [])).toContain('npm run etl');
      for (const step of stepsToTake(steps)) {
        if (step.file === undefined) runIn(folder, step.command);
        else writeFileSync(join(folder, step.file), step.text);
      }
    }),
  240_000,
);

function runIn(folder: string, command: string): void {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command.replace('npm run', 'npm run --silent')], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect({ command, status, stderr: status === 0 ? '' : stderr }).toEqual({ command, status: 0, stderr: '' });
  const shownIn = SHOWN[command];
  if (shownIn !== undefined) {
    expect(maskTimes(readFileSync(join(ROOT, shownIn), 'utf8'))).toContain(maskTimes(stdout.trim()));
  }
}

/** Each command once, and once more if a file was written since into the folder that it names. */
function stepsToTake(steps: readonly DocumentStep[]): readonly DocumentStep[] {
  const done = new Set<string>(RUN_BY_CI);
  return steps.filter(({ command, file }) => {
    if (file !== undefined) {
      const [folder = ''] = file.split('/');
      for (const one of [...done].filter((other) => other.includes(folder))) done.delete(one);
      return true;
    }
    const isNew = !done.has(command);
    done.add(command);
    return isNew;
  });
}

type DocumentStep =
  | { readonly command: string; readonly file?: undefined; readonly text?: undefined }
  | { readonly command?: undefined; readonly file: string; readonly text: string };

/**
 * The command lines of the blocks marked sh, of which `&&` joins several, and the files whose texts are blocks marked sql
 * with a path.
 */
function stepsOf(markdown: string): readonly DocumentStep[] {
  const blocks = [...markdown.matchAll(/^```(sh|sql (\S+))\n([\s\S]*?)^```/gm)];
  return blocks.flatMap(([, , file, text = '']): readonly DocumentStep[] => {
    const lines = text.split(/\n|&&/).map((line) => line.trim());
    return file === undefined ? lines.filter((line) => line !== '').map((command) => ({ command })) : [{ file, text }];
  });
}

function maskTimes(text: string): string {
  return text.replace(/\d+\.\d+ s\b/g, '… s');
}
