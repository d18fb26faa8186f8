import { describe, expect, test } from '@jest/globals';
import { headMistakes, tableHeads } from '../../src/sql/head-mistakes.ts';
import type { HeadPlace } from '../../src/sql/heads.ts';
import { loadModel } from '../../src/sql/read-model.ts';

const COLUMNS = ['order_id', 'day', 'ts'];

function told(place: HeadPlace, sql: string) {
  const file = { name: 'x', sql, written: [{ file: `${place}/x.sql`, from: 1, to: 99 }] };
  return headMistakes(file, { place, columns: COLUMNS }).map(({ message, next }) => [message, next]);
}

const CREATE = 'CREATE TABLE x (\n  order_id BIGINT NOT NULL\n)';

describe('a head is told', () => {
  test.each<[HeadPlace, string, string]>([
    ['star', '-- afected by: current_orders as day', '-- affected by: current_orders as day'],
    ['star', '-- affected: current_orders as day, ts', '-- affected by: current_orders as day, ts'],
    ['star', '-- affected_by: current_orders as day', '-- affected by: current_orders as day'],
    ['star', '-- affected-by: current_orders as day', '-- affected by: current_orders as day'],
    ['star', '-- Affects: current_orders as day, ts', '-- affected by: current_orders as day, ts'],
    ['star', '-- primary key: order_id', '-- key: order_id'],
    ['staging', '-- primary-key: order_id, day', '-- key: order_id, day'],
    ['star', '-- time : ts', '-- time: ts'],
    ['staging', '-- sourse: ORDERS', '-- source: ORDERS'],
    ['staging', '-- Source: ORDERS', '-- source: ORDERS'],
    ['staging', '-- source ORDERS', '-- source: ORDERS'],
    ['staging', '--source: ORDERS', '-- source: ORDERS'],
    ['staging', '-- source : ORDERS', '-- source: ORDERS'],
    ['staging', '-- abuot: the orders', '-- about: the orders'],
    ['staging', '-- jsonpath: ORDERS_PATHS', '-- jsonpaths: ORDERS_PATHS'],
    ['staging', '-- jsonpaths exampel: s3://a/b.json', '-- jsonpaths example: s3://a/b.json'],
    ['staging', '-- keys: order_id, day', '-- key: order_id, day'],
    ['current', '-- KEY: order_id', '-- key: order_id'],
    ['current', '-- Of: staging_orders', '-- of: staging_orders'],
    ['star', '-- times: ts', '-- time: ts'],
    ['star', '-- key day', '-- key: day'],
    ['checks', '-- severty: error', '-- severity: error'],
    ['checks', '-- Severity: Warning', '-- severity: Warning'],
  ])('that is misspelt in a file of %s: %s', (place, line, proper) => {
    expect(told(place, `-- A comment.\n${line}\n${CREATE}`)).toEqual([
      [`${place}/x.sql, line 2: ${line} is read as a comment`, `Write "${proper}".`],
    ]);
  });

  test.each<[HeadPlace, string, string]>([
    ['star', '-- source: ORDERS', 'staging'],
    ['star', '-- of: staging_orders', 'current'],
    ['current', '-- affected by: current_orders as day', 'star'],
    ['staging', '-- severity: error', 'checks'],
  ])('that is of no use in a file of %s: %s', (place, line, places) => {
    expect(told(place, `${line}\n${CREATE}`)).toEqual([
      [
        `${place}/x.sql, line 1: "${line.replace(/:.*/, ':')}" has no effect in this file`,
        `Take the line away: it belongs to files of ${places}.`,
      ],
    ]);
  });

  test('that stands below CREATE TABLE', () => {
    expect(
      told('star', '-- key: day\nCREATE TABLE x (\n-- affected by: current_orders as day\n  day BIGINT\n)'),
    ).toEqual([
      [
        'star/x.sql, line 3: "-- affected by:" has no effect behind the beginning of the file',
        'Write "-- affected by: current_orders as day" in the first lines of the file.',
      ],
    ]);
  });

  test('that a file has twice, unless it may', () => {
    expect(told('star', `-- key: day\n-- key: order_id\n${CREATE}`)).toEqual([
      ['star/x.sql, line 2: the file has a second line "-- key:"', 'Write one such line with all of it.'],
    ]);
    const affected = '-- affected by: current_orders as day\n';
    expect(told('star', `-- key: day\n${affected}${affected}${CREATE}`)).toEqual([]);
  });
});

test.each<[HeadPlace, string]>([
  ['star', '-- Internal: songplays and users are made of it'],
  ['star', '-- note: key and time are those of the order'],
  ['star', '-- Time: UTC, as the source has it'],
  ['star', '-- times: the first and the last'],
  ['star', '-- Next: the totals'],
  ['star', '-- about: what people buy'],
  ['star', '-- example: order 17'],
  ['star', '-- Also: the returns'],
  ['star', '-- key figures of a day'],
  ['star', '-- of all orders the last one'],
  ['star', '-- Keys are those of the source: order_id'],
  ['star', '-- day: the day on which it was ordered'],
  ['star', '-- source: the shop'],
  ['star', '-- key: a digest of all the columns'],
  ['staging', '-- example: the order 17 of a customer'],
  ['staging', '-- examples: s3://bucket/orders and others'],
  ['star', '-- primary key of the shop: see wiki'],
  ['star', '-- primary key: see the wiki of the shop'],
  ['star', '-- affects: current_orders as well'],
  ['star', '-- affected_by_returns: current_orders as day'],
  ['star', '-- time-of-day: ts'],
  ['checks', '-- Source: order lines'],
])('free text in a file of %s is no head: %s', (place, line) => {
  const below = place === 'star' || place === 'staging' ? `${CREATE}\n${line}` : 'SELECT 1';
  const head = /^-- (example|key|about):/.test(line) ? '' : `${line}\n`;
  expect(told(place, `${head}${below}`)).toEqual([]);
});

test('the models of the package have no such heads', () => {
  expect(loadModel().tables.flatMap(tableHeads)).toEqual([]);
});
