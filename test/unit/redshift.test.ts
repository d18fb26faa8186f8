import { describe, expect, test } from '@jest/globals';
import type { Part } from '../../src/objects/part.ts';
import {
  byName,
  createTablesBatch,
  type Dropped,
  loadBatch,
  rebuildBatch,
  refreshBatch,
  tableSizesSql,
  undoBatch,
} from '../../src/pipeline/batches.ts';
import { worstCases } from '../../src/pipeline/budget.ts';
import { commentBatches } from '../../src/pipeline/comments.ts';
import { versionsSql } from '../../src/pipeline/ledger.ts';
import { starBatch } from '../../src/pipeline/reconcile/star.ts';
import { comparisonSql } from '../../src/pipeline/reconcile/tables.ts';
import { ddlFor, doctorSql, protocolSql, tablesOf } from '../../src/sql/catalogue.ts';
import { parseColumns } from '../../src/sql/ddl.ts';
import { Qualifier } from '../../src/sql/qualify.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { BEGINNING, render } from '../../src/sql/render.ts';
import { copyStatement, jsonpathsOf, manifestOf } from '../../src/warehouse/redshift/copy.ts';
import { loadErrorSql } from '../../src/warehouse/redshift/load-errors.ts';
import { assertReads } from '../../src/warehouse/redshift/read-only.ts';
import {
  FIRST_OF_PATH,
  placesOf,
  relationsSql,
  schemaExistsSql,
  tablesGuardSql,
} from '../../src/warehouse/redshift/schema.ts';
import { batchStatements, countStatements, MAX_STATEMENTS } from '../../src/warehouse/redshift/statements.ts';
import { addressOf } from '../../src/warehouse/redshift/target.ts';
import { findPart } from '../../src/warehouse/redshift/work.ts';
import type { Batch, Step } from '../../src/warehouse/warehouse.ts';
import { githubModel } from '../support/github.ts';
import { expectGolden } from '../support/golden.ts';

const ROLE = 'arn:aws:iam::123456789012:role/dwhRole';
const model = loadModel();
const PART: Part = { path: '/spool/x.json', compression: 'none', records: 1, bytes: 1, index: [] };
const OPTIONS = {
  schema: 'sparkify',
  iamRole: ROLE,
  region: 'us-west-2',
  timeoutMilliseconds: 7_200_000,
  regions: new Map(),
  filesOf: (step: Step) =>
    step.kind === 'copy'
      ? [
          {
            compression: 'gzip' as const,
            manifest: `s3://work/starload/RUN/${step.table.name}-gzip.manifest`,
            jsonpaths: undefined,
          },
        ]
      : [],
};

function load({ rejects = [PART], of = model } = {}): Batch {
  const copies = tablesOf(of, 'staging').map((table) => ({ table, parts: [PART], mapping: byName(table) }));
  return loadBatch(of, 'SYSDATE', 'RUN', { ledger: PART, rejects }, copies);
}

function refresh(): Batch {
  const copies = tablesOf(model, 'staging').map((table) => ({
    table,
    folder: { uri: `s3://udacity-dend/${table.source}/`, compression: 'none' as const, jsonpaths: undefined },
    version: 'listing:0',
    size: 1,
  }));
  return refreshBatch(model, 'SYSDATE', 'RUN', copies);
}

function createTables(dropped: readonly Dropped[]): Batch {
  const engine = { engine: 'redshift', now: 'SYSDATE' };
  const hasRun = dropped.length > 0;
  const kept = new Set(hasRun ? ['load_history'] : []);
  return createTablesBatch(model, engine, 'RUN', { dropped, hasRun, hasLedger: hasRun, kept, commented: false });
}

function comments(): readonly Batch[] {
  const limit = { most: MAX_STATEMENTS, needs: countStatements };
  return commentBatches(model.tables, { engine: 'redshift', statementLimit: limit }, 'RUN');
}

const textOf = (batch: Batch) =>
  batchStatements(batch, { ...OPTIONS, makesSchema: batch.creates === true && !batch.locks })
    .map(({ sql }) => `${sql};`)
    .join('\n\n');

