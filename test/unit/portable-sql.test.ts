import { describe, expect, test } from '@jest/globals';
import { checkSteps } from '../../src/pipeline/checks.ts';
import type { Model, NamedSql } from '../../src/sql/catalogue.ts';
import { loadModel, packagedModel, packagedModels } from '../../src/sql/read-model.ts';
import { render } from '../../src/sql/render.ts';
import { assertPortable, CATALOGUE } from '../support/portable.ts';

const checksOf = (model: Model) =>
  (['load', 'rebuild'] as const).flatMap((extent) =>
    (['staged', 'star'] as const).flatMap((phase) => checkSteps(model, phase, extent)),
  );
const models = packagedModels().map((name) => ({ name, model: loadModel(packagedModel(name)) }));
const STAMP = "TIMESTAMP '2018-11-01 00:00:00'";

const statement = ({ name, sql }: NamedSql): [string, string] => [name, render(sql, { now: STAMP, since: STAMP })];
/** The statement with names and values in the places where they are filled in for a table. */
const filled = ([name, sql]: [string, string]): [string, string] => [
  name,
  sql
    .replaceAll('{table}', 'users')
    .replaceAll('{most}', '1')
    .replaceAll('{rank}', 'ROW_NUMBER() OVER (ORDER BY level NULLS LAST)')
    .replaceAll('{columns}', 'versions.level')
    .replaceAll(/\{\w+\}/g, "'name'"),
];
const named = (map: ReadonlyMap<string, string>): NamedSql[] =>
  [...map].filter(([name]) => !name.includes('.')).map(([name, sql]) => ({ name, sql }));

describe.each(models)('the own SQL of the model $name is portable', ({ model }) => {
  test.each([
    ...[...model.derivation.load, ...model.derivation.rebuild, ...checksOf(model)].map(statement),
    ...[...model.comparisons, ...model.queries].map(statement),
    ...named(model.protocol).map(statement).map(filled),
    // Redshift gives the default another name; its own file has it.
    ...model.tables.map((table): [string, string] => [
      table.name,
      table.create.sql.replace('DEFAULT CURRENT_TIMESTAMP', ''),
    ]),
  ])('%s', (_, sql) => {
    expect(() => assertPortable(sql)).not.toThrow();
  });

  test.each(named(model.doctor).map(statement).map(filled))('%s of the doctor', (_, sql) => {
    expect(() => assertPortable(sql, CATALOGUE)).not.toThrow();
  });
});

test.each([
  ['QUALIFY', 'SELECT id FROM songs s QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1'],
  ['TOP', 'SELECT TOP 1 id FROM songs ORDER BY id'],
  ['MINUS', 'SELECT id FROM songs MINUS SELECT id FROM plays'],
  ['GROUPING SETS', 'SELECT level, COUNT(*) FROM users GROUP BY ROLLUP(level)'],
  ['EXPLAIN', 'EXPLAIN SELECT 1'],
  ['BARE LITERAL', "SELECT a FROM (SELECT 'x' AS a) s"],
  ['BARE LITERAL', 'CREATE TEMP TABLE t AS SELECT NULL AS a'],
  ['BARE LITERAL', "SELECT a FROM (SELECT 'x' AS a UNION ALL SELECT level FROM users) s"],
  ['listagg', "SELECT LISTAGG(level, ',') FROM users"],
  ['nvl', "SELECT NVL(level, '-') FROM users"],
  ['nvl2', "SELECT NVL2(level, '+', '-') FROM users"],
  ['decode', "SELECT DECODE(level, 'a', 1) FROM users"],
  ['datediff', 'SELECT DATEDIFF(day, a, b) FROM t'],
  ['dateadd', 'SELECT DATEADD(day, 1, a) FROM t'],
  ['getdate', 'SELECT GETDATE() FROM t'],
  ['sysdate', 'SELECT SYSDATE FROM t'],
  ['avg', 'SELECT AVG(n) FROM t'],
  ['len', 'SELECT LEN(a) FROM t'],
  ['version', 'SELECT version()'],
])('the gate finds %s, which Redshift takes and the others do not, or not so: %s', (use, sql) => {
  expect(() => assertPortable(sql)).toThrow(`not portable: ${use}`);
});

test.each([
  ['Redshift itself', 'SELECT DISTINCT ON (id) id FROM songs', 'no DISTINCT ON'],
  [
    'Redshift too, a correlation that skips a level',
    'SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE EXISTS (SELECT 1 FROM v WHERE v.a = t.a))',
    'correlated subquery',
  ],
])('what the gate refuses is refused by %s: %s', (_, sql, message) => {
  expect(() => assertPortable(sql)).toThrow(message);
});
