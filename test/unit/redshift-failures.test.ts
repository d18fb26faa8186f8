import { describe, expect, test } from '@jest/globals';
import { LOAD_GUARD } from '../../src/pipeline/batches.ts';
import { refusalOf } from '../../src/pipeline/retry.ts';
import { protocolSql } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { StepFailed } from '../../src/warehouse/errors.ts';
import { keepLongIntegers } from '../../src/warehouse/redshift/exact-integers.ts';
import { isTransient, sortedCall, sortedStatement } from '../../src/warehouse/redshift/failures.ts';
import { toResultSet } from '../../src/warehouse/redshift/values.ts';

const model = loadModel();

describe('what the Data API says', () => {
  test.each([
    [
      'ERROR: 1023\n DETAIL: Serializable isolation violation on table - 1, transactions forming the cycle are: 2 (pid:3)',
      'conflict',
    ],
    ['ERROR: could not complete because of conflict with concurrent transaction', 'conflict'],
    ['ERROR: deadlock detected', 'conflict'],
    ['ERROR: relation "load_ledger" does not exist [ErrorId: 1-656a6401-67bc80cb02ba7898069d8916]', 'missing-table'],
    ['ERROR: Cannot COPY into nonexistent table staging_events', 'missing-table'],
    [
      "ERROR: Load into table 'staging_events' failed.  Check 'sys_load_error_detail' system table for details.",
      'refused',
    ],
    ['ERROR: invalid input syntax for type integer: "starload check: 1023 songs"', 'refused'],
    ["ERROR: Query (12) cancelled on user's request", 'cancelled'],
    ["ERROR: Query (12) canceled on user's request", 'cancelled'],
    ['ERROR: 1018\n DETAIL: Relation does not exist', 'conflict'],
    ['Query #3 failed with ERROR: 1018 DETAIL: Relation does not exist.', 'conflict'],
    ['ERROR: Value out of range for 4 bytes.\n DETAIL: query: 1018, process: query0_1018_1', 'refused'],
  ])('%j is %s', (text, kind) => {
    expect(sortedStatement(text)).toMatchObject({ kind, message: expect.not.stringContaining('ErrorId') });
  });

  test.each([
    ['S3ServiceException: Access Denied,Status 403,Error AccessDenied', 's3:GetObject and s3:ListBucket'],
    [
      'S3ServiceException:The bucket you are attempting to access must be addressed using the specified endpoint...,Status 301,Error PermanentRedirect',
      'a different region',
    ],
    [
      "Problem reading manifest file - Mandatory url is not present in manifest file 's3://b/m'",
      'deleted while it was being loaded',
    ],
    ["The specified S3 prefix 'log_data/' does not exist", 'capitals included'],
    [
      'User arn:aws:redshift:us-west-2:1:dbuser:dwh/u is not authorized to assume IAM Role arn:aws:iam::1:role/x',
      'Attach the role',
    ],
    ['permission denied for relation staging_events', 'Grant the database user'],
    ['permission denied for schema public', 'Grant the database user'],
    ["Query (7) cancelled on user's request", 'nothing is loaded twice'],
    ['Query (7) canceled: statement timeout', 'nothing is loaded twice'],
    ['FATAL: database "dve" does not exist', 'DB_NAME'],
    ['Database response exceeded size limit', 'fewer or narrower rows'],
    ['Packet for query is too large (70000 > 65535)', 'fewer or narrower rows'],
    ['disk full', 'resize it'],
    ['relation "songplays" does not exist', 'create-tables'],
  ])('a statement that failed with %j comes with advice: %s', (text, advice) => {
    expect(sortedStatement(`ERROR: ${text}`).next).toContain(advice);
  });

  test.each([
    [{ name: 'ActiveStatementsExceededException' }, true],
    [{ name: 'ThrottlingException' }, true],
    [{ name: 'ValidationException', message: 'Session is not available' }, true],
    [{ name: 'BatchExecuteStatementException', $metadata: { httpStatusCode: 500 } }, true],
    [{ name: 'Error', code: 'ECONNRESET' }, true],
    [{ name: 'ValidationException', message: "Redshift endpoint doesn't exist in this region." }, false],
    [{ name: 'AccessDeniedException' }, false],
    [{ name: 'ExpiredTokenException' }, false],
  ])('%j is worth another try: %s', (error, transient) => {
    expect(isTransient(error)).toBe(transient);
  });

  test.each([
    [{ name: 'AccessDeniedException', message: 'no' }, 'redshift-data:BatchExecuteStatement'],
    [{ name: 'ExpiredTokenException', message: 'expired' }, 'Renew the credentials'],
    [{ name: 'CredentialsProviderError', message: 'Could not load credentials from any providers' }, 'AWS_PROFILE'],
    [{ name: 'ValidationException', message: "Redshift endpoint doesn't exist in this region." }, 'HOST'],
    [{ name: 'SomethingElse', message: 'x' }, 'Run again later'],
  ])('%j comes with advice: %s', (error, advice) => {
    expect(sortedCall(error).next).toContain(advice);
  });

  test('rows keep their types, and whole numbers their digits', () => {
    const body =
      '{"Records":[[{"longValue":9223372036854775807},{"stringValue":"\\"longValue\\":12345678901234567890,"},{"longValue":7}]]}';
    expect(keepLongIntegers(body)).toBe(
      '{"Records":[[{"stringValue":"9223372036854775807"},{"stringValue":"\\"longValue\\":12345678901234567890,"},{"longValue":7}]]}',
    );
    const types = ['int8', 'numeric', 'timestamp', 'timestamptz', 'bool', 'float8', 'varchar', 'varchar'];
    const fields = [
      { stringValue: '9223372036854775807' },
      { stringValue: '12.50' },
      { stringValue: '2018-11-01 21:01:46.7961' },
      { stringValue: '2018-11-01 21:01:46+00' },
      { booleanValue: false },
      { doubleValue: 0.5 },
      { stringValue: '7' },
      { isNull: true as const },
    ];
    const columns = types.map((typeName) => ({ name: 'n', label: 'l', typeName }));
    expect(toResultSet(columns, { Records: [fields] })).toEqual({
      columns: types.map(() => 'l'),
      rows: [[9223372036854775807n, 12.5, '2018-11-01 21:01:46.796', '2018-11-01 21:01:46.000', false, 0.5, '7', null]],
    });
  });
});

