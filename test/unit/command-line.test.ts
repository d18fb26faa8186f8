import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asStarted, type Start } from '../../src/cli/command-line.ts';
import { ROOT } from '../support/cli.ts';

const BY_NPM = { npm_lifecycle_event: 'etl', npm_command: 'run-script', npm_package_name: 'starload' };
const STARTS: readonly (readonly [string, Start, string])[] = [
  [
    'by npm run',
    { env: BY_NPM, script: '/home/me/starload/dist/main.js', cwd: '/home/me/starload' },
    'npm run etl -- --dry-run',
  ],
  [
    'by node',
    { env: {}, script: '/home/me/starload/dist/main.js', cwd: '/home/me/starload' },
    'node dist/main.js etl --dry-run',
  ],
  [
    'by node from elsewhere',
    { env: {}, script: '/home/me/my starload/dist/main.js', cwd: '/home/me/data' },
    'node "../my starload/dist/main.js" etl --dry-run',
  ],
  [
    'as a global command',
    { env: { PATH: '/usr/bin:/usr/local/bin' }, script: '/usr/local/bin/starload', cwd: '/home/me' },
    'starload etl --dry-run',
  ],
  [
    'by npx',
    {
      env: { npm_lifecycle_event: 'npx', npm_command: 'exec', npm_package_name: 'mine', PATH: '/p/node_modules/.bin' },
      script: '/p/node_modules/.bin/starload',
      cwd: '/p',
    },
    'npx starload etl --dry-run',
  ],
  [
    "by a script of somebody's own package",
    {
      env: { ...BY_NPM, npm_package_name: 'mine', PATH: '/p/node_modules/.bin' },
      script: '/p/node_modules/.bin/starload',
      cwd: '/p',
    },
    'npx starload etl --dry-run',
  ],
  [
    'by the path of an installed package',
    { env: { PATH: '/usr/bin' }, script: '/p/node_modules/starload/dist/main.js', cwd: '/p' },
    'npx starload etl --dry-run',
  ],
];

describe('a command line in a message', () => {
  test.each(STARTS)('is one to type where Starload was started %s', (_, start, expected) => {
    const text = 'First npm run create-tables; then npm run etl -- --dry-run.';
    expect(asStarted(text, start)).toBe(`First ${expected.replace(/etl.*/, 'create-tables')}; then ${expected}.`);
  });

  test.each([
    ['npm run', 'npm run etl -- --config "my own.cfg" --dry-run', 'npm run plan -- --config "my own.cfg"'],
    ['starload', 'starload etl --config "my own.cfg" --dry-run', 'starload plan --config "my own.cfg"'],
  ])('names the dwh.cfg again that was named, where Starload was started by %s', (program, dryRun, plan) => {
    const [, byNpm] = STARTS[0] as (typeof STARTS)[0];
    const [, byName] = STARTS[3] as (typeof STARTS)[0];
    const start = { ...(program === 'npm run' ? byNpm : byName), config: 'my own.cfg' };
    const text = 'npm run etl -- --dry-run, npm run --silent plan; npm run generate-data makes files';
    expect(asStarted(text, start)).toBe(`${dryRun}, ${plan}; ${program} generate-data makes files`);
  });

  test('stands in the sources, and in sql/, in the one form that is understood', () => {
    const [first] = STARTS[3] ? [STARTS[3][1]] : [];
    const own = join(ROOT, 'src', 'cli', 'command-line.ts');
    const files = ['src', 'sql'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(ROOT, folder, name)),
    );
    const texts = files
      .filter((name) => /\.(ts|sql)$/.test(name) && name !== own)
      .map((name) => readFileSync(name, 'utf8'));
    const odd = texts.flatMap(
      (text) => asStarted(text, first).match(/.*(npm run\b(?! \$\{)|(?<=starload [\w-]+) -- ).*/g) ?? [],
    );
    expect(odd.filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))).toEqual([]);
  });

  test('are printed as they are to be typed', () => {
    const folder = join(ROOT, 'src', 'cli');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const printed = files.flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => /\b(story|result)\(.*npm run/.test(line)),
    );
    expect(printed.length).toBeGreaterThan(0);
    expect(printed.filter((line) => !line.includes('asStarted('))).toEqual([]);
  });
});
