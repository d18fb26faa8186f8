// Compiles the files of a tsconfig (tsconfig.build.json without an argument). Each changed file is replaced as a whole,
// one at a time, and files without a source are removed. Programs that run at the same time therefore never find an
// incomplete or missing file. Nothing is compiled if the sources, the compiler and the compiled files are as an earlier
// compilation left them.
//   node scripts/compile.mjs [TSCONFIG]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const [project = 'tsconfig.build.json'] = process.argv.slice(2);
const { rootDir, outDir } = JSON.parse(readFileSync(join(root, project), 'utf8')).compilerOptions;
const target = join(root, outDir);

// Below node_modules, which npm ci removes: a compilation never outlives the modules it was made with.
const stamp = join(root, 'node_modules/.cache/starload', `${project}.compiled`);
const read = digest(root, sources());
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== stampOf(target)) compile();

function compile() {
  const made = mkdtempSync(join(tmpdir(), 'starload-compile-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  try {
    execFileSync(process.execPath, [tsc, '-p', project, '--outDir', made], { cwd: root, stdio: 'inherit' });
    replace(made);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, stampOf(made));
  } catch (error) {
    if (error.status === undefined) throw error;
    process.exitCode = 1;
  }
}

/** What a compilation reads, besides what npm ci installs: all files that may be sources, and how they are compiled. */
function sources() {
  const folders = rootDir === '.' ? ['src', 'standin', 'test'] : [rootDir];
  const files = folders.flatMap((folder) => filesIn(join(root, folder)).map((name) => join(folder, name)));
  return [
    ...files.filter((name) => name.endsWith('.ts')),
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    project,
  ];
}

/** The sources, and what they compile to. */
function stampOf(compiled) {
  return `${read} ${digest(compiled, filesIn(compiled))}`;
}

function digest(folder, names) {
  const hash = createHash('sha256');
  for (const name of [...names].sort()) hash.update(JSON.stringify([name, readFileSync(join(folder, name), 'base64')]));
  return hash.digest('hex');
}

function replace(made) {
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
