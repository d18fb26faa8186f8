import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { derivedTables } from '../../src/sql/catalogue.ts';
import { engines } from '../support/engines.ts';
import { withLoader } from '../support/loader.ts';
import { inMemory, lines, modelOf } from '../support/models.ts';
import { ODD_MODELS, ODD_STAGING } from '../support/odd-models.ts';
import { casesFor, scale } from '../support/scale.ts';
import { SHOP_MODEL } from '../support/shop-model.ts';

const few = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const region = few('north', 'south ', 'south', null);

const order = fc.record({
  order_id: fc.integer({ min: 1, max: 5 }),
  region,
  buyer: few(1, 2, null),
  day: few('mon', 'tue', null),
  amount: few(1, 2, 30, null),
  note: few('a', 'A ', 'b', null),
});

const customer = fc.record({ region, number: few(1, 2), name: few('Ann', 'ann ', 'Bo', null) });

/** Loads of files, of which some take the place of earlier ones. */
const history = fc.array(
  fc.record({
    file: few('a', 'b', 'c'),
    orders: fc.array(order, { maxLength: 4 }),
    customers: fc.array(customer, { maxLength: 3 }),
  }),
  { minLength: 2, maxLength: 5 },
);

async function rowsOf({ model, warehouse }: LoadContext) {
  const rows = derivedTables(model).map(async ({ name }) => {
    const { rows } = await warehouse.query(`SELECT * FROM ${name}`);
    return [name, rows.map((row) => row.map(String).join('|')).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

test('what a model does not say of affected keys makes a table anew, and the reason is told', async () => {
  const { derivation } = await modelOf(SHOP_MODEL);
  expect(derivation.anew).toEqual([
    { table: 'names', because: 'nothing says which of its rows a change in current_customers affects' },
    { table: 'name_lengths', because: 'it reads names, which is made anew' },
  ]);
});

/** A batch of Redshift has too few statements for the whole model. */
const PARTS: readonly (readonly [title: string, without: RegExp])[] = [
  ['keys of several columns, and tables upon tables', /notes|note_words|buyers|names|name_lengths/],
  ['keys that queries find, and tables made anew', /customers\.sql|totals|best_days/],
];

describe.each(engines)('a model with every shape of derivation on $name', (engine) => {
  const parts = engine.name === 'redshift' ? PARTS : ([['all of them', /^$/]] as const);
  test.each(parts)('has after any history of loads what a rebuild gives: %s', async (_, without) => {
    const files = Object.entries(SHOP_MODEL).filter(([file]) => file.startsWith('staging/') || !without.test(file));
    const model = await modelOf(Object.fromEntries(files));
    const property = fc.asyncProperty(history, (loads) =>
      withLoader(
        engine,
        async (loader) => {
          const context = inMemory(loader);
          for (const { file, orders, customers } of loads) {
            loader.store.files.set(`memory://ORDERS/${file}.json`, lines(orders));
            loader.store.files.set(`memory://CUSTOMERS/${file}.json`, lines(customers));
            await etl(context);
            expect((await reconcile(context, { recounts: false })).disagreements).toEqual([]);
          }
          const loaded = await rowsOf(context);
          await rebuild(context);
          expect(await rowsOf(context)).toEqual(loaded);
        },
        { model },
      ),
    );
    await fc.assert(property, { numRuns: scale.derivations[engine.name === 'duckdb' ? 'duckdb' : 'servers'] });
  });
});

describe.each(engines)('a model that is easy to get wrong, on $name', (engine) => {
  const models = casesFor(engine, 'odd models', ODD_MODELS, ({ what }) => what);
  test.each(models)('has after each load what a rebuild gives: $what', async ({ files, anew }) => {
    const model = await modelOf({ ...ODD_STAGING, ...files });
    expect(model.derivation.anew.map(({ table }) => table)).toEqual(anew);
    await withLoader(
      engine,
      async (loader) => {
        const context = inMemory(loader);
        for (const [orders, customers] of ODD_LOADS) {
          loader.store.files.set('memory://ORDERS/a.json', lines(orders));
          loader.store.files.set('memory://CUSTOMERS/a.json', lines(customers));
          await etl(context);
          expect((await reconcile(context, { recounts: false })).disagreements).toEqual([]);
        }
      },
      { model },
    );
  });
});

/** Every type that a key can have, and the same key for orders of one buyer. */
const REPEATS = {
  ...ODD_STAGING,
  'star/buyers.sql': `-- key: buyer, is_big, is_small, price, day
CREATE TABLE buyers (
  buyer BIGINT NOT NULL,
  is_big BOOLEAN NOT NULL,
  is_small BOOL NOT NULL,
  price DOUBLE PRECISION NOT NULL,
  day VARCHAR(10) NOT NULL,
  region VARCHAR(20)
);

SELECT buyer, CASE WHEN amount > 5 THEN TRUE ELSE FALSE END AS is_big, amount < 5 AS is_small, price, day, region
FROM current_orders
WHERE {affected: buyer, CASE WHEN amount > 5 THEN TRUE ELSE FALSE END, amount < 5, price, day}
`,
};

/** A time that the key does not determine. */
const SEVERAL_DAYS = {
  ...ODD_STAGING,
  'star/buyers.sql': `-- key: buyer
-- time: day
CREATE TABLE buyers (
  buyer BIGINT NOT NULL,
  day VARCHAR(10) NOT NULL,
  region VARCHAR(20)
);

SELECT buyer, day, region
FROM current_orders
WHERE {affected}
`,
};

const REPEATED = engines.flatMap((engine) => [
  { engine, name: engine.name, what: 'of each type', files: REPEATS, again: {}, key: '1, false, true, 1\\.6, mon' },
  { engine, name: engine.name, what: 'of a later time', files: SEVERAL_DAYS, again: { day: 'tue' }, key: '1' },
]);

test.each(REPEATED)('a load on $name refuses several rows of one key $what, and names them', async (one) => {
  const { engine, files, again, key } = one;
  const model = await modelOf(files);
  await withLoader(
    engine,
    async (loader) => {
      const context = inMemory(loader);
      loader.store.files.set('memory://ORDERS/a.json', lines([order1]));
      loader.store.files.set('memory://CUSTOMERS/a.json', lines([customer1]));
      await etl(context);
      loader.store.files.set('memory://ORDERS/b.json', lines([{ ...order1, order_id: 2, ...again }]));
      await expect(etl(context)).rejects.toThrow(
        new RegExp(`one_row_per_key[\\s\\S]*buyers has 2 rows with the key ${key}`),
      );
      expect((await context.warehouse.query('SELECT region FROM buyers')).rows).toEqual([['north']]);
    },
    { model },
  );
});

test.each(engines)('a record with the key -0 on $name replaces that with the key 0', async (engine) => {
  const orders = (ODD_STAGING['staging/staging_orders.sql'] ?? '')
    .replace('-- key: order_id', '-- key: order_id, price')
    .replace('price DOUBLE PRECISION', 'price DOUBLE PRECISION NOT NULL');
  const model = await modelOf({ ...SEVERAL_DAYS, 'staging/staging_orders.sql': orders });
  await withLoader(
    engine,
    async (loader) => {
      const context = inMemory(loader);
      for (const price of ['0.0', '-0.0']) {
        loader.store.files.set(
          'memory://ORDERS/a.json',
          `{"order_id": 1, "price": ${price}, "buyer": 1, "day": "mon"}\n`,
        );
        await etl(context);
      }
      expect((await context.warehouse.query('SELECT COUNT(*) FROM current_orders')).rows).toEqual([[1]]);
      expect((await reconcile(context, { recounts: false })).disagreements).toEqual([]);
    },
    { model },
  );
});

const order1 = { order_id: 1, region: 'north', ship_region: 'east', buyer: 1, day: 'mon', amount: 1, price: 1.6 };
const order2 = { order_id: 2, region: 'south', ship_region: 'north', buyer: 2, day: 'wed', amount: 2, price: 2.5 };
const customer1 = { id: 1, region: 'east', name: 'Ann' };
const customer2 = { id: 2, region: 'south', name: 'Bo' };

/** Orders move from key to key, and customers under them. */
const ODD_LOADS = [
  [
    [order1, order2],
    [customer1, customer2],
  ],
  [
    [{ ...order1, region: 'south', ship_region: 'north', day: 'thu', price: 2.6 }, order2],
    [customer1, customer2],
  ],
  [
    [
      { ...order1, buyer: 2 },
      { ...order2, region: null, ship_region: 'west', day: null },
    ],
    [customer1, { ...customer2, region: 'west' }],
  ],
  [
    [order1, order2],
    [{ ...customer1, name: 'Anna', region: 'north' }, customer2],
  ],
] as const;
