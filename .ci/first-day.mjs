// Runs the commands of docs/first-day.md in order, as a new operator types them. CloudFormation, S3 and STS are moto's
// (see .ci/with-moto). The warehouse is the Redshift stand-in, which reads moto's S3. The output must match the document.
// UPDATE_GOLDEN=1 rewrites the document, for review in the diff.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDataApi } from '../dist-standin/standin/dataapi/server.js';
import { startEngine } from '../dist-standin/standin/engine/engine.js';
import { s3Reader } from '../dist-standin/standin/engine/objects.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DOCUMENT = join(ROOT, 'docs/first-day.md');
const NOT_THEIRS = ['dwh.cfg', '.git', '.starload', 'sample', 'sparkify.duckdb'];
const { AWS_ENDPOINT_URL: moto, AWS_REGION: region } = process.env;

const objects = s3Reader(moto, region);
const engine = await startEngine({ databases: ['dwh'], objects, region, stl: false });
const dataApi = await startDataApi({ engine, clusters: [], workgroups: ['starload'] });
// The path has the same length as the one shown in the document, so that tables have the same width.
const folder = mkdtempSync('/tmp/first-');
for (const name of readdirSync(ROOT).filter((entry) => !NOT_THEIRS.includes(entry))) {
  symlinkSync(join(ROOT, name), join(folder, name));
}

// The stand-in's server does not keep this process alive, and the process must not end before it reports its findings.
const alive = setInterval(() => {}, 1000);
let done = 0;
try {
  const before = readFileSync(DOCUMENT, 'utf8');
  const parts = before.split(/(?<=^```console\n)([\s\S]*?)(?=^```$)/m);
  for (let at = 1; at < parts.length; at += 2) parts[at] = await played(parts[at]);
  const after = parts.join('');
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(DOCUMENT, after);
  else if (after !== before) throw new Error(`docs/first-day.md shows something else:\n${difference(before, after)}`);
  if (done === 0) throw new Error('docs/first-day.md has no commands');
  console.log(`ok: ${done} commands print what docs/first-day.md shows`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await dataApi.stop();
  await engine.stop();
  objects.close();
  clearInterval(alive);
}

/** Returns the block with its commands (the lines that begin with "$ ") and their current output. */
async function played(block) {
  let text = '';
  for (const line of block.split('\n').filter((one) => one.startsWith('$ '))) {
    text += `${line}\n${await outputOf(line.slice(2))}`;
  }
  return text;
}

async function outputOf(command) {
  done += 1;
  const { code, stdout } = await run(command);
  const text = masked(stdout);
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return code === 0 ? ended : `${ended}[exit code ${code}]\n`;
}

function run(command) {
  const env = { ...process.env, AWS_ENDPOINT_URL_REDSHIFT_DATA: dataApi.url, NO_COLOR: '1' };
  // Leaves out npm's own lines ("> starload@0.1.0 etl").
  const options = { cwd: folder, encoding: 'utf8', env: { ...env, npm_config_loglevel: 'silent' }, timeout: 120_000 };
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', `exec 2>&1\n${command}`], options, (error, stdout) =>
      resolve({ code: error === null ? 0 : error.code, stdout }),
    );
    child.stdin.end();
  });
}

/** Replaces times, places, names and versions, which differ on each run. */
function masked(text) {
  return (
    text
      .replaceAll(folder, '/home/me/starload')
      // On an interactive terminal, progress lines do not begin with the time.
      .replace(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ /gm, '')
      .replace(/starload-bucket-[a-z0-9]{12}/g, 'starload-bucket-a1b2c3d4e5f6')
      .replace(/starload-(CopyRole|LoaderPolicy)-[A-Z0-9]{12}/g, 'starload-$1-A1B2C3D4E5F6')
      .replace(/\b20\d{6}T\d{6}Z-[0-9a-f]{16}/g, '20260101T120000Z-0123456789abcdef')
      .replace(/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g, '2026-01-01 12:00:00.000')
      .replace(/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(?!\.)/g, '2026-01-01 12:00:00')
      // Keeps the width of the column.
      .replace(/(2026-01-01 12:00:00\.000 {2})([\d.]+ s +)/g, (_, before, cell) => before + '1.5 s'.padEnd(cell.length))
      .replace(
        /(2026-01-01 12:00:00 {2}\S+ +\d+ {2})([\d.]+ s +)/g,
        (_, before, cell) => before + '1.5 s'.padEnd(cell.length),
      )
      .replace(/done in [\d.]+ m?s/g, 'done in 1.5 s')
      .replace(/^compared: .*$/gm, (line) => line.replace(/[\d.]+ s/g, '0.1 s'))
      .replace(/[\d.]+ [kMGT]?B are free/g, '20.0 GB are free')
      .replace(/Node \d+\.\d+\.\d+/g, 'Node 20.20.2')
  );
}

function difference(before, after) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const at = old.findIndex((line, index) => line !== now[index]);
  const around = (lines, sign) => lines.slice(at, at + 12).map((line) => `${sign} ${line}`);
  return [...around(old, '-'), ...around(now, '+')].join('\n');
}