describe('the refusal of a load by its guard', () => {
  const step = { kind: 'sql' as const, name: LOAD_GUARD, sql: '' };
  const guard = protocolSql(model, LOAD_GUARD).sql;
  const words = [...guard.matchAll(/THEN '(\D[^']*)'/g)].map(([, text = '']) => text);

  test('is known by its words, and by their first letter where an engine gives no more', () => {
    const refusals = (say: (text: string) => string) =>
      words.map((text) => refusalOf(new StepFailed(step, sortedStatement(say(text)), [])));
    const expected = ['broken', 'stamp', 'unstamped', 'replaced', 'overtaken'];
    expect(refusals((text) => `ERROR: invalid input syntax for type integer: "${text}"`)).toEqual(expected);
    expect(refusals((text) => `ERROR: Invalid digit, Value '${text[0]}', Pos 0, Type: Integer `)).toEqual(expected);
    expect(refusals(() => 'ERROR: something else')).toEqual(words.map(() => 'overtaken'));
  });

  test('is none where another step fails, or the guard could not run', () => {
    expect(refusalOf(new StepFailed({ ...step, name: 'x' }, sortedStatement('ERROR: older stamp than'), []))).toBe(
      undefined,
    );
    expect(refusalOf(new StepFailed(step, sortedStatement('ERROR: 1023'), []))).toBe(undefined);
  });
});
