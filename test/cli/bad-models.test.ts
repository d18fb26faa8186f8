import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';

const FILES: Readonly<Record<string, string>> = {
  'm/staging/staging_orders.sql':
    '-- source: ORDERS\n-- key: order_id\nCREATE TABLE staging_orders (\n  order_id BIGINT NOT NULL,\n  amount BIGINT\n)\n',
  'm/star/orders.sql':
    '-- key: order_id\nCREATE TABLE orders (\n  order_id BIGINT NOT NULL,\n  amount BIGINT\n);\n\nSELECT order_id, amount\nFROM current_orders\n',
  'orders/a.json': '{"order_id": 1, "amount": 3}\n',
  'dwh.cfg': '[DUCKDB]\nPATH = w.duckdb\n[S3]\nORDERS = orders\n[MODEL]\nPATH = m\n',
};

/** A project with a small model in its folder m. */
function withModel(
  action: (folder: string, run: (...args: readonly string[]) => ReturnType<typeof inProcess>) => Promise<void>,
) {
  return withFolder(async (folder) => {
    for (const [file, text] of Object.entries(FILES)) write(folder, file, text);
    await action(folder, (...args) => inProcess([...args, '--config', join(folder, 'dwh.cfg')]));
  });
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function edit(folder: string, file: string, from: string, to: string): void {
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, file), text.replace(from, to));
}

describe('a mistake of a model is told by every command before anything is created or read:', () => {
  test.each<[what: string, from: string, to: string, told: string]>([
    [
      'odd SQL',
      'FROM current_orders',
      'FROM current_orders QUALIFY amount > 1',
      'line 8: QUALIFY is not the same on every engine',
    ],
    ['a head', '-- key:', '-- keys:', 'line 1: -- keys: order_id is read as a comment'],
    ['a type', 'amount BIGINT', 'amount INT64', 'line 4: not every engine has the type of amount'],
    ['a name in quotes', 'amount BIGINT', '"Amount" BIGINT', 'line 4: "Amount" cannot be the name of a column'],
    ['a name with other letters', 'amount BIGINT', 'größe BIGINT', 'line 4: größe cannot be the name of a column'],
    ['an unknown table', 'FROM current_orders', 'FROM currnet_orders', 'line 8: a star table reads currnet_orders'],
  ])('%s', (_, from, to, told) =>
    withModel(async (folder, run) => {
      edit(folder, 'm/star/orders.sql', from, to);
      rmSync(join(folder, 'orders'), { recursive: true });
      for (const args of [
        ['check', '--offline'],
        ['check'],
        ['plan'],
        ['create-tables'],
        ['etl'],
        ['prove'],
        ['rebuild'],
      ]) {
        const { code, stdout, stderr } = await run(...args);
        expect([args, code]).toEqual([args, 1]);
        expect(stdout + stderr).toContain(`${join(folder, 'm/star/orders.sql')}, ${told}`);
      }
      expect(existsSync(join(folder, 'w.duckdb'))).toBe(false);
    }),
  );
});

describe('what only an engine can find in a model is told before anything is created:', () => {
  const CHECK = `-- severity: error
SELECT CAST(s.order_id AS VARCHAR(64)) AS offender, CAST(NULL AS VARCHAR(64)) AS staging_table,
  CAST(NULL AS VARCHAR(64)) AS staging_column, CAST(NULL AS VARCHAR(64)) AS staging_value
FROM orders s
WHERE s.amount < 0
`;
  test.each<[what: string, file: string, text: string, told: string]>([
    [
      'a column that is not there',
      'star/orders.sql',
      'SELECT order_id, amont AS amount',
      'line 7: Referenced column "amont"',
    ],
    ['the same in a check', 'checks/star/positive.sql', CHECK.replace('s.amount', 's.amont'), 'line 5: '],
    ['the same in a question', 'queries/total.sql', '-- all\nSELECT SUM(amont)\nFROM orders\n', 'line 2: '],
    [
      'the same in a comparison',
      'reconcile/nothing.sql',
      '-- next: Correct it.\nSELECT amont AS offender\nFROM orders\n',
      'line 2: ',
    ],
    ['a function that is not there', 'star/orders.sql', 'SELECT order_id, ABSOLUTE(amount) AS amount', 'line 7: '],
  ])('%s', (_, file, text, told) =>
    withModel(async (folder, run) => {
      const path = join(folder, 'm', file);
      if (existsSync(path)) edit(folder, `m/${file}`, 'SELECT order_id, amount', text);
      else write(folder, `m/${file}`, text);
      for (const args of [['check', '--offline'], ['check'], ['create-tables'], ['create-tables', '--missing']]) {
        const { code, stdout, stderr } = await run(...args);
        expect({ args, code, told: stdout + stderr }).toEqual({
          args,
          code: 1,
          told: expect.stringContaining(`${path}, ${told}`),
        });
      }
      expect(existsSync(join(folder, 'w.duckdb'))).toBe(false);
    }),
  );

  test('several at once, and none that only follows from another', () =>
    withModel(async (folder, run) => {
      edit(folder, 'm/star/orders.sql', 'SELECT order_id, amount', 'SELECT order_id, amont AS amount');
      write(folder, 'm/queries/total.sql', 'SELECT SUM(amont)\nFROM orders\n');
      write(folder, 'm/checks/star/positive.sql', CHECK.replace('s.amount', 's.amont'));
      const { stderr } = await run('create-tables');
      expect(stderr).toContain('the model has 3 mistakes:');
      expect(stderr).not.toContain('Table with name');
    }));
});