describe('the statements of a batch', () => {
  test.each([
    ['redshift-load.sql', load()],
    ['redshift-load-github.sql', load({ of: githubModel })],
    ['redshift-rebuild.sql', rebuildBatch(model, 'SYSDATE', 'RUN')],
    ['redshift-undo.sql', undoBatch(model, 'SYSDATE', 'RUN', { of: 'run', condition: "run_id = 'X'" }, true)],
    ['redshift-undo-file.sql', undoBatch(model, 'SYSDATE', 'RUN', { of: 'file', condition: "uri = 'X'" }, true)],
    ['redshift-forget.sql', worstCases(model, { engine: 'redshift', now: 'SYSDATE' }).forget()[0]],
    ['redshift-refresh.sql', refresh()],
    ['redshift-reconcile.sql', starBatch({ model, now: 'SYSDATE' }, { percent: 10, seed: 0 }, 'RUN')],
    [
      'redshift-create-tables.sql',
      createTables(
        model.tables
          .filter(({ kept }) => !kept)
          .map(({ name }) => ({ name, kind: 'table', rows: name === 'load_run' ? undefined : 0 })),
      ),
    ],
    ['redshift-create-tables-first.sql', createTables([])],
    ...comments().map((batch, at) => [`redshift-comments-${at + 1}.sql`, batch] as const),
  ])('are those of %s', (file, batch) => {
    expectGolden(file, textOf(batch));
  });

  test('that only read are those of redshift-reads.sql', () => {
    const own = [
      'ledger_runs',
      'ledger_quarantined',
      'ledger_files',
      'run_files',
      'undo_files',
      'forgets',
      'forgets_kept',
      'run_stamp',
    ].map((name) => protocolSql(model, name).sql.replace('{base}', "run_id = 'a' OR run_id LIKE 'a.%'"));
    const compared = comparisonSql(model.comparisons.filter(({ of }) => of !== 'files')).sql;
    const asked = [
      FIRST_OF_PATH,
      schemaExistsSql('sparkify'),
      relationsSql('sparkify', ['songs', 'users']),
      tablesGuardSql('sparkify', ['load_ledger', 'load_history']),
      ...loadErrorSql({ queryId: 7, filePrefix: '' }),
      ...loadErrorSql({ queryId: 0, filePrefix: 's3://work/starload/RUN/' }),
    ];
    const doctor = ['session', 'schema_privileges', 'table_privileges', 'stamps'].map((name) =>
      render(doctorSql(model, name, 'redshift'), { now: 'SYSDATE', since: BEGINNING })
        .replaceAll('{schema}', "'sparkify'")
        .replaceAll('{table}', `'"sparkify"."songs"'`)
        .replaceAll('{name}', "'songs'"),
    );
    const unheld = comparisonSql(model.comparisons.filter(({ of }) => of === 'files')).sql;
    const questions = model.queries.map(({ sql }) => sql);
    const names = new Qualifier(placesOf('sparkify'));
    const versions = versionsSql(model, 'SYSDATE', ['ledger_versions', 'history_undone', 'history']);
    const qualified = [versions, ...own, tableSizesSql(model), compared, unheld, ...doctor, ...questions].map((sql) =>
      names.statement(sql),
    );
    const all = [...qualified, ...asked].map((sql) => `${sql};`).join('\n\n');
    // Tools outside of the project parse this file.
    expect(all).not.toMatch(/\{\w+\}/);
    expectGolden('redshift-reads.sql', all);
  });

  test('fit one BatchExecuteStatement, and a batch that does not is refused', () => {
    for (const batch of [
      ...comments(),
      load(),
      refresh(),
      starBatch({ model, now: 'SYSDATE' }, { percent: 10, seed: 0 }, 'RUN'),
    ]) {
      expect(batchStatements(batch, OPTIONS).length).toBeLessThanOrEqual(40);
    }
    const mixed = (step: Step) =>
      OPTIONS.filesOf(step).flatMap((files) => [files, { ...files, compression: 'none' as const }]);
    // Where bad records are kept out, nothing is handed on untouched, so that all parts are compressed.
    const both = batchStatements(load({ rejects: [] }), { ...OPTIONS, filesOf: mixed });
    expect(both.length).toBeLessThanOrEqual(40);
    expect(both.filter(({ sql }) => sql.startsWith('COPY'))).toHaveLength(6);
    const steps = Array.from({ length: 41 }, (_, at) => ({ kind: 'sql' as const, name: `s${at}`, sql: 'SELECT 1' }));
    expect(() => batchStatements({ name: 'x', locks: false, steps }, OPTIONS)).toThrow('the Data API takes 40');
    const long: Step = { kind: 'sql', name: 'long', sql: `SELECT '${'é'.repeat(60_000)}'` };
    expect(() => batchStatements({ name: 'x', locks: false, steps: [long] }, OPTIONS)).toThrow(
      'the statement long is longer than',
    );
  });

  test("a table's own file for Redshift has the columns of the portable one", () => {
    for (const table of model.tables) {
      const names = parseColumns(ddlFor(table, 'redshift'), table.name).map(({ name, type, maxBytes, notNull }) => [
        name,
        type,
        maxBytes,
        notNull,
      ]);
      expect(names).toEqual(table.columns.map(({ name, type, maxBytes, notNull }) => [name, type, maxBytes, notNull]));
    }
  });
});

