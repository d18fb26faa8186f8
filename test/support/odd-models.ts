/** A model that is easy to get wrong: what to add to the two staging tables below, and what is made anew. */
export interface OddModel {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly anew: readonly string[];
}

export const ODD_STAGING: Readonly<Record<string, string>> = {
  'staging/staging_orders.sql': `-- source: ORDERS
-- key: order_id
CREATE TABLE staging_orders (
  order_id BIGINT NOT NULL,
  region VARCHAR(20),
  ship_region VARCHAR(20),
  buyer BIGINT,
  day VARCHAR(10),
  amount BIGINT,
  price DOUBLE PRECISION
)
`,
  'staging/staging_customers.sql': `-- source: CUSTOMERS
-- key: id
CREATE TABLE staging_customers (
  id BIGINT NOT NULL,
  region VARCHAR(20),
  name VARCHAR(100)
)
`,
};

function table(name: string, columns: string, select: string, head = 'region'): Record<string, string> {
  return { [`star/${name}.sql`]: `-- key: ${head}\nCREATE TABLE ${name} (\n${columns}\n);\n\n${select}\n` };
}

const REGION = '  region VARCHAR(40) NOT NULL,\n  amount BIGINT';

/** Found by somebody who tried to break the derivation. */
export const ODD_MODELS: readonly OddModel[] = [
  {
    what: 'a key of which two columns come from one of the input',
    files: {
      ...table(
        'pairs',
        `${REGION},\n  again VARCHAR(40) NOT NULL`,
        'SELECT region, region AS again, SUM(amount) AS amount FROM current_orders WHERE {affected: region, region} GROUP BY region',
        'region, again\n-- affected by: current_orders as region, region',
      ),
      ...table(
        'more_pairs',
        `${REGION},\n  again VARCHAR(40) NOT NULL`,
        'SELECT region, region AS again, amount FROM pairs WHERE {affected: region, region}',
        'region, again\n-- affected by: pairs as region, region',
      ),
    },
    anew: [],
  },
  {
    what: 'a placeholder of several columns without the name of a table',
    files: table(
      'totals',
      '  region VARCHAR(20) NOT NULL,\n  day VARCHAR(10) NOT NULL,\n  amount BIGINT',
      'SELECT region, day, SUM(amount) AS amount FROM current_orders WHERE {affected} GROUP BY region, day',
      'region, day',
    ),
    anew: [],
  },
  {
    what: 'a query that reads the changed rows of several inputs',
    files: {
      ...table(
        'facts',
        '  order_id BIGINT NOT NULL,\n  name VARCHAR(100),\n  other VARCHAR(100)',
        `SELECT o.order_id, c.name, d.region AS other
FROM (SELECT * FROM current_orders WHERE {affected: order_id}) o
LEFT JOIN current_customers c ON c.id = o.buyer
LEFT JOIN current_customers d ON d.region = o.ship_region AND d.id = 1`,
        'order_id',
      ),
      'star/facts.affected.sql': `SELECT order_id FROM changed_current_orders
UNION
SELECT o.order_id FROM current_orders o JOIN changed_current_customers c ON c.id = o.buyer
UNION
SELECT o.order_id FROM current_orders o JOIN changed_current_customers c ON c.region = o.ship_region`,
    },
    anew: [],
  },
  {
    what: 'a placeholder in a comment, and another that limits one branch only',
    files: table(
      'days',
      '  day VARCHAR(10) NOT NULL,\n  orders BIGINT NOT NULL',
      `-- Not held with {affected} here.
SELECT day, COUNT(*) AS orders
FROM (SELECT day FROM current_orders o WHERE o.day = '{affected}' OR amount > 1 OR {affected: day} OR amount <= 1 OR amount IS NULL) d
GROUP BY day`,
      'day',
    ),
    anew: [],
  },
  {
    what: 'a key that is an expression with a column of its name at the end',
    files: table(
      'r1',
      REGION,
      "SELECT 'EU-' || region AS region, SUM(amount) AS amount FROM current_orders GROUP BY region",
    ),
    anew: ['r1'],
  },
  {
    what: 'a key that is an alias without AS',
    files: table(
      'r2',
      REGION,
      'SELECT region, SUM(amount) AS amount FROM (SELECT ship_region region, amount FROM current_orders) o GROUP BY region',
    ),
    anew: ['r2'],
  },
  {
    what: 'a key that is named by its position',
    files: table(
      'r3',
      REGION,
      'SELECT x.region, SUM(x.amount) AS amount FROM (SELECT ship_region, amount FROM current_orders) x(region, amount) GROUP BY x.region',
    ),
    anew: ['r3'],
  },
  {
    what: 'a key from both parts of a UNION',
    files: table(
      'r4',
      REGION,
      'SELECT region, SUM(amount) AS amount FROM (SELECT region, amount FROM current_orders UNION ALL SELECT ship_region, amount FROM current_orders) o GROUP BY region',
    ),
    anew: ['r4'],
  },
  {
    what: 'a key that another input has too',
    files: table(
      'r5',
      REGION,
      'SELECT c.region, SUM(o.amount) AS amount FROM current_orders o JOIN current_customers c ON c.id = o.buyer GROUP BY c.region',
    ),
    anew: ['r5'],
  },
  {
    what: 'an input with two columns that are keys',
    files: {
      ...table(
        'r6',
        REGION,
        'SELECT region, SUM(amount) AS amount FROM (SELECT region, amount FROM current_orders UNION ALL SELECT ship_region, amount FROM current_orders) o GROUP BY region',
        'region\n-- affected by: current_orders as region\n-- affected by: current_orders as ship_region',
      ),
    },
    anew: [],
  },
  {
    what: 'a key of another type than its column',
    files: table(
      'prices',
      '  price BIGINT NOT NULL,\n  orders BIGINT NOT NULL',
      'SELECT CAST(price AS BIGINT) AS price, COUNT(*) AS orders FROM current_orders GROUP BY CAST(price AS BIGINT)',
      'price',
    ),
    anew: ['prices'],
  },
  {
    what: 'a key that is a quoted alias',
    files: table(
      'r7',
      REGION,
      'SELECT ship_region AS "region", SUM(amount) AS amount FROM current_orders GROUP BY ship_region',
    ),
    anew: ['r7'],
  },
  {
    what: 'a time that moves with corrections, in tables that read each other',
    files: {
      'current/current_orders.sql': `-- of: staging_orders
-- key: order_id
-- time: order_id
CREATE TABLE current_orders (
  order_id BIGINT NOT NULL,
  region VARCHAR(20),
  day VARCHAR(10) NOT NULL,
  amount BIGINT
);

SELECT order_id, RTRIM(region, ' ') AS region, COALESCE(RTRIM(day, ' '), 'none') AS day, amount FROM staging_orders
`,
      ...table(
        'facts',
        '  order_id BIGINT NOT NULL,\n  day VARCHAR(10) NOT NULL,\n  region VARCHAR(20)',
        'SELECT order_id, day, region FROM current_orders WHERE {affected: order_id, day}',
        'order_id\n-- time: day',
      ),
      ...table(
        'totals',
        '  region VARCHAR(20) NOT NULL,\n  day VARCHAR(10) NOT NULL,\n  orders BIGINT',
        'SELECT region, day, COUNT(*) AS orders FROM facts WHERE {affected} GROUP BY region, day',
        'region, day\n-- time: day',
      ),
    },
    anew: [],
  },
  {
    what: 'a time that is NULL',
    files: table(
      'facts',
      '  order_id BIGINT NOT NULL,\n  day VARCHAR(10) NOT NULL',
      'SELECT order_id, day FROM current_orders WHERE {affected: order_id, day}',
      'order_id\n-- time: day',
    ),
    anew: [],
  },
  {
    what: 'a time that stays, in a current table that the loader makes',
    files: {
      'staging/staging_orders.sql': (ODD_STAGING['staging/staging_orders.sql'] ?? '').replace(
        '-- key: order_id',
        '-- key: order_id\n-- time: order_id',
      ),
      ...table(
        'facts',
        '  id BIGINT NOT NULL,\n  region VARCHAR(20)',
        'SELECT order_id AS id, region FROM (SELECT * FROM current_orders WHERE {affected: order_id}) o',
        'id\n-- time: id\n-- affected by: current_orders as order_id',
      ),
    },
    anew: [],
  },
  {
    what: 'a window over other rows than those of a key',
    files: table(
      'r8',
      REGION,
      `SELECT region, MAX(n) AS amount
FROM (SELECT region, COUNT(*) OVER (PARTITION BY day) AS n FROM current_orders) o
GROUP BY region`,
    ),
    anew: ['r8'],
  },
  {
    what: 'a window over the rows of a key',
    files: table(
      'r9',
      REGION,
      `SELECT DISTINCT region, COUNT(*) OVER (PARTITION BY region) AS amount
FROM current_orders
WHERE {affected} AND region IS NOT NULL`,
    ),
    anew: [],
  },
];
