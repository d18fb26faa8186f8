import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type S3Server, startS3Server } from '../../standin/s3-server.ts';
import { INIT_TRIALS } from '../support/advice-init.ts';
import { inProcess } from '../support/in-process.ts';
import { document, type InitProject, loadsAsItStands, withRecords } from '../support/init.ts';

const ORDERS = Array.from({ length: 40 }, (_, at) => ({
  order_id: at + 1,
  customer_id: at % 7,
  customer_name: `Customer ${at % 7}`,
  amount: at * 1.25,
  rate: at / 3,
  reference: `1234567890123456${at}`,
  paid: at % 2 === 0,
  ordered_at: `2024-01-${String((at % 28) + 1).padStart(2, '0')} 10:00:00`,
}));

/** Events of things below their first level; the last file has keys that no other has. */
const EVENTS = Array.from({ length: 60 }, (_, at) => ({
  id: `e${at}`,
  ts: 1_706_781_600_000 + at * 1000,
  createdAt: `2024-02-${String((at % 28) + 1).padStart(2, '0')}T10:00:00Z`,
  actor: { id: at % 5, login: `user${at % 5}` },
  payload: { tags: at % 3 === 0 ? ['a', 'b'] : [], ...(at === 59 ? { late: { deep: 7 } } : {}) },
}));

