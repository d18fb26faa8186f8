import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { InterruptedError } from '../../src/errors.ts';
import { generateData } from '../../src/generate/generate.ts';
import { generateGithub } from '../../src/generate/github/generate.ts';
import { openStores } from '../../src/objects/stores.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import type { History } from '../../src/prove/histories.ts';
import { parseRecord, recordText } from '../../src/prove/numbers.ts';
import { type Proof, prove } from '../../src/prove/prove.ts';
import { Fields } from '../../src/prove/records.ts';
import { smallest } from '../../src/prove/shrink.ts';
import { type Model, tableNamed, tablesOf } from '../../src/sql/catalogue.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { openInMemory } from '../../src/warehouse/open.ts';
import { withFolder } from '../support/engines.ts';
import { GITHUB_MODEL, githubModel } from '../support/github.ts';
import { LOCATIONS } from '../support/locations.ts';
import { MUTANTS } from '../support/mutants.ts';
import { sample, scale } from '../support/scale.ts';

interface Trial {
  readonly model: Model;
  readonly histories: number;
  /** The folders of the sources. */
  readonly roots: Readonly<Record<string, string>>;
  /** Called with the number of each history before it is tried. */
  readonly onHistory?: (number: number) => void;
  readonly signal?: AbortSignal;
}

/** A proof of a model over the files in a folder. */
function proofIn(folder: string, { model, histories, roots, ...rest }: Trial): Promise<Proof> {
  const sources = tablesOf(model, 'staging').map((table) => ({
    table,
    root: `${folder}/${roots[table.source ?? '']}`,
    jsonpaths: table.jsonpaths,
  }));
  const openWarehouse = () => openInMemory([folder]);
  const context = {
    ...{ model, sources, spoolRoot: folder },
    storeOf: openStores().storeOf,
    emit: (event: PipelineEvent) => {
      if (event.type === 'doing' && event.what === 'trying histories') rest.onHistory?.(event.done ?? 0);
    },
    signal: rest.signal ?? new AbortController().signal,
  };
  return prove({ context, openWarehouse }, { histories, seed: 1, shrinking: 0 });
}

/** A proof of the built-in model, or of one like it, over a generated sample. */
function proofOf(model: Model, histories: number, watched: Pick<Trial, 'onHistory' | 'signal'> = {}): Promise<Proof> {
  return withFolder(async (folder) => {
    await generateData({ songs: 71, events: 300, seed: 1, out: folder });
    return await proofIn(folder, {
      ...{ model, histories, ...watched },
      roots: { LOG_DATA: 'log_data', SONG_DATA: 'song_data' },
    });
  });
}

test('a proof tells of a key with several rows, which a rebuild gives too', async () => {
  const model = loadModel();
  const twice = (text: string) =>
    text.replace('FROM current_songs', '$& JOIN (SELECT 1 UNION ALL SELECT 2) twice ON 1 = 1');
  const statements = (list: Model['derivation']['load']) =>
    list.map((one) => (one.name === 'insert_songs' ? { ...one, sql: twice(one.sql) } : one));
  const { load, rebuild } = model.derivation;
  const derivation = { ...model.derivation, load: statements(load), rebuild: statements(rebuild) };
  const { counterexample } = await proofOf({ ...model, derivation }, 5);
  expect(counterexample?.findings).toContainEqual({
    table: 'songs',
    example: expect.stringMatching(/^2 rows with the key \w+$/),
  });
});

test('a proof finds that a query for affected keys forgets the places from which plays moved away', () =>
  withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    writeFileSync(join(folder, 'star', 'locations.sql'), LOCATIONS);
    writeFileSync(
      join(folder, 'star', 'locations.affected.sql'),
      "SELECT RTRIM(p.location, ' ') AS location\nFROM songplays p\nJOIN changed_songplays c ON c.songplay_id = p.songplay_id\n",
    );
    const { counterexample } = await proofOf(loadModel(folder), 100);
    expect(counterexample?.findings.map(({ table }) => table)).toContain('locations');
  }));

/** Mutants that a history of loads can tell from the rebuild of the same model, or from another order of the records. */
const INCONSISTENT = [
  'matches only the new triples',
  'looks up no late songs',
  'breaks no tie of events',
  'breaks no tie of songs',
  'lets the earlier version of an event win in a rebuild',
  'lets the earlier version of a song win in a rebuild',
  'forgets the artists a song had before',
  'deletes no time',
  'deletes no songplays',
  'deletes no songs',
  'deletes no users',
];

describe('a proof', () => {
  test('that a signal stops says so, and gives no advice about a SELECT', async () => {
    const stop = new AbortController();
    const stopped = new InterruptedError('SIGTERM', '');
    const onHistory = (number: number) => number === 2 && stop.abort(stopped);
    await expect(proofOf(loadModel(), 4, { onHistory, signal: stop.signal })).rejects.toBe(stopped);
  });

  test('finds nothing wrong with the built-in model, and says what it tried', async () => {
    const { counterexample, histories, kinds } = await proofOf(loadModel(), scale.proven.histories);
    expect({ counterexample, histories }).toEqual({ counterexample: undefined, histories: scale.proven.histories });
    for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(0);
  });

  test.each(sample('mutants that a proof finds', INCONSISTENT, scale.proven.mutants))(
    'finds that a model %s',
    async (name) => {
      const { model } = MUTANTS.find((mutant) => mutant.name === name)?.options() ?? {};
      const { counterexample } = await proofOf(model ?? loadModel(), 100);
      expect(counterexample?.findings.length).toBeGreaterThan(0);
      expect(counterexample?.history.flat().length).toBeGreaterThan(0);
    },
  );
});

