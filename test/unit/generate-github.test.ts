import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { generateGithub } from '../../src/generate/github/generate.ts';
import { SAMPLES } from '../../src/generate/samples.ts';
import { RecordFramer } from '../../src/records/frame.ts';
import { rewriter } from '../../src/records/rewrite.ts';
import { UnknownKeys } from '../../src/records/unknown-keys.ts';
import { wantedKeys } from '../../src/records/wanted-keys.ts';
import { WholeRecords } from '../../src/records/whole-records.ts';
import { loadedColumns, tablesOf } from '../../src/sql/catalogue.ts';
import { readModelPaths } from '../../src/sql/jsonpaths.ts';
import { loadModel, packagedModel, packagedModels, readSources } from '../../src/sql/read-model.ts';
import { withFolder } from '../support/engines.ts';

interface Made {
  readonly id: string;
  readonly type: string;
  readonly actor: { readonly id: number; readonly login: string; readonly display_login: string };
  readonly repo: { readonly id: number; readonly name: string };
  readonly org?: { readonly id: number; readonly login: string };
  readonly payload: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

/** The records of each file. */
function made(events: number, seed: number): Promise<ReadonlyMap<string, readonly Made[]>> {
  return withFolder(async (out) => {
    const summary = await generateGithub({ events, seed, out });
    const folder = join(out, 'github_events');
    const files = new Map(readdirSync(folder).map((name) => [name, recordsIn(join(folder, name))]));
    const all = [...files.values()].flat();
    expect(summary).toMatchObject({
      events: all.length,
      files: files.size,
      actors: new Set(all.map(({ actor }) => actor.id)).size,
      repos: new Set(all.map(({ repo }) => repo.id)).size,
    });
    return files;
  });
}

function recordsIn(path: string): readonly Made[] {
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('made public events of GitHub', () => {
  test('are the same for the same seed, and others for another', async () => {
    const first = await made(200, 5);
    expect(await made(200, 5)).toEqual(first);
    expect(await made(200, 6)).not.toEqual(first);
  });

  test('are in hourly files, in order, each with a number of its own', async () => {
    const files = await made(3000, 1);
    expect(files.size).toBe(48);
    for (const [name, events] of files) {
      const [, day, hour = ''] = /^(\d{4}-\d\d-\d\d)-(\d{1,2})\.json\.gz$/.exec(name) ?? [];
      const times = events.map(({ created_at }) => created_at);
      const prefix = `${day}T${hour.padStart(2, '0')}:`;
      expect(times.filter((time) => !time.startsWith(prefix) || !/:\d\d:\d\dZ$/.test(time))).toEqual([]);
      expect(times).toEqual(times.toSorted());
    }
    const ids = [...files.values()].flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(3000);
    expect(ids.filter((id) => !/^\d{11}$/.test(id))).toEqual([]);
  });

  test('have names as GitHub permits them, of which some change', async () => {
    const events = [...(await made(6000, 1)).values()].flat();
    const login = /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\[bot\])?$/;
    expect(events.filter(({ actor }) => !login.test(actor.login) || actor.login.length > 39)).toEqual([]);
    expect(events.filter(({ repo }) => !/^[A-Za-z0-9-]+\/[\w.-]{1,100}$/.test(repo.name))).toEqual([]);
    expect(events.filter(({ actor }) => actor.display_login !== actor.login.replace('[bot]', ''))).toEqual([]);
    const renamed = (pairs: readonly (readonly [id: number, name: string])[]) =>
      new Set(pairs.map((pair) => pair.join())).size - new Set(pairs.map(([id]) => id)).size;
    expect(renamed(events.map(({ actor }) => [actor.id, actor.login]))).toBeGreaterThan(0);
    expect(renamed(events.map(({ repo }) => [repo.id, repo.name]))).toBeGreaterThan(0);
    const orgs = events.flatMap(({ org }) => org ?? []);
    expect(orgs.length).toBeGreaterThan(events.length / 5);
    expect(orgs.length).toBeLessThan(events.length * 0.8);
    expect(new Set(events.map(({ repo }) => repo.name)).size).toBeGreaterThanOrEqual(
      new Set(events.map(({ repo }) => repo.id)).size,
    );
  });

  test('have types in their shares, and actions where the type has any', async () => {
    const events = [...(await made(6000, 1)).values()].flat();
    const share = (type: string) => events.filter((event) => event.type === type).length / events.length;
    expect(share('PushEvent')).toBeGreaterThan(0.45);
    expect(share('WatchEvent')).toBeGreaterThan(0.03);
    const acting = new Set(events.filter(({ payload }) => 'action' in payload).map(({ type }) => type));
    expect(acting).toContain('WatchEvent');
    expect(acting).not.toContain('PushEvent');
  });

  test('can be none', async () => {
    expect((await made(0, 1)).size).toBe(0);
  });
});

test('made events have no key that the model of GitHub does not know', async () => {
  const [table] = tablesOf(loadModel(packagedModel('github')), 'staging');
  if (table?.jsonpaths === undefined) throw new Error('The model has no paths.');
  const paths = readModelPaths(readFileSync(table.jsonpaths), table.jsonpaths, loadedColumns(table).length);
  const wanted = wantedKeys(table, paths);
  const unknown = new UnknownKeys({ ignored: table.ignored, exact: wanted.exact });
  const rewrite = rewriter(wanted, unknown);
  const sink = new WholeRecords((record) => void rewrite(record.toString()));
  const framer = new RecordFramer({ wanted, unknown, sink });
  const records = [...(await made(500, 5)).values()].flat();
  framer.push(Buffer.from(records.map((record) => JSON.stringify(record)).join('\n')));
  expect(framer.end().records).toBe(500);
  unknown.keepFile('all');
  expect(unknown.found()).toEqual({ keys: [], more: undefined });
});

test('every model of the package has made data, with its sources, and a demo with its questions', () => {
  expect(SAMPLES.map(({ model }) => model).toSorted()).toEqual(packagedModels());
  for (const { model, sources, questions } of SAMPLES) {
    const folder = packagedModel(model);
    expect(Object.keys(sources).toSorted()).toEqual(
      readSources(folder)
        .map(({ name }) => name)
        .toSorted(),
    );
    const asked = loadModel(folder).queries.map(({ name }) => name);
    expect(questions.filter((question) => !asked.includes(question))).toEqual([]);
  }
});
