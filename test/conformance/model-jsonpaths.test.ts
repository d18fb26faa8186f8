import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { inMemory, lines, withModelOf } from '../support/models.ts';
import { sharedStandin } from '../support/redshift-engine.ts';
import { override } from '../support/trials.ts';

const MODEL = {
  'staging/staging_orders.sql': `-- source: ORDERS
-- key: order_id
CREATE TABLE staging_orders (
  order_id BIGINT NOT NULL,
  buyer VARCHAR(20),
  city VARCHAR(20)
)
`,
  'star/orders.sql': `-- key: order_id
CREATE TABLE orders (
  order_id BIGINT NOT NULL,
  buyer VARCHAR(20),
  city VARCHAR(20)
);

SELECT order_id, buyer, city FROM current_orders
`,
};

const RECORDS = [
  { id: 1, who: 'Ann', buyer: { name: 'Ann', address: { city: 'Cork' } }, city: 'wrong' },
  { id: 2, who: 'Bo', buyer: null },
];

const paths = (...expressions: readonly string[]) => JSON.stringify({ jsonpaths: expressions }, undefined, 2);
const BELOW = paths("$['id']", "$['buyer']['name']", "$['buyer']['address']['city']");
const ON_TOP = paths('$.id', '$.who', '$.town');

describe.each(engines)('a jsonpaths file in a model on $name', (engine) => {
  test.each([
    [
      'below the first level',
      BELOW,
      [
        [1, 'Ann', 'Cork'],
        [2, null, null],
      ],
    ],
    [
      'on the first level',
      ON_TOP,
      [
        [1, 'Ann', null],
        [2, 'Bo', null],
      ],
    ],
  ])('says where the values are: %s', (_, text, rows) =>
    withPaths(engine, text, async (loader) => {
      const context = inMemory(loader);
      loader.store.files.set('memory://ORDERS/a.json', lines(RECORDS));
      await etl(context);
      expect(await ordersIn(context)).toEqual(rows);
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      const left = engine.name === 'redshift' ? (await sharedStandin()).s3.list('work') : [];
      expect(left).toEqual([]);
    }),
  );

  test('cannot be used where the warehouse reads whole folders by itself', () =>
    withPaths(engine, ON_TOP, async (loader) => {
      const context = inMemory(loader);
      const root = 's3://data/orders';
      loader.store.files.set(`${root}/a.json`, lines(RECORDS));
      const sources = context.sources.map((source) => ({ ...source, root }));
      const warehouse = override(context.warehouse, { loads: 'folders' });
      await expect(etl({ ...context, warehouse, sources })).rejects.toThrow(
        /COPY cannot read the jsonpaths file \S+\/staging_orders\.jsonpaths; without a work prefix/,
      );
    }));
});

function withPaths(engine: Engine, text: string, action: (loader: Loader) => Promise<void>): Promise<void> {
  return withModelOf({ ...MODEL, 'staging/staging_orders.jsonpaths': text }, (model) =>
    withLoader(engine, action, { model }),
  );
}

async function ordersIn({ warehouse }: ReturnType<typeof inMemory>) {
  return (await warehouse.query('SELECT order_id, buyer, city FROM orders ORDER BY order_id')).rows;
}