/** Mistakes in the GitHub model, each in one of its files. */
const GITHUB_MISTAKES: readonly (readonly [what: string, file: string, from: string, to: string])[] = [
  ['takes one row of all repositories', 'star/repos.sql', 'PARTITION BY e.repo_id ', ''],
  ['looks for changed actors under their repositories', 'star/actors.sql', 'events as actor_id', 'events as repo_id'],
];

describe('a proof of the GitHub model', () => {
  const proofOfGithub = (model: Model, histories: number) =>
    withFolder(async (folder) => {
      await generateGithub({ events: 300, seed: 1, out: folder });
      return proofIn(folder, { model, histories, roots: { GITHUB_EVENTS: 'github_events' } });
    });

  test('finds nothing wrong with it', async () => {
    const { counterexample, refused } = await proofOfGithub(githubModel, scale.proven.histories);
    expect({ counterexample, refused }).toEqual({ counterexample: undefined, refused: 0 });
  });

  test.each(GITHUB_MISTAKES)('finds that it %s', (_, file, from, to) =>
    withFolder(async (folder) => {
      cpSync(GITHUB_MODEL, folder, { recursive: true });
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
      const { counterexample } = await proofOfGithub(loadModel(folder), 100);
      expect(counterexample?.findings.length).toBeGreaterThan(0);
    }),
  );

  test('finds that it keeps the old row of an event', async () => {
    const { derivation } = githubModel;
    const load = derivation.load.filter(({ sql }) => !sql.startsWith('DELETE FROM "activity"'));
    const { counterexample } = await proofOfGithub({ ...githubModel, derivation: { ...derivation, load } }, 100);
    expect(counterexample?.findings.length).toBeGreaterThan(0);
  });
});

describe('a history that goes wrong', () => {
  const file = (name: string, ...ids: readonly number[]) => ({ source: 'S', name, records: ids.map((id) => ({ id })) });
  const history = [[file('a', 1, 2)], [file('b', 3), file('c', 4, 5)], [file('d', 6)]];
  /** It is wrong as long as record 2 comes in a load before record 5. */
  const isWrong = (one: History) => {
    const loadOf = (id: number) =>
      one.findIndex((files) => files.some(({ records }) => records.some((r) => r['id'] === id)));
    return Promise.resolve(loadOf(2) !== -1 && loadOf(2) < loadOf(5));
  };

  test('is made smaller by leaving out loads, files and records that do not matter', async () => {
    expect(await smallest(history, isWrong, Number.POSITIVE_INFINITY)).toEqual([[file('a', 2)], [file('c', 5)]]);
  });

  test('stays as it is when the time is up', async () => {
    expect(await smallest(history, isWrong, Number.NEGATIVE_INFINITY)).toBe(history);
  });
});

describe('the numbers of records', () => {
  test.each([
    ...['1', '-0.5', '1711843200123456', '9007199254740993', '12345678901234567890', '-98765432109876543210'],
    ...['0.12345678901234567890', '236.77342', '1e400', '1E-400', '1.50000000000000000'],
  ])('stay as a file has them: %s', (number) => {
    const json = `{"a":${number},"b":[${number},{"c":${number}}],"d":"x","e":${number}}`;
    expect(recordText(parseRecord(json))).toBe(json);
  });

  test('are no part of texts', () => {
    const json =
      '{"a":"12345678901234567890","b":"\\":12345678901234567890,\\\\","12345678901234567890":[",\\"\\u00005"]}';
    expect(recordText(parseRecord(json))).toBe(json);
  });

  test.each([' ', '\n', '"', '1'])('stay so beside a text of millions of %j', (character) => {
    const json = `{"a":${JSON.stringify(character.repeat(4_000_000))},"b":12345678901234567890}`;
    expect(recordText(parseRecord(json)) === json).toBe(true);
  });

  test('are equal where the files have the same', () => {
    const [one, other] = ['{"a": 12345678901234567890}', '{"b":12345678901234567890}'].map(parseRecord);
    expect(one?.['a']).toBe(other?.['b']);
    expect(parseRecord('{"a": 12.5, "b": 1711843200123456}')).toEqual({ a: 12.5, b: 1711843200123456 });
  });
});

describe('the fields of records', () => {
  const table = tableNamed(loadModel(), 'staging_songs');

  test('are found by name in any case, and replaced where they are', () => {
    const fields = new Fields(table, undefined);
    const record = { Song_ID: 'SO1', title: null };
    expect(fields.value(record, 'song_id')).toBe('SO1');
    expect(fields.with(record, 'song_id', 'SO2')).toEqual({ Song_ID: 'SO2', title: null });
    expect(fields.with(record, 'year', 1)).toEqual(record);
  });

  test('are found by the paths of a jsonpaths file, also in arrays', () => {
    const paths = fields(table).map((name) => (name === 'title' ? ['names', 1, 't'] : [name]));
    const nested = new Fields(table, paths);
    const record = { names: [0, { t: 'x', u: 1 }], year: 7 };
    expect(nested.value(record, 'title')).toBe('x');
    expect(nested.with(record, 'title', 'y')).toEqual({ names: [0, { t: 'y', u: 1 }], year: 7 });
    expect(nested.value({ names: 5 }, 'title')).toBeUndefined();
  });
});

function fields(table: Parameters<typeof tablesOf>[0]['tables'][number]): readonly string[] {
  return new Fields(table, undefined).columns;
}
