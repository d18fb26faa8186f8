// Compiles the files of a tsconfig (tsconfig.build.json without an argument). Each changed file is replaced as a whole,
// one at a time, and files without a source are removed. Programs that run at the same time therefore never find an
// incomplete or missing file.
//   node scripts/compile.mjs [TSCONFIG]
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const [project = 'tsconfig.build.json'] = process.argv.slice(2);
const target = join(root, JSON.parse(readFileSync(join(root, project), 'utf8')).compilerOptions.outDir);

const made = mkdtempSync(join(tmpdir(), 'starload-compile-'));
process.on('exit', () => rmSync(made, { recursive: true, force: true }));
try {
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', made], { cwd: root, stdio: 'inherit' });
  replace();
} catch (error) {
  if (error.status === undefined) throw error;
  process.exitCode = 1;
}

function replace() {
  const files = filesIn(made);
  for (const file of files.filter((name) => !isSame(join(made, name), join(target, name)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    const beside = join(target, `${file}.${process.pid}`);
    copyFileSync(join(made, file), beside);
    renameSync(beside, join(target, file));
  }
  const kept = new Set(files);
  for (const file of filesIn(target).filter((name) => !kept.has(name.replace(/\.\d+$/, ''))))
    rmSync(join(target, file));
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function isSame(one, other) {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}
