import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commentStatements } from '../../src/sql/comment-on.ts';
import { headComment, LONGEST_COMMENT } from '../../src/sql/comments.ts';
import { parseColumns } from '../../src/sql/ddl.ts';
import { withOwnColumns } from '../../src/sql/design.ts';
import { Qualifier } from '../../src/sql/qualify.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { quoteComment } from '../../src/sql/render.ts';
import { withFolder } from '../support/engines.ts';

const columnsOf = (...lines: readonly string[]) =>
  parseColumns(`CREATE TABLE t (\n${lines.map((line) => `  ${line}`).join('\n')}\n)`, 't.sql').map(
    ({ name, comment, range }) => [name, comment, range],
  );

describe('the comment of a column', () => {
  test.each([
    ['stands behind it', ['a BIGINT, -- Cents.', 'b BIGINT'], ['Cents.', undefined]],
    ['or above it, in any number of lines', ['-- One', '--   two.', 'a BIGINT,', 'b BIGINT'], ['One two.', undefined]],
    ['or both', ['-- One.', 'a BIGINT, -- Two.', 'b BIGINT -- Three.'], ['One. Two.', 'Three.']],
    ['not above a blank line', ['a BIGINT,', '-- Money:', '', '-- Cents.', 'b BIGINT'], [undefined, 'Cents.']],
    ['not above the end', ['a BIGINT,', 'b BIGINT', '-- No more.'], [undefined, undefined]],
    ['begins behind a literal', ["a VARCHAR(9) DEFAULT '--', -- Dashes: --", 'b BIGINT'], ['Dashes: --', undefined]],
  ])('%s', (_, lines, expected) => {
    expect(columnsOf(...lines).map(([, comment]) => comment)).toEqual(expected);
  });

  test.each([
    ['from 1 to 9', undefined, [1n, 9n]],
    ['from 1 to 9.', undefined, [1n, 9n]],
    ['from -1 to 9. Cents.', 'Cents.', [-1n, 9n]],
    ['from 1 to 9 of them', 'from 1 to 9 of them', undefined],
    ['Cents, from 1 to 9', 'Cents, from 1 to 9', undefined],
    ['from 1 to 9.5', 'from 1 to 9.5', undefined],
  ])('%j may begin with a range, which is not part of it', (written, comment, range) => {
    expect(columnsOf(`a BIGINT -- ${written}`)).toEqual([['a', comment, range]]);
  });

  test.each([
    ['was: title', undefined, 'title'],
    ['was: title.', undefined, 'title'],
    ['was: Title. Its name.', 'Its name.', 'title'],
    ['was: the title', 'was: the title', undefined],
  ])('%j may begin with a former name, which is not part of it', (written, comment, was) => {
    const [column] = parseColumns(`CREATE TABLE t (\n  a BIGINT -- ${written}\n)`, 't.sql');
    expect([column?.comment, column?.was]).toEqual([comment, was]);
  });

  test('stays with its column when those of the loader are added', () => {
    const create = "CREATE TABLE t (\n  a BIGINT, -- One.\n  b VARCHAR(9) DEFAULT ' --' -- Two.\n  -- Nothing.\n)";
    expect(parseColumns(withOwnColumns(create), 't.sql').map(({ name, comment }) => [name, comment])).toEqual([
      ['a', 'One.'],
      ['b', 'Two.'],
      ['source_file', 'The number of the file in its run, as in load_ledger, if the record was read one by one.'],
      ['source_line', 'The line of the file on which the record begins.'],
      ['rescued', 'The keys that no column takes, as JSON, if they were kept.'],
      ['loaded_at', 'When the row was loaded, in UTC.'],
    ]);
  });
});

describe('the comment of a table', () => {
  test('is the lines above CREATE TABLE that are no heads', () => {
    const sql = '-- Orders,\n-- key: id\n-- note: as placed.\n-- affected by: x as id\n--\nCREATE TABLE t (\n-- not\n)';
    expect(headComment(sql)).toBe('Orders, note: as placed.');
    expect(headComment('-- key: id\nCREATE TABLE t (\n  id BIGINT\n)')).toBeUndefined();
  });

  test('has no characters that control a terminal or turn text around, and ends somewhere', () => {
    expect(headComment('-- a\tb\u0007c \u202edef\u0000\u2028g\nCREATE TABLE t (\n)')).toBe('a b c def g');
    const long = headComment(`-- ${'😀'.repeat(LONGEST_COMMENT + 1)}\nCREATE TABLE t (\n)`);
    expect(long).toBe(`${'😀'.repeat(LONGEST_COMMENT - 1)}…`);
  });
});

describe('COMMENT ON', () => {
  test.each([
    ['duckdb', String.raw`'a\''b'`],
    ['postgres', String.raw`E'a\\''b'`],
    ['redshift', String.raw`'a\\''b'`],
  ])('on %s quotes a backslash and a quote as %s', (engine, quoted) => {
    expect(quoteComment(String.raw`a\'b`, engine)).toBe(quoted);
    expect(quoteComment("it's", engine)).toBe("'it''s'");
    expect(() => quoteComment('a\nb', engine)).toThrow(TypeError);
  });

  test('has its table qualified, and what its text says is not touched', () => {
    const names = new Qualifier({ tables: '"etl".', temporary: '' });
    const [table, column] = [`COMMENT ON TABLE "t" IS 'from x'`, `COMMENT ON COLUMN "t"."a" IS 'COMMENT ON TABLE x'`];
    expect(names.statement(`${table};\n${column};\nCOMMENT ON COLUMN s.t.a IS NULL;\nDROP TABLE t`)).toBe(
      `COMMENT ON TABLE "etl"."t" IS 'from x';\nCOMMENT ON COLUMN "etl"."t"."a" IS 'COMMENT ON TABLE x';\nCOMMENT ON COLUMN s.t.a IS NULL;\nDROP TABLE "etl".t`,
    );
  });

  test.each(['sparkify', 'github'])(
    'says something of every table and column of the model %s, and of every table of the loader',
    (name) => {
      for (const table of loadModel(join(BUILT_IN_MODEL, '..', name)).tables) {
        expect(table.comment).toMatch(/^[A-Z].*\.$/);
        const silent = table.columns.filter(({ comment }) => comment === undefined);
        expect([table.name, table.role === 'control' ? [] : silent.map(({ name }) => name)]).toEqual([table.name, []]);
      }
    },
  );

  test('describes a current table that the model does not write by its staging table', () =>
    withFolder((folder) => {
      cpSync(BUILT_IN_MODEL, folder, { recursive: true });
      const staging = '-- source: X\n-- key: a, b\nCREATE TABLE staging_x (\n  a BIGINT, -- One.\n  b BIGINT\n)';
      writeFileSync(join(folder, 'staging/staging_x.sql'), staging);
      const table = loadModel(folder).tables.find(({ name }) => name === 'current_x');
      expect(table && commentStatements(table, 'duckdb')).toEqual([
        `COMMENT ON TABLE "current_x" IS 'For each record of staging_x, the version that counts.'`,
        `COMMENT ON COLUMN "current_x"."row_id" IS 'A digest of the key of the record.'`,
        `COMMENT ON COLUMN "current_x"."a" IS 'One.'`,
      ]);
      return Promise.resolve();
    }));
});
