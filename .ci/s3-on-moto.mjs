// Tests our S3 store and a whole load on a third-party S3: moto's (see .ci/with-moto).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3 } from '@aws-sdk/client-s3';
import { openStores } from '../dist/objects/stores.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const s3 = new S3({ forcePathStyle: true });
for (const [Bucket, region] of Object.entries({ near: 'us-west-2', far: 'eu-west-1' })) {
  const CreateBucketConfiguration = { LocationConstraint: region };
  await new S3({ forcePathStyle: true, region }).createBucket({ Bucket, CreateBucketConfiguration });
}
const stores = openStores();
const store = stores.storeOf('s3://near/');

async function listAll(root) {
  const found = [];
  for await (const { objects } of store.list(root)) found.push(...objects);
  return found;
}

async function readAll(object, options) {
  const chunks = [];
  for await (const chunk of store.read(object, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// moto answers 404 for a key with a line break. The stand-in's tests cover that case.
const ODD = ['plain', 'with blank', 'plus+and&amp;', '100%', 'a%20b', 'quote\'"', 'ünï/東京 🎵', 'a//b', '=#?;,'];
for (const [index, key] of ODD.entries()) {
  await s3.putObject({ Bucket: 'near', Key: `odd/${key}.json`, Body: `{"n":${index}}` });
}
const listed = await listAll('s3://near/odd');
assert.equal(listed.length, ODD.length);
const contents = await Promise.all(listed.map(async (object) => String(await readAll(object))));
assert.deepEqual(contents.sort(), ODD.map((_, index) => `{"n":${index}}`).sort());
console.log(`ok: ${ODD.length} odd keys are listed and read`);

for (let n = 0; n < 2300; n += 50) {
  const keys = Array.from({ length: 50 }, (_, at) => `many/${n % 7}/${n + at}.json`);
  await Promise.all(keys.map((Key) => s3.putObject({ Bucket: 'near', Key, Body: '{}' })));
}
const many = await listAll('s3://near/many/');
assert.equal(new Set(many.map(({ uri }) => uri)).size, 2300);
await assert.rejects(listAll('s3://near/man'), /nothing is at/);
console.log('ok: 2,300 keys over several pages, and no neighbour of a folder');

const big = Buffer.from(Array.from({ length: 20_000_000 }, (_, at) => at % 251));
await stores.work.put('s3://near/work/big.json', big);
const [object] = await listAll('s3://near/work');
assert.ok((await readAll(object)).equals(big));
console.log('ok: 20 MB written and read as a stream');

assert.equal(await stores.regionOf('far'), 'eu-west-1');
await stores.work.copy(object, 's3://far/work/copy of big.json');
const [copy] = await listAll('s3://far/work/');
assert.equal(copy.size, big.length);
console.log('ok: copied to another region');

await stores.work.put('s3://near/work/big.json', Buffer.from('changed'));
await assert.rejects(readAll(object), /changed since it was listed/);
await assert.rejects(listAll('s3://nowhere/x'), /there is no bucket nowhere/);
// moto ignores x-amz-copy-source-if-match. The stand-in's tests cover it.
console.log('ok: another version than the listed one is refused, and so is a missing bucket');

await stores.work.remove(many.map(({ uri }) => uri));
await stores.work.remove(['s3://near/many/gone.json']);
await assert.rejects(listAll('s3://near/many'), /nothing is at/);
console.log('ok: 2,300 keys removed, and one that was not there');
await stores.close();

const folder = mkdtempSync(join(tmpdir(), 'starload-moto-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function starload(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, '--json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

starload('generate-data', '--out', 'sample', '--songs', '40', '--events', '500', '--seed', '5');
for (const entry of readdirSync(join(folder, 'sample'), { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile()) continue;
  await s3.putObject({ Bucket: 'near', Key: relative(folder, path), Body: readFileSync(path) });
}
const rows = [];
for (const root of ['s3://near/sample', 'sample']) {
  const config = `${rows.length}.cfg`;
  writeFileSync(
    join(folder, config),
    `[S3]\nLOG_DATA=${root}/log_data\nSONG_DATA=${root}/song_data\n[DUCKDB]\nPATH=${rows.length}.duckdb\n`,
  );
  starload('create-tables', '--config', config);
  assert.equal(starload('etl', '--config', config).status, 'loaded');
  assert.equal(starload('etl', '--config', config).status, 'up_to_date');
  rows.push(starload('query', 'SELECT * FROM songplays ORDER BY songplay_id', '--config', config));
}
assert.ok(rows[0].length > 100);
assert.deepEqual(rows[0], rows[1]);
console.log(`ok: the same ${rows[0].length} songplays from S3 as from the folder, and nothing twice`);
