/**
 * A model with every shape that a derivation can have: current tables that the loader makes, with a key of one column and
 * with one of several; keys of several columns; affected keys that an input carries, that an input has under another name,
 * that queries find in current and in star tables; tables that read tables that read tables; tables that are made anew.
 */
export const SHOP_MODEL: Readonly<Record<string, string>> = {
  'staging/staging_orders.sql': `-- source: ORDERS
-- key: order_id
CREATE TABLE staging_orders (
  order_id BIGINT NOT NULL,
  region VARCHAR(20),
  buyer BIGINT,
  day VARCHAR(10),
  amount BIGINT,
  note VARCHAR(100)
)
`,
  'staging/staging_customers.sql': `-- source: CUSTOMERS
-- key: region, number
CREATE TABLE staging_customers (
  region VARCHAR(20),
  number BIGINT NOT NULL,
  name VARCHAR(100)
)
`,
  'current/current_notes.sql': `-- of: staging_orders
-- key: note_id
CREATE TABLE current_notes (
  note_id BIGINT NOT NULL,
  note VARCHAR(100)
);

SELECT order_id AS note_id, RTRIM(note, ' ') AS note FROM staging_orders
`,
  'current/current_orders.sql': `-- of: staging_orders
-- key: order_id
CREATE TABLE current_orders (
  order_id BIGINT NOT NULL,
  region VARCHAR(20),
  buyer BIGINT,
  day VARCHAR(10),
  amount BIGINT
);

SELECT o.order_id, RTRIM(o.region, ' ') AS region, o.buyer, RTRIM(o.day, ' ') AS day, o.amount FROM staging_orders o
`,
  'star/orders.sql': `-- key: id
-- affected by: current_orders as order_id
CREATE TABLE orders (
  id BIGINT NOT NULL,
  region VARCHAR(20),
  day VARCHAR(10),
  amount BIGINT,
  name VARCHAR(100)
);

SELECT o.order_id AS id, o.region, o.day, o.amount, c.name
FROM (SELECT * FROM current_orders WHERE {affected: order_id}) o
LEFT JOIN current_customers c ON RTRIM(c.region, ' ') = o.region AND c.number = o.buyer
`,
  'star/orders.affected.sql': `SELECT o.order_id AS id
FROM current_orders o
JOIN changed_current_customers c ON RTRIM(c.region, ' ') = o.region AND c.number = o.buyer
`,
  'star/customers.sql': `-- key: row_id
CREATE TABLE customers (
  row_id VARCHAR(32) NOT NULL,
  region VARCHAR(20),
  name VARCHAR(100)
);

SELECT row_id, region, name FROM current_customers
`,
  'star/totals.sql': `-- key: region, day
CREATE TABLE totals (
  region VARCHAR(20) NOT NULL,
  day VARCHAR(10) NOT NULL,
  amount BIGINT,
  orders BIGINT NOT NULL
);

SELECT region, day, SUM(amount) AS amount, COUNT(*) AS orders
FROM orders o
WHERE {affected: o.region, o.day}
GROUP BY region, day
`,
  'star/best_days.sql': `-- key: region
CREATE TABLE best_days (
  region VARCHAR(20) NOT NULL,
  day VARCHAR(10),
  amount BIGINT
);

SELECT region, day, amount
FROM (
  SELECT region, day, amount, ROW_NUMBER() OVER (PARTITION BY region ORDER BY amount DESC NULLS LAST, day) AS place
  FROM totals
  WHERE {affected}
) places
WHERE place = 1
`,
  'star/names.sql': `-- key: name
CREATE TABLE names (
  name VARCHAR(100) NOT NULL,
  customers BIGINT NOT NULL
);

SELECT LOWER(RTRIM(name, ' ')) AS name, COUNT(*) AS customers
FROM current_customers
GROUP BY LOWER(RTRIM(name, ' '))
`,
  'star/name_lengths.sql': `-- key: letters
CREATE TABLE name_lengths (
  letters BIGINT NOT NULL,
  names BIGINT NOT NULL
);

SELECT LENGTH(name) AS letters, COUNT(*) AS names FROM names GROUP BY LENGTH(name)
`,
  'star/note_words.sql': `-- key: word
CREATE TABLE note_words (
  word VARCHAR(100) NOT NULL,
  notes BIGINT NOT NULL
);

SELECT word, COUNT(*) AS notes
FROM (SELECT UPPER(note) AS word FROM current_notes) words
WHERE {affected}
GROUP BY word
`,
  'star/note_words.affected.sql': `SELECT UPPER(note) AS word FROM changed_current_notes
`,
  'star/buyers.sql': `-- key: buyer
CREATE TABLE buyers (
  buyer VARCHAR(100) NOT NULL,
  amount BIGINT
);

SELECT UPPER(name) AS buyer, SUM(amount) AS amount
FROM orders
GROUP BY UPPER(name)
`,
  'star/buyers.affected.sql': `SELECT UPPER(name) AS buyer FROM changed_orders
`,
};