describe('init', () => {
  test('makes a model of flat records that loads as it stands', () =>
    withRecords({ 'orders/a.json': ORDERS }, async (project) => {
      const made = await document(project, ['orders']);
      expect(made.sources[0]).toMatchObject({
        ...{ source: 'ORDERS', table: 'orders', files: 1, records: 40, jsonpaths: false },
        key: { columns: ['order_id'], kind: 'found', reason: 'each of all 40 records has a value of its own' },
        dimensions: [{ table: 'customers', key: 'customer_id', columns: ['customer_name'] }],
      });
      expect(await loadsAsItStands(project)).toMatchObject({ staging_orders: 40, orders: 40, customers: 7 });
      expect(await project.rows('SELECT * FROM orders WHERE order_id = 3')).toEqual([
        {
          order_id: 3,
          customer_id: 2,
          customer_name: 'Customer 2',
          amount: 2.5,
          rate: 2 / 3,
          reference: '12345678901234562',
          paid: 'true',
          ordered_at: '2024-01-03 10:00:00.000',
        },
      ]);
    }));

  test('makes a model of nested events and of a second source, in plain and compressed files, with keys that come late', () =>
    withRecords(
      { 'events/a.json': EVENTS.slice(0, 30), 'events/b/c.json.gz': EVENTS.slice(30), 'orders/a.json': ORDERS },
      async (project) => {
        const made = await document(project, ['events', 'orders']);
        expect(made.sources[0]).toMatchObject({ records: 60, files: 2, jsonpaths: true, key: { columns: ['id'] } });
        const late = made.sources[0].columns.find(({ name }: { name: string }) => name === 'payload_late_deep');
        expect(late).toMatchObject({ path: ['payload', 'late', 'deep'], type: 'BIGINT', missing: 59 });
        expect(await loadsAsItStands(project, 20)).toMatchObject({ events: 60, actors: 5, orders: 40, customers: 7 });
        expect(await project.rows('SELECT * FROM events WHERE payload_late_deep = 7')).toEqual([
          {
            ...{ id: 'e59', actor_id: 4, actor_login: 'user4', payload_tags: '[]', payload_late_deep: 7 },
            ...{ ts_utc: '2024-02-01 10:00:59.000', createdat_utc: '2024-02-04 10:00:00.000' },
          },
        ]);
        expect(await project.run('query', '--question', 'top_actors')).toMatchObject({ code: 0 });
      },
    ));

  test('says what it was not sure of, and where its tables are', () =>
    withRecords({ 'events/a.json': EVENTS }, async (project) => {
      const { stdout } = await project.init(['events']);
      expect(stdout).toMatch(/key: id \(each of all 60 records has a value of its own\)/);
      expect(stdout).toMatch(/ts +holds milliseconds since 1970: a BIGINT, and a TIMESTAMP in ts_utc/);
      expect(stdout).toMatch(/payload\.tags +holds arrays: taken as JSON text/);
      expect(stdout).toContain('star tables: events, actors');
      expect(project.read('staging/staging_events.sql')).toContain(
        'payload_late_deep BIGINT -- From payload.late.deep',
      );
      expect(project.read('README.md')).toContain('The key is `id`');
      const commands = [...stdout.matchAll(/^ {2}(.* --config .*)$/gm)].map(([, command]) => command);
      expect(commands).toHaveLength(3);
      for (const command of commands) expect(project.read('README.md')).toContain(`\`${command}\``);
    }));

  test('takes the key that it is given, and counts what repeats in it', () =>
    withRecords({ 'orders/a.json': [...ORDERS, { ...ORDERS[0], amount: 99 }] }, async (project) => {
      const [source] = (await document(project, ['orders'], '--key', 'order_id')).sources;
      expect(source.key).toEqual({ columns: ['order_id'], kind: 'asked', reason: 'asked for with --key' });
      expect(source.remarks[0].text).toMatch(/^repeats in 1 of 41 records/);
      expect(await loadsAsItStands(project)).toMatchObject({ staging_orders: 41, orders: 40 });
    }));

  test('names a column that repeats a value now and then as a key to ask for', () =>
    withRecords({ 'orders/a.json': [...ORDERS, { ...ORDERS[0], amount: 99 }] }, async (project) => {
      const [source] = (await document(project, ['orders'])).sources;
      expect(source.key.kind).toBe('record');
      expect(source.remarks[0]).toEqual({
        about: 'order_id',
        text: expect.stringContaining('1 of 41 records repeat one: if these are later versions'),
      });
      expect(await loadsAsItStands(project)).toMatchObject({ orders: 41 });
    }));

  test('says from how many records on it trusts a column that is not the own id of a record', () =>
    withRecords({ 'mail/a.json': [1, 2, 3].map((at) => ({ message_id: at })) }, async (project) => {
      const { key, remarks } = (await document(project, ['mail'])).sources[0];
      expect(key).toMatchObject({ kind: 'record', reason: expect.stringContaining('from 1,000 records on') });
      expect(remarks[0]).toMatchObject({ about: 'message_id', text: expect.stringContaining('--key message_id') });
    }));

  test('counts records that are alike once if nothing identifies them', () =>
    withRecords(
      { 'logs/a.json': [{ a: 'x', b: 1 }, { a: 'x', b: 1 }, { a: 'x' }, { a: '', b: 1 }] },
      async (project) => {
        expect((await document(project, ['logs'])).sources[0].key.kind).toBe('record');
        expect(await loadsAsItStands(project)).toMatchObject({ staging_logs: 4, logs: 3 });
      },
    ));

  test('gives every hostile key a name of its own, or says why it is left out', () => {
    const long = 'k'.repeat(300);
    const records = [
      { id: 1, userId: 1, userid: 2, user_id: 3, 'user id': 4, ['__proto__']: 'p', constructor: 'c', order: 'o' },
      { id: 2, '': 5, größe: 6, 数: 7, [long]: 8, [`${long}2`]: 9, 'a.b': 10, "it's": 11, '"q"': 12, '2fa': 13 },
      {
        id: 3,
        loaded_at: 14,
        row_id: 15,
        before_id: 16,
        nothing: null,
        a: { "b'": 1, b: 17 },
        '-- x': 18,
        '{affected}': 19,
        rescued: 20,
      },
      { id: 4, 'line\nbreak': 20, USERID: 21, select: { from: 22 }, 'back\\slash': 23, '*/': 24, $: 25 },
    ].map((record) => JSON.stringify(record));
    return withRecords({ 'odd/a.json': records.join('\n') }, async (project) => {
      const [source] = (await document(project, ['odd'])).sources;
      const names = source.columns.map(({ name }: { name: string }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(names).toEqual(
        expect.arrayContaining([
          'proto',
          'userid',
          'user_id',
          'its_order',
          'grosse',
          'n_2fa',
          'its_loaded_at',
          'its_rescued',
        ]),
      );
      const left = source.remarks.filter(({ text }: { text: string }) => text.startsWith('is left out'));
      expect(left.map(({ about }: { about: string }) => about)).toEqual(['""', "it's", "a.b'", 'back\\slash']);
      expect(await loadsAsItStands(project)).toMatchObject({ odd: 4 });
    });
  });
});

describe('init of values that are hard to type', () => {
  const typesOf = async (project: InitProject) => {
    const { columns } = (await document(project, ['odd'])).sources[0];
    return Object.fromEntries(columns.map(({ name, type }: { name: string; type: string }) => [name, type]));
  };

  test('keeps their digits, and takes what has several kinds as text', () => {
    const lines = [
      '{"id":1,"big":9223372036854775807,"huge":9223372036854775808,"exact":0.30000000000000004,"fine":1.5,"long":12345678901234567.25,"mixed":1,"far":1e400,"zero":-0,"none":null,"wide":1}',
      '{"id":2,"big":-9223372036854775808,"huge":1,"exact":2,"fine":1e3,"long":1,"mixed":"1","far":1,"zero":0,"none":null,"wide":0.5,"flag":true}',
      `{"id":3,"mixed":[1, {"a": "b"}],"wide":9007199254740993,"huge":${'9'.repeat(400)},"flag":false,"text":"x\\u0301\\ud83d\\ude00"}`,
      '{"id":4}',
    ];
    return withRecords({ 'odd/a.json': lines.join('\n') }, async (project) => {
      expect(await typesOf(project)).toEqual({
        ...{ id: 'BIGINT', big: 'BIGINT', huge: 'VARCHAR(1024)', exact: 'DOUBLE PRECISION', fine: 'DOUBLE PRECISION' },
        ...{ long: 'VARCHAR(64)', mixed: 'VARCHAR(32)', far: 'VARCHAR(16)', zero: 'DOUBLE PRECISION' },
        ...{ none: 'VARCHAR(256)', wide: 'VARCHAR(32)', flag: 'VARCHAR(5)', text: 'VARCHAR(16)' },
      });
      await loadsAsItStands(project);
      const [first, second, third] = await project.rows('SELECT * FROM odd ORDER BY id');
      expect(first).toMatchObject({
        big: '9223372036854775807',
        huge: '9223372036854775808',
        exact: 0.30000000000000004,
      });
      expect(first).toMatchObject({ long: '12345678901234567.25', far: '1e400', mixed: '1' });
      expect(second).toMatchObject({ huge: '1', fine: 1000, flag: 'true', wide: '0.5' });
      expect(third).toMatchObject({ mixed: '[1, {"a": "b"}]', wide: '9007199254740993', text: 'x\u0301😀' });
    });
  });

  test('takes a text as a time only if every value is one', () => {
    const record = (id: number, utc: string, local: string, odd: string, zoned: string) => ({
      id,
      utc,
      local,
      odd,
      zoned,
    });
    const records = [
      record(
        1,
        '2024-02-29T23:59:59.123456Z',
        '2024-02-29T01:02:03',
        '2024-02-30 00:00:00',
        '2024-01-01T00:00:00+02:00',
      ),
      record(2, '2024-12-31 00:00:00+00:00', '2024-12-31 00:00:00', '2024-02-29 00:00:00', '2024-01-01T00:00:00Z'),
    ];
    return withRecords({ 'odd/a.json': records }, async (project) => {
      expect((await document(project, ['odd'])).sources[0].columns.map(({ time }: { time: string }) => time)).toEqual([
        ...[null, 'utc_utc', 'local_time', null, null],
      ]);
      await loadsAsItStands(project);
      expect(await project.rows('SELECT * FROM odd ORDER BY id')).toMatchObject([
        { utc_utc: '2024-02-29 23:59:59.123', local_time: '2024-02-29 01:02:03.000', odd: '2024-02-30 00:00:00' },
        { utc_utc: '2024-12-31 00:00:00.000', local_time: '2024-12-31 00:00:00.000' },
      ]);
    });
  });

  test('says which times get no TIMESTAMP, and why', () => {
    const record = (id: number, offset: string, mixed: string, epoch: string, exact: number) => ({
      ...{ id, offset, mixed, day: '2024-01-31', event_time: epoch, seen_at: exact, number: epoch, code: exact },
      ...{ updated_us: 1_706_781_600_000_000 + id, odd: id === 1 ? '2024-01-31' : '2024-01-31T10:00:00Z' },
    });
    const records = [
      record(1, '2024-03-31T02:30:00+02:00', '2024-03-31T02:30:00Z', '1706781600', 1_706_781_600.25),
      record(2, '2024-03-31T02:30:00.5-0500', '2024-03-31T02:30:00+02:00', '1706781600.5', 1_706_781_601.5),
    ];
    return withRecords({ 'odd/a.json': records }, async (project) => {
      const [source] = (await document(project, ['odd'])).sources;
      expect(source.columns.filter(({ time }: { time: string | null }) => time !== null)).toEqual([]);
      const said = source.remarks.map(({ about, text }: { about: string; text: string }) => `${about} ${text}`);
      expect(said.filter((text: string) => !text.startsWith('id is the key'))).toEqual([
        'offset holds times with an offset from UTC, such as +02:00: taken as text, without a TIMESTAMP',
        'mixed holds times with an offset from UTC, such as +02:00: taken as text, without a TIMESTAMP',
        'day holds dates without a time of day: taken as text, without a TIMESTAMP',
        'event_time holds times since 1970 as text: taken as text, without a TIMESTAMP',
        'seen_at holds seconds since 1970 with decimals, of which init makes no TIMESTAMP: a DOUBLE PRECISION only',
        'updated_us holds microseconds since 1970, of which init makes no TIMESTAMP: a BIGINT only',
        'odd holds times of several forms: taken as text, without a TIMESTAMP',
      ]);
      await loadsAsItStands(project);
    });
  });

  test('warns of a later value that is no time, and loads it', () =>
    withRecords({ 'odd/a.json': [{ id: 1, created: '2024-01-01T00:00:00Z' }] }, async (project) => {
      await document(project, ['odd']);
      await project.run('create-tables');
      const later = [
        ['2', 'soon'],
        ['3', '2024-99-01T00:00:00Z'],
        ['4', '2024-02-31T00:00:00Z'],
        ['5', '2024-01-01T00:00:00+02:00'],
      ];
      writeFileSync(
        join(project.folder, 'odd', 'b.json'),
        later.map(([id, created]) => JSON.stringify({ id: Number(id), created })).join('\n'),
      );
      const { code, stdout } = await project.run('etl', '--json');
      expect({ code, warnings: JSON.parse(stdout).warnings }).toEqual({
        code: 0,
        warnings: [
          { rule: 'odd_times', offender: 'created says no time in 3 records, such as 2024-01-01T00:00:00+02:00' },
        ],
      });
    }));

  test('leaves out a text that no column can hold, and objects whose keys are data become text', () => {
    const map = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`k${at}`, at]));
    const records = [
      { id: 1, long: 'x'.repeat(65_536), map },
      { id: 2, map: { other: 1 } },
    ];
    return withRecords({ 'odd/a.json': records }, async (project) => {
      expect(await typesOf(project)).toEqual({ id: 'BIGINT', map: 'VARCHAR(8192)' });
      await loadsAsItStands(project);
      expect(await project.rows('SELECT map FROM odd WHERE id = 2')).toEqual([{ map: '{"other":1}' }]);
    });
  });
});

