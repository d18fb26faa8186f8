import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Part } from '../../src/objects/part.ts';
import { tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { placeBatch, type WorkFolder } from '../../src/warehouse/redshift/work.ts';
import type { Batch, Mapping } from '../../src/warehouse/warehouse.ts';
import { withFolder } from '../support/engines.ts';

/** A work prefix in memory. */
function memoryWork() {
  const written = new Map<string, string>();
  const store: WorkFolder = {
    prefix: 's3://work/starload/',
    region: async () => 'us-west-2',
    put: async (uri, body) => written.set(uri, Buffer.from(body).toString('latin1')),
    copy: async (from, toUri) => written.set(toUri, `copy of ${from.uri}, ${from.version}`),
    remove: async () => {},
  };
  return { store, written };
}

const [events] = tablesOf(loadModel(), 'staging');
const untouched = (uri: string, compression: Part['compression']): Part => ({
  path: uri,
  compression,
  records: 1,
  bytes: 9,
  index: [],
  untouched: { uri, label: uri, size: 9, version: 'etag' },
});

function batchOf(parts: readonly Part[], mapping: Mapping): Batch {
  if (events === undefined) {
    throw new Error('the model has no staging tables');
  }
  return { name: 'RUN', locks: true, steps: [{ kind: 'copy', name: 'copy', table: events, parts, mapping }] };
}

test('bundles are gzipped under the name of the run, and big files in S3 copied there as they were listed', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'part.json');
    writeFileSync(path, '{"ts":1}\n');
    const { store, written } = memoryWork();
    const parts: Part[] = [
      { path, compression: 'none', records: 1, bytes: 9, index: [] },
      untouched('s3://near/a.json', 'none'),
      untouched('s3://far/b.json.gz', 'gzip'),
      untouched('s3://far/C.JSON.BZ2', 'bzip2'),
    ];
    const batch = batchOf(parts, { kind: 'keys', keys: ['a'] });
    const placed = await placeBatch(batch, store);
    const manifest = (name: string) => JSON.parse(written.get(`s3://work/starload/RUN/${name}`) ?? '').entries;
    expect(manifest('staging_events-none.manifest')).toEqual([
      { url: 's3://work/starload/RUN/staging_events-2.json', mandatory: true },
    ]);
    expect(manifest('staging_events-gzip.manifest')).toEqual([
      { url: 's3://work/starload/RUN/staging_events-1.json.gz', mandatory: true },
      { url: 's3://work/starload/RUN/staging_events-3.json.gz', mandatory: true },
    ]);
    expect(manifest('staging_events-bzip2.manifest')).toEqual([
      { url: 's3://work/starload/RUN/staging_events-4.json.bz2', mandatory: true },
    ]);
    const body = written.get('s3://work/starload/RUN/staging_events-1.json.gz') ?? '';
    expect(gunzipSync(Buffer.from(body, 'latin1')).toString()).toBe('{"ts":1}\n');
    expect(written.get('s3://work/starload/RUN/staging_events-2.json')).toBe('copy of s3://near/a.json, etag');
    expect(written.get('s3://work/starload/RUN/staging_events-3.json.gz')).toBe('copy of s3://far/b.json.gz, etag');
    expect(written.get('s3://work/starload/RUN/staging_events.jsonpaths')).toBe(`{"jsonpaths":["$['a']"]}`);
    const [step] = batch.steps;
    expect(step && placed.filesOf(step).map(({ compression }) => compression)).toEqual(['none', 'gzip', 'bzip2']);
    expect([...placed.written].sort()).toEqual([...written.keys()].sort());
  }));

test('a file that changed since it was listed stops the load before anything is submitted', async () => {
  const store: WorkFolder = { ...memoryWork().store, copy: () => Promise.reject(new Error('changed')) };
  const batch = batchOf([untouched('s3://near/a.json', 'none')], { kind: 'names', spellings: new Map() });
  await expect(placeBatch(batch, store)).rejects.toThrow('changed');
});