describe('COPY', () => {
  const [, songs] = tablesOf(model, 'staging');
  const files = { compression: 'none' as const, manifest: "s3://b/it's/x.manifest", jsonpaths: 's3://b/x.jsonpaths' };
  const copy = (access: { iamRole: string; region: string }) =>
    songs && copyStatement({ table: songs, name: '"sparkify"."staging_songs"' }, files, access);

  test('quotes its locations and names role, region and format', () => {
    expect(copy({ iamRole: 'default', region: 'eu-central-1' })).toBe(
      `COPY "sparkify"."staging_songs" ("num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year")
FROM 's3://b/it''s/x.manifest'
IAM_ROLE default
FORMAT AS JSON 's3://b/x.jsonpaths'
MANIFEST
REGION 'eu-central-1'
COMPUPDATE OFF STATUPDATE OFF`,
    );
  });

  test.each([
    ["arn:aws:iam::123456789012:role/x' GZIP --", 'us-west-2'],
    [`${ROLE}, ${ROLE}`, 'us-west-2'],
    ['role', 'us-west-2'],
    [ROLE, "us-west-2'"],
    [ROLE, ''],
  ])('refuses the role %s and the region %s', (iamRole, region) => {
    expect(() => copy({ iamRole, region })).toThrow(TypeError);
  });

  test('takes a chain of roles', () => {
    expect(copy({ iamRole: `${ROLE},${ROLE}2`, region: 'us-west-2' })).toContain(`IAM_ROLE '${ROLE},${ROLE}2'`);
  });

  test('lists files that must be there, and keys in bracket notation', () => {
    expect(manifestOf(['s3://b/k'])).toBe('{"entries":[{"url":"s3://b/k","mandatory":true}]}');
    expect(jsonpathsOf({ kind: 'keys', keys: ['a', 'b c'] })).toBe(`{"jsonpaths":["$['a']","$['b c']"]}`);
    expect(jsonpathsOf({ kind: 'names', spellings: new Map() })).toBeUndefined();
  });

  test('errors find their part by a location that was cut', () => {
    const parts = [
      { uri: 's3://b/run/t-1.json.gz', part: PART },
      { uri: 's3://b/run/t-12.json.gz', part: PART },
    ];
    expect(findPart(parts, 's3://b/run/t-12.json.gz   ')?.uri).toBe('s3://b/run/t-12.json.gz');
    expect(findPart(parts, 's3://b/run/t-12.json')?.uri).toBe('s3://b/run/t-12.json.gz');
    expect(findPart(parts, 's3://elsewhere/x')).toBeUndefined();
  });
});

describe('a read-only query', () => {
  test.each([
    'SELECT 1',
    ' (select 1)',
    'WITH a AS (SELECT 1) SELECT * FROM a;',
    "SELECT 'insert; into' -- into ;\n",
    'SHOW search_path',
    'EXPLAIN SELECT 1',
    'SELECT "into" FROM t',
  ])('may be %j', (sql) => {
    expect(() => assertReads(sql)).not.toThrow();
  });

  test.each([
    'DELETE FROM t',
    'SELECT 1 INTO t',
    'SELECT * INTO TEMP t FROM u',
    'SELECT 1INTO t',
    'SELECT 1.INTO t FROM u',
    'SELECT 1; DROP TABLE t',
    '',
    'COPY t FROM x',
    'EXPLAIN DELETE FROM t',
    'selected',
  ])('may not be %j', (sql) => {
    expect(() => assertReads(sql)).toThrow('the statement may do more than read');
  });
});

test('a target is addressed in the ways the Data API allows', () => {
  const base = { region: 'us-west-2', database: 'dev', iamRole: ROLE };
  expect(addressOf({ ...base, clusterIdentifier: 'c', dbUser: 'u' })).toEqual({
    Database: 'dev',
    ClusterIdentifier: 'c',
    DbUser: 'u',
  });
  expect(addressOf({ ...base, clusterIdentifier: 'c' })).toEqual({ Database: 'dev', ClusterIdentifier: 'c' });
  expect(addressOf({ ...base, clusterIdentifier: 'c', secretArn: 's' })).toEqual({
    Database: 'dev',
    ClusterIdentifier: 'c',
    SecretArn: 's',
  });
  expect(addressOf({ ...base, workgroup: 'w', dbUser: 'u' })).toEqual({ Database: 'dev', WorkgroupName: 'w' });
});