describe('init refuses, and makes the model once its advice is followed:', () => {
  test.each(INIT_TRIALS)('$what', ({ advice, code, reason, files, sources = ['data'], more = [], follow }) =>
    withRecords(files, async (project) => {
      const before = readdirSync(project.folder, { recursive: true });
      const refused = await project.init(sources, ...more);
      expect({ code: refused.code, stderr: refused.stderr }).toEqual({ code, stderr: expect.stringContaining(reason) });
      expect(refused.stderr).toContain(`next: ${advice}`);
      expect(readdirSync(project.folder, { recursive: true })).toEqual(before);
      follow.spoilt?.(project.folder);
      const made = await project.init(follow.sources ?? sources, ...(follow.more ?? more));
      expect({ code: made.code, stderr: made.code === 0 ? '' : made.stderr }).toEqual({ code: 0, stderr: '' });
      expect(project.read('dwh.cfg')).toContain('[MODEL]');
    }),
  );
});

test('init counts bad records, says where the first is, and goes on', () =>
  withRecords(
    { 'data/a.json': '{"id":1,"n":1}\n{"id":2,}\n{"id":3,"n":2}\n{"id":4,"n":1,"n":2}\n' },
    async (project) => {
      const { code, stdout, stderr } = await project.init(['data'], '--json');
      expect(code).toBe(0);
      expect(stderr).toMatch(/DATA: 2 bad records, which a load refuses; the first:\n.*a\.json, line 2/);
      expect(JSON.parse(stdout).sources[0]).toMatchObject({ records: 2, bad: { records: 2, first: { line: 2 } } });
      await project.run('create-tables');
      expect(await project.run('etl', '--max-errors', '2')).toMatchObject({ code: 0 });
      expect(await project.rows('SELECT id FROM data ORDER BY id')).toEqual([{ id: 1 }, { id: 3 }]);
    },
  ));

