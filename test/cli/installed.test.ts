import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { untimed } from '../support/untimed.ts';

const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
/** Nothing of npm, as in a user's shell. */
const SHELL = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

/** This package as npm packs it. */
let packed = '';
let tarball = '';
beforeAll(() => {
  packed = mkdtempSync(join(tmpdir(), 'starload-packed-'));
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', packed];
  tarball = join(packed, execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }).trim());
});
afterAll(() => rmSync(packed, { recursive: true, force: true }));

/** Somebody's own package with this one in it; dependencies are those that are here. */
function withInstalled(action: (folder: string) => void): Promise<void> {
  return withFolder(async (folder) => {
    const installed = join(folder, 'node_modules', 'starload');
    mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '--one-top-level=package', '--strip-components=1'], { cwd: folder });
    execFileSync('mv', [join(folder, 'package'), installed]);
    symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
    symlinkSync('../starload/dist/main.js', join(folder, 'node_modules', '.bin', 'starload'));
    execFileSync('chmod', ['+x', join(installed, 'dist', 'main.js')]);
    writeFileSync(join(folder, 'package.json'), '{"name": "mine", "version": "9.9.9"}');
    action(folder);
  });
}

describe('the package, installed in another', () => {
  test('knows its own version, names its commands as it is called, and has the documents it speaks of', () =>
    withInstalled((folder) => {
      const bin = join(folder, 'node_modules', '.bin');
      const run = (args: readonly string[], path = '') => {
        const env = { ...SHELL, PATH: `${path}:${process.env['PATH']}` };
        return spawnSync(join(bin, 'starload'), args, { cwd: folder, env, encoding: 'utf8' });
      };
      expect(run(['--version']).stdout.trim()).toBe(VERSION);
      expect(run(['etl', '--nonsense']).stderr).toContain('next: npx starload etl --help lists its options.');
      expect(run(['etl', '--nonsense'], bin).stderr).toContain('next: starload etl --help lists its options.');
      expect(run(['nonsense'], bin).stderr).toContain('next: starload --help lists commands and options.');
      const { stdout } = run(['etl', '--help'], bin);
      expect(stdout).toContain('starload etl --max-errors 10');
      expect(stdout).not.toContain('npm run');
      const [output = ''] = /\S*docs\/output\.md/.exec(stdout) ?? [];
      expect(readFileSync(join(folder, output.replace('(', '')), 'utf8')).toContain('# ');
      const [example = ''] = /\S+dwh\.cfg\.example/.exec(run(['check'], bin).stdout) ?? [];
      expect(readFileSync(join(folder, example), 'utf8')).toContain('[S3]');
    }));

  test('loads into a warehouse, and a message leads on', () =>
    withInstalled((folder) => {
      const bin = join(folder, 'node_modules', '.bin');
      const env = { ...SHELL, PATH: `${bin}:${process.env['PATH']}` };
      const run = (line: string) => spawnSync('sh', ['-c', line], { cwd: folder, env, encoding: 'utf8' });
      expect(run('starload generate-data --songs 12 --events 300 --seed 3')).toMatchObject({ status: 0 });
      expect(run('cp node_modules/starload/dwh.cfg.example dwh.cfg')).toMatchObject({ status: 0 });
      const { stderr } = run('starload etl');
      const [, next = ''] = /^next: Run (starload \S+) first/m.exec(untimed(stderr)) ?? [stderr];
      expect(next).toBe('starload create-tables');
      expect(run(next)).toMatchObject({ status: 0 });
      expect(run('starload etl')).toMatchObject({ status: 0 });
      expect(run('starload query -- "SELECT COUNT(*) AS n FROM songs" --format csv').stdout).toContain('12');
    }));
});
