import { expect, test } from '@jest/globals';
import type { StarloadError } from '../../src/errors.ts';
import { tablesOf } from '../../src/sql/catalogue.ts';
import { modelOf } from '../support/models.ts';

const MODEL = {
  'staging/staging_orders.sql':
    '-- source: ORDERS\n-- key: order_id\nCREATE TABLE staging_orders (\n  order_id BIGINT NOT NULL,\n  buyer VARCHAR(20)\n)\n',
  'star/orders.sql':
    '-- key: order_id\nCREATE TABLE orders (\n  order_id BIGINT NOT NULL\n);\n\nSELECT order_id FROM current_orders\n',
};
const PATHS = 'staging/staging_orders.jsonpaths';
const GOOD = `{"jsonpaths": [\n  "$['id']",\n  "$['buyer']['name']"\n]}\n`;

test('a jsonpaths file of a staging table is part of the table', async () => {
  const model = await modelOf({ ...MODEL, [PATHS]: GOOD });
  const [orders] = tablesOf(model, 'staging');
  expect(orders?.jsonpaths).toMatch(/\/staging\/staging_orders\.jsonpaths$/);
});

const NEXT = 'Correct the file, or delete it: then columns are matched by name, in any case.';

test.each<[string, string | Uint8Array, string]>([
  ['not JSON', '{"jsonpaths": [', 'not JSON: '],
  ['not UTF-8', Buffer.from(GOOD.replace('name', 'né'), 'latin1'), 'it is not UTF-8'],
  ['too large', Buffer.alloc(2_000_000, 0x20), '2000000 bytes, but the limit is 1048576'],
  ['an array', '["$.id", "$.buyer"]', 'it must hold one object with exactly one key, "jsonpaths"'],
  [
    'one path too few',
    GOOD.replace(",\n  \"$['buyer']['name']\"", ''),
    'line 2: 1 expressions for 2 columns: the nth expression feeds the nth column',
  ],
  ['one path too many', GOOD.replace('\n]', ',\n"$.x"\n]'), 'line 4: 3 expressions for 2 columns'],
  ['a wildcard', GOOD.replace("['name']", '[*]'), 'line 3: expression 2 is not a JSONPath that COPY understands: '],
])('one that is refused as %s is told with its file', async (_, content, reason) => {
  const error: StarloadError | undefined = await modelOf({ ...MODEL, [PATHS]: content }).then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error?.message).toContain(`${PATHS} cannot be used:\n  ${reason}`);
  expect(error?.next).toBe(NEXT);
});

test('one with a mistake is told with all other mistakes of the model', async () => {
  const star = MODEL['star/orders.sql'].replace('-- key: order_id\n', '-- key: nothing\n');
  await expect(modelOf({ ...MODEL, [PATHS]: '[]', 'star/orders.sql': star })).rejects.toThrow(
    /the model has 2 mistakes:\n {2}the jsonpaths file [\s\S]*star\/orders\.sql: "-- key:" names nothing/,
  );
});

test.each([
  'star/orders.jsonpaths',
  'star/staging_orders.jsonpaths',
  'staging_orders.jsonpaths',
  'staging/orders.jsonpaths',
  'staging/staging_orders.JSONPATHS',
])('one that nothing reads, %s, is refused', async (file) => {
  await expect(modelOf({ ...MODEL, [file]: GOOD })).rejects.toMatchObject({
    message: expect.stringContaining(`files that no part of a model reads:\n`),
    next: expect.stringContaining('name jsonpaths files like staging tables'),
  });
});
