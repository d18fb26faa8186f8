import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The last commit in which the statements of the built-in model were written by hand. */
const COMMIT = '97cbb8d';

/** Builds the version with statements written by hand in a folder. Returns its main.js; needs the clone's history. */
export function buildHandwritten(folder) {
  const made = join(folder, 'handwritten');
  const archive = join(folder, 'handwritten.tar');
  mkdirSync(made);
  execFileSync('git', ['archive', '-o', archive, COMMIT], { cwd: ROOT, stdio: 'inherit' });
  execFileSync('tar', ['-xf', archive, '-C', made], { stdio: 'inherit' });
  symlinkSync(join(ROOT, 'node_modules'), join(made, 'node_modules'));
  execFileSync(process.execPath, ['scripts/compile.mjs'], { cwd: made, stdio: 'inherit' });
  return join(made, 'dist/main.js');
}
