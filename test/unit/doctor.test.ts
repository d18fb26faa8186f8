import { afterEach, describe, expect, test } from '@jest/globals';
import { askWhoAmI } from '../../src/aws/identity.ts';
import { type CheckResult, type DoctorCheck, runChecks } from '../../src/doctor/checks.ts';
import type { Examination, Learnt } from '../../src/doctor/examination.ts';
import { examineMachine } from '../../src/doctor/examine.ts';
import { checkPrivileges } from '../../src/doctor/privileges.ts';
import { sourceChecks } from '../../src/doctor/sources.ts';
import { DataError, StarloadError } from '../../src/errors.ts';
import { MemoryStore } from '../../src/objects/memory.ts';
import { type ListPage, reasonToSkip } from '../../src/objects/objects.ts';
import { shapeProblems } from '../../src/pipeline/shape.ts';
import { loadedColumns, type Table, tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import type { Value, Warehouse } from '../../src/warehouse/warehouse.ts';
import { HAS_ZSTD, LINES_ZSTD } from '../support/compressed.ts';
import { testIf } from '../support/skips.ts';

const model = loadModel();
const signal = new AbortController().signal;

describe('checks', () => {
  const check = (name: string, needs: readonly string[], run: DoctorCheck['run']): DoctorCheck => ({
    name,
    needs,
    run,
  });
  const fine = async () => ({ reason: 'fine' });

  test('are all made, but for those that need one that failed, was skipped or blocks', async () => {
    const told: CheckResult[] = [];
    const found = await runChecks(
      [
        check('a', [], fine),
        check('b', ['a', 'nobody makes this one'], async () => {
          throw new StarloadError('broken:\n  first\n  second', { next: 'Mend it.' });
        }),
        check('c', ['b'], fine),
        check('d', ['c'], fine),
        check('e', [], async () => ({ status: 'warning', reason: 'odd' })),
        check('f', ['e'], async () => ({ status: 'warning', reason: 'empty', blocks: true })),
        check('g', ['f'], fine),
        check('h', ['a'], fine),
      ],
      { signal, onFinding: (finding) => told.push(finding) },
    );
    expect(found).toEqual([
      { check: 'a', status: 'ok', reason: 'fine' },
      { check: 'b', status: 'failed', reason: 'broken; first; second', next: 'Mend it.' },
      { check: 'c', status: 'skipped', reason: 'b must pass first' },
      { check: 'd', status: 'skipped', reason: 'c must pass first' },
      { check: 'e', status: 'warning', reason: 'odd' },
      { check: 'f', status: 'warning', reason: 'empty' },
      { check: 'g', status: 'skipped', reason: 'f must pass first' },
      { check: 'h', status: 'ok', reason: 'fine' },
    ]);
    expect(told).toEqual(found);
  });

  test('show no text of the data, and end with the signal', async () => {
    const bad = check('a', [], async () => {
      throw new DataError('one value does not fit', [{ file: 'f', line: 1, reason: 'bad', excerpt: 'private' }]);
    });
    const [finding] = await runChecks([bad], { signal, onFinding: () => {} });
    expect(finding).toMatchObject({ status: 'failed', reason: 'one value does not fit; f, line 1: bad' });
    const stop = new AbortController();
    const stopping = check('s', [], async () => {
      stop.abort(new Error('stopped'));
      return fine();
    });
    await expect(runChecks([stopping], { signal: stop.signal, onFinding: () => {} })).rejects.toThrow('stopped');
  });

  test.each([
    ['20.19.9', 'failed'],
    ['18.20.0', 'failed'],
    ['20.20.0', 'ok'],
    ['22.0.0', 'ok'],
  ])('of Node %s end as %s', async (version, status) => {
    const found: CheckResult[] = [];
    await examineMachine((finding) => found.push(finding), version);
    expect(found[0]).toMatchObject({ check: 'node', status });
  });
});

describe('the shape of a table', () => {
  const [table] = tablesOf(model, 'staging').filter(({ name }) => name === 'staging_songs');
  const types = { varchar: 'character varying', bigint: 'bigint', double: 'double precision' };
  const right = (table?.columns ?? []).map(({ name, type, maxBytes }) => ({
    name,
    type: type === 'timestamp' ? 'timestamp without time zone' : types[type as keyof typeof types],
    length: maxBytes,
  }));
  const edited = (name: string, changes: object) =>
    right.map((column) => (column.name === name ? { ...column, ...changes } : column));

  test.each([
    ['right', right, []],
    ['with a column more', [...right, { name: 'extra', type: 'json', length: undefined }], []],
    ['of an engine without lengths', right.map((column) => ({ ...column, length: undefined })), []],
    ['short of a column', right.slice(1), [`staging_songs.${right[0]?.name} is missing`]],
    ['too narrow', edited('title', { length: 256 }), ['staging_songs.title holds 256 instead of 1024']],
    [
      'of another type',
      edited('duration', { type: 'real' }),
      ['staging_songs.duration is real instead of DOUBLE PRECISION'],
    ],
    [
      'with a time zone',
      edited('loaded_at', { type: 'timestamp with time zone' }),
      ['staging_songs.loaded_at is timestamp with time zone instead of TIMESTAMP'],
    ],
  ])('is told when %s', (_, found, problems) => {
    const columns = found.map((column) => ({ ...column, isRequired: false }));
    expect(table && shapeProblems(table, columns)).toEqual(problems);
  });
});

describe('privileges', () => {
  /** A warehouse whose catalogue grants this much. */
  const granting = (schema: readonly Value[], tables: readonly (readonly Value[])[]) =>
    ({
      engine: 'postgres',
      schema: async () => 'public',
      query: async (sql: string) => ({ columns: [], rows: sql.includes('has_table') ? tables : [schema] }),
    }) as unknown as Warehouse;
  const examine = (schema: readonly Value[], tables: readonly (readonly Value[])[]) => {
    const names = new Set(tables.map(([name]) => String(name)));
    const learnt: Learnt = { warehouse: granting(schema, tables), schema: 'public', tables: names, samples: new Map() };
    return checkPrivileges({ model } as Examination, learnt);
  };

  test('that are lacking are named, each where it is needed', async () => {
    const all = [true, true, true, true];
    expect(await examine([true, true, true], [['songs', true, true, false, true]])).not.toHaveProperty('status');
    await expect(
      examine(
        [true, false, false],
        [
          ['songs', true, false, false, false],
          ['load_run', true, true, false, true],
          ['users', ...all],
        ],
      ),
    ).rejects.toThrow('lacks CREATE on the schema; TEMP on the database; INSERT, DELETE on songs; UPDATE on load_run');
  });
});

describe('a source', () => {
  const [table] = tablesOf(model, 'staging');
  const run = (store: MemoryStore) => {
    const sources = table === undefined ? [] : [{ table, root: 'memory://log', jsonpaths: undefined }];
    const examination = { sources, storeOf: () => store, signal } as unknown as Examination;
    return runChecks(sourceChecks(examination, { samples: new Map() }), { signal, onFinding: () => {} });
  };

  test.each<[string, Record<string, string>, string, RegExp]>([
    ['of nothing but blanks', { 'a.json': ' \n' }, 'warning', /holds no record/],
    ['that is malformed', { 'a.json': '{"ts":' }, 'failed', /log\/a\.json, line 1: the file ends inside the record/],
    ['that lacks keys', { 'a.json': '{"TS":1,"page":"Home"}' }, 'failed', /has no iteminsession, sessionid/],
  ])('%s is found when it is read', async (_, files, status, reason) => {
    const store = new MemoryStore();
    for (const [name, text] of Object.entries(files)) {
      store.files.set(`memory://log/${name}`, text);
    }
    const [listed, read] = await run(store);
    expect(listed).toMatchObject({ status: 'ok' });
    expect(read).toMatchObject({ status, reason: expect.stringMatching(reason) });
  });

  test('of a model with a jsonpaths file needs a work prefix on Redshift, unless dwh.cfg names the file in S3', async () => {
    const check = async (jsonpaths: string, others: Partial<Examination> = {}) => {
      const store = new MemoryStore();
      const columns = loadedColumns(table as Table).map(({ name }) => `$.${name}`);
      store.files.set(jsonpaths, JSON.stringify({ jsonpaths: columns }));
      const sources = [{ table, root: 's3://data/log', jsonpaths }];
      const aws = { redshift: { region: 'us-west-2', role: 'role' } };
      const examination = { sources, storeOf: () => store, signal, aws, ...others } as unknown as Examination;
      const found = await runChecks(sourceChecks(examination, { samples: new Map() }), { signal, onFinding: () => {} });
      return found.find(({ check }) => check.startsWith('jsonpaths '));
    };
    expect(await check('/model/staging/log.json')).toMatchObject({
      status: 'failed',
      reason: '/model/staging/log.json is not in S3, and dwh.cfg has no WORK_PREFIX to bring it there',
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3].',
    });
    expect(await check('s3://data/log.json')).toMatchObject({ status: 'ok' });
    const work = { prefix: 's3://work/' } as unknown as NonNullable<Examination['work']>;
    expect(await check('/model/staging/log.json', { work })).toMatchObject({ status: 'ok' });
  });

  test('that begins with an array needs a work prefix on Redshift', async () => {
    const store = new MemoryStore();
    store.files.set('memory://log/a.json', '[{"ts":1,"page":"Home","sessionid":1,"iteminsession":1}]');
    const sources = [{ table, root: 'memory://log', jsonpaths: undefined }];
    const check = async (others: Partial<Examination>) => {
      const examination = { sources, storeOf: () => store, signal, ...others } as unknown as Examination;
      const found = await runChecks(sourceChecks(examination, { samples: new Map() }), { signal, onFinding: () => {} });
      return found[1];
    };
    expect(await check({})).toMatchObject({ status: 'ok' });
    const aws = { redshift: { region: 'us-west-2', role: 'role' } } as unknown as NonNullable<Examination['aws']>;
    expect(await check({ aws })).toMatchObject({
      status: 'failed',
      reason: 'memory://log/a.json is one array, and COPY does not take its elements for rows',
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3].',
    });
    const work = { prefix: 's3://work/' } as unknown as NonNullable<Examination['work']>;
    expect(await check({ aws, work })).toMatchObject({ status: 'ok' });
  });

  test('without data is a warning that names what is passed over', async () => {
    class Hidden extends MemoryStore {
      override async *list(): AsyncIterable<ListPage> {
        yield { objects: [], skipped: [{ label: '.a.json', reason: 'hidden' }] };
      }
    }
    expect(await run(new Hidden())).toMatchObject([
      { status: 'warning', reason: 'memory://log holds no data; 1 others are ignored, such as .a.json (hidden)' },
      { status: 'skipped' },
      { status: 'skipped' },
    ]);
  });

  test('says which files are passed over because of their names, also if there are others', async () => {
    class Named extends MemoryStore {
      override async *list(): AsyncIterable<ListPage> {
        const skipped = ['.a.csv', 'a.csv'].map((label) => ({ label, reason: reasonToSkip(label) ?? '' }));
        const { uri, label, size } = { uri: 'memory://log/a.jsonl', label: 'memory://log/a.jsonl', size: 9 };
        yield { objects: this.files.has(uri) ? [{ uri, label, size, version: 'one' }] : [], skipped };
      }
    }
    const over =
      '1 file is passed over, because its name does not end in .json, .jsonl or .ndjson, with or without .gz, .zst or .bz2: a.csv';
    const store = new Named();
    expect((await run(store))[0]).toMatchObject({ status: 'warning', reason: `memory://log holds no data; ${over}` });
    store.files.set('memory://log/a.jsonl', '{"ts":1}\n');
    expect((await run(store))[0]).toMatchObject({ status: 'ok', reason: `memory://log: files: 1; ${over}` });
  });

  testIf(!HAS_ZSTD, 'zstd that cannot be read: Node.js has it from 22.15 on')(
    'says that a file is compressed with zstd, if a load cannot read it',
    async () => {
      const store = new MemoryStore();
      store.files.set('memory://log/a.json', '{"ts":1}\n');
      store.files.set('memory://log/b.json.zst', LINES_ZSTD);
      expect((await run(store))[0]).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('b.json.zst is compressed with zstd, which Node.js'),
      });
    },
  );
});

describe('whose credentials these are', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) {
      if (!(name in before)) {
        delete process.env[name];
      }
    }
    Object.assign(process.env, before);
  });

  test('is not known where STS does not answer', async () => {
    process.env['AWS_ENDPOINT_URL_STS'] = 'http://127.0.0.1:9';
    const asked = askWhoAmI({ region: 'us-west-2', accessKeyId: 'key', secretAccessKey: 'marked-secret' });
    await expect(asked).rejects.toThrow('STS does not answer');
    await expect(asked).rejects.not.toThrow('marked-secret');
  });

  test('is nobody where there are none', async () => {
    for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) {
      delete process.env[name];
    }
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CONFIG_FILE: '/dev/null',
    });
    await expect(askWhoAmI({ region: 'us-west-2' })).rejects.toMatchObject({
      message: expect.stringContaining('Could not load credentials'),
      next: expect.stringContaining('AWS_PROFILE'),
    });
  });
});