test('check tells the mistakes of dwh.cfg and of the model at once', () =>
  withModel(async (folder, run) => {
    edit(folder, 'dwh.cfg', 'ORDERS = orders', 'OTHERS = orders');
    edit(folder, 'm/star/orders.sql', 'FROM current_orders', 'FROM currnet_orders');
    const { code, stdout } = await run('check', '--offline');
    expect(code).toBe(2);
    expect(stdout).toMatch(/failed +configuration: .*ORDERS is missing/);
    expect(stdout).toMatch(/failed +model: .*line 8: a star table reads currnet_orders/);
  }));

test.each<[what: string, spoil: (folder: string) => void, told: string]>([
  [
    'larger than a statement can be',
    (folder) => edit(folder, 'm/star/orders.sql', 'SELECT', `${'-- a comment\n'.repeat(90_000)}SELECT`),
    'it is larger than 1 MiB',
  ],
  [
    'in another encoding',
    (folder) => writeFileSync(join(folder, 'm/star/orders.sql'), Buffer.from('-- a\n-- caf\xe9\n', 'latin1')),
    'orders.sql, line 2: it is not UTF-8',
  ],
  ['that is a folder', (folder) => mkdirSync(join(folder, 'm/star/x.sql')), 'cannot read'],
  [
    'that is a link to a device without an end',
    (folder) => symlinkSync('/dev/zero', join(folder, 'm/star/x.sql')),
    'cannot read',
  ],
  ['that is a pipe', (folder) => execFileSync('mkfifo', [join(folder, 'm/star/x.sql')]), 'it is not a file'],
  ['that is a link to nothing', (folder) => symlinkSync('nothing', join(folder, 'm/star/x.sql')), 'cannot read'],
])('a file %s is refused', (_, spoil, told) =>
  withModel(async (folder, run) => {
    spoil(folder);
    const { code, stderr } = await run('create-tables');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(told) });
    expect(existsSync(join(folder, 'w.duckdb'))).toBe(false);
  }),
);

describe('the folder of a model', () => {
  test.each(['s3://bucket/model', 'ftp://host/model', ''])('is no %j, with --model or in dwh.cfg', (place) =>
    withModel(async (folder, run) => {
      const told = await run('create-tables', '--model', place);
      expect(told).toMatchObject({ code: 2, stderr: expect.stringContaining(`--model: "${place}" is `) });
      edit(folder, 'dwh.cfg', '[MODEL]\nPATH = m', `[MODEL]\nPATH = ${place}`);
      expect(await run('create-tables')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('line 6, [MODEL] PATH'),
      });
      edit(folder, 'dwh.cfg', `[MODEL]\nPATH = ${place}`, '[MODEL]\nPATH = m');
      expect((await run('create-tables', '--model', join(folder, 'm'))).code).toBe(0);
    }),
  );

  test('may be above dwh.cfg, a file:// URL or a link', () =>
    withModel(async (folder, run) => {
      mkdirSync(join(folder, 'below'));
      cpSync(join(folder, 'orders'), join(folder, 'below/orders'), { recursive: true });
      write(folder, 'below/dwh.cfg', FILES['dwh.cfg']?.replace('PATH = m', 'PATH = ../m') ?? '');
      expect((await inProcess(['create-tables', '--config', join(folder, 'below/dwh.cfg')])).code).toBe(0);
      symlinkSync(join(folder, 'm'), join(folder, 'link'));
      for (const place of [`file://${folder}/m`, join(folder, 'link')]) {
        expect((await run('create-tables', '--model', place)).code).toBe(0);
      }
    }));
});

test('create-tables names the tables that the model no longer has, and leaves them alone', () =>
  withModel(async (folder, run) => {
    await run('create-tables');
    await run('etl');
    edit(folder, 'm/star/orders.sql', 'TABLE orders', 'TABLE sales');
    cpSync(join(folder, 'm/star/orders.sql'), join(folder, 'm/star/sales.sql'));
    rmSync(join(folder, 'm/star/orders.sql'));
    const { code, stdout } = await run('create-tables', '--force');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('left alone, because the model does not have them: orders\n'),
    });
    expect((await run('query', 'SELECT COUNT(*) AS n FROM orders', '--format', 'csv')).stdout).toBe('n\r\n1\r\n');
    edit(folder, 'm/star/sales.sql', 'TABLE sales', 'TABLE Sales');
    for (let times = 0; times < 2; times += 1) {
      const told = JSON.parse((await run('create-tables', '--force', '--json')).stdout);
      expect(told).toMatchObject({ others: ['orders'] });
    }
  }));