test('init writes into a folder that has other files, and leaves them there', () =>
  withRecords({ 'model/data/a.json': [{ id: 1 }, { id: 2 }], 'model/notes.txt': 'mine' }, async (project) => {
    expect(await project.init(['model/data'])).toMatchObject({ code: 0 });
    expect(project.read('notes.txt')).toBe('mine');
    expect(project.read('dwh.cfg')).toContain('DATA=data\n');
    expect(readdirSync(project.folder)).toEqual(['model']);
    await loadsAsItStands(project);
  }));

describe('reconcile --recount on a model that init made names a record that no file contains any more', () => {
  const things = (at: number) => ({ name: `n${at}`, at: '2024-01-31T10:00:00Z' });
  test.each<[string, (at: number) => object, readonly unknown[]]>([
    ['by its key', (at: number) => ({ id: `k${at}`, ...things(at) }), ['data, id k2']],
    ['by a key of numbers', (at: number) => ({ id: at }), ['data, id 2']],
    ['by a digest of the record', things, [expect.stringMatching(/^data, row_id [0-9a-f]{32}$/)]],
    [
      'by a digest of a record without times',
      (at: number) => ({ b: at, c: null }),
      [expect.stringContaining('row_id')],
    ],
  ])('%s', (_, record, offenders) =>
    withRecords({ 'data/a.json': [1, 2, 3].map((at) => record(at)) }, async (project) => {
      await document(project, ['data']);
      await project.run('create-tables');
      await project.run('etl');
      expect(await project.run('reconcile', '--recount')).toMatchObject({ code: 0 });
      const corrected = [1, 3].map((at) => JSON.stringify(record(at)));
      writeFileSync(join(project.folder, 'data', 'a.json'), corrected.join('\n'));
      await project.run('etl');
      const { code, stdout } = await project.run('reconcile', '--recount', '--json');
      expect({ code, disagreements: JSON.parse(stdout).disagreements }).toEqual({
        code: 3,
        disagreements: [expect.objectContaining({ rule: 'data_in_no_file', count: 1, examples: offenders })],
      });
    }),
  );
});

