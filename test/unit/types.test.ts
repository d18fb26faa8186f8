import { describe, expect, test } from '@jest/globals';
import { otherType } from '../../src/sql/types.ts';

const told = (sqlType: string) => otherType({ sqlType, maxBytes: undefined });

describe('a column of a current or star table', () => {
  test.each([
    ...['BIGINT', 'INT8', 'INTEGER', 'INT', 'INT4', 'SMALLINT', 'INT2', 'DOUBLE PRECISION', 'FLOAT8'],
    ...['BOOLEAN', 'BOOL', 'DATE', 'TIMESTAMP'],
  ])('may be %s, which every engine has', (type) => expect(told(type)).toBeUndefined());

  test.each(['FLOAT', 'REAL', 'NUMERIC', 'TIMESTAMPTZ', 'INT64', 'SUPER', 'HUGEINT', 'UUID'])(
    'may not be %s, and what to write instead is told',
    (type) => expect(told(type)).toMatch(/DOUBLE|DECIMAL|TIMESTAMP|BIGINT|VARCHAR/),
  );
});