describe('init of records in S3', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3Server({ region: 'us-west-2' });
  });
  afterAll(() => s3.stop());

  test('reads what etl reads, plain and compressed', () =>
    withRecords({}, async ({ folder }) => {
      s3.createBucket('records', 'us-west-2');
      const lines = (records: readonly unknown[]) => records.map((one) => `${JSON.stringify(one)}\n`).join('');
      s3.put('records', 'events/a.json', lines(EVENTS.slice(0, 30)));
      s3.put('records', 'events/b.json.gz', gzipSync(lines(EVENTS.slice(30))));
      s3.put('records', 'events/readme.txt', 'no data');
      const env = {
        ...{ AWS_ENDPOINT_URL_S3: s3.url, AWS_ACCESS_KEY_ID: 'standin', AWS_SECRET_ACCESS_KEY: 'standin' },
        ...{ AWS_REGION: undefined, AWS_CONFIG_FILE: '/nonexistent', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent' },
      };
      const model = join(folder, 'model');
      const run = (...args: readonly string[]) => inProcess(args, { env });
      const config = ['--config', join(model, 'dwh.cfg')];
      const made = JSON.parse((await run('init', model, '--from', 's3://records/events', '--json')).stdout);
      expect(made.sources[0]).toMatchObject({
        root: 's3://records/events',
        records: 60,
        files: 2,
        key: { columns: ['id'] },
      });
      expect(await run('create-tables', ...config)).toMatchObject({ code: 0 });
      expect(JSON.parse((await run('etl', ...config, '--json')).stdout).rows).toMatchObject({ events: 60, actors: 5 });
      expect(await run('reconcile', '--recount', ...config)).toMatchObject({ code: 0 });
    }));
});
