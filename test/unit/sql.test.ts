import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { creation, ddlFor, loadedColumns, protocolSql, type Table } from '../../src/sql/catalogue.ts';
import { parseColumns } from '../../src/sql/ddl.ts';
import { createOn } from '../../src/sql/design.ts';
import { forEachTable } from '../../src/sql/each-table.ts';
import { BUILT_IN_MODEL, LOADER_SQL, loadModel } from '../../src/sql/read-model.ts';
import { quoteIdentifier, quoteLiteral, render } from '../../src/sql/render.ts';
import { tokenize, withoutComments } from '../../src/sql/tokens.ts';
import { lineAt, placeOf, wholeFile, writtenIn } from '../../src/sql/written.ts';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import { withFolder } from '../support/engines.ts';

/** A model with a file added or replaced. */
function withModelFile<T>(file: string, text: string, action: (folder: string) => T): Promise<T> {
  return withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    writeFileSync(join(folder, file), text);
    return action(folder);
  });
}

describe('the catalogue', () => {
  test('knows the tables and what a COPY fills', () => {
    const model = loadModel();
    const events = model.tables.find(({ name }) => name === 'staging_events');
    expect(model.tables.map(({ role, name }) => `${role}/${name}`)).toEqual([
      'control/load_history',
      'control/load_ledger',
      'control/load_run',
      'control/rejected_records',
      'staging/staging_events',
      'staging/staging_songs',
      'current/current_events',
      'current/current_songs',
      'star/artists',
      'star/songplays',
      'star/songs',
      'star/time',
      'star/users',
    ]);
    expect(events && loadedColumns(events)).toHaveLength(18);
    expect(events?.source).toBe('LOG_DATA');
    expect(events?.columns.find(({ name }) => name === 'artist')).toEqual({
      name: 'artist',
      comment: 'The artist of the song played, as the app shows it.',
      type: 'varchar',
      sqlType: 'VARCHAR',
      maxBytes: 1024,
      notNull: false,
      hasDefault: false,
    });
    expect(model.checks.map(({ severity }) => severity)).toContain('warning');
  });

  test('knows the range of a whole number, which is that of the check on it', () => {
    const { tables, checks } = loadModel();
    const events = tables.find(({ name }) => name === 'staging_events');
    const range = events?.columns.find(({ name }) => name === 'ts')?.range;
    const check = checks.find(({ name }) => name === 'event_time_in_range')?.sql;
    expect(check).toContain(`(ts < ${range?.[0]} OR ts > ${range?.[1]})`);
  });

  test("adds to the columns what an engine's own file says", () =>
    withModelFile('star/users.redshift.sql', '-- Small.\nDISTSTYLE ALL;\n', (folder) => {
      const users = loadModel(folder).tables.find(({ name }) => name === 'users');
      expect(users && ddlFor(users, 'redshift')).toMatch(/level VARCHAR\(256\).*\n\)\n-- Small\.\nDISTSTYLE ALL$/);
      expect(users && ddlFor(users, 'duckdb')).not.toContain('DISTSTYLE');
      expect(users && placeOf(creation(users, 'redshift').written ?? [], 3)).toBe(`${folder}/star/users.sql, line 3`);
      expect(users && placeOf(creation(users, 'redshift').written ?? [], 12)).toBe(
        `${folder}/star/users.redshift.sql, line 2`,
      );
    }));

  test('creates indexes in statements of their own, and compares text by its bytes on PostgreSQL', () => {
    const [songs] = loadModel().tables.filter(({ name }) => name === 'songs');
    expect(songs && ddlFor(songs, 'postgres')).toContain('  title VARCHAR(1024) COLLATE "C", --');
    expect(songs && ddlFor(songs, 'postgres')).toMatch(/\n\);\nCREATE INDEX ON songs \(song_id\);\nCREATE INDEX/);
  });

  test.each([
    ['a VARCHAR(10) NOT NULL', 'a VARCHAR(10) COLLATE "C" NOT NULL'],
    ['a varchar ( 10 )', 'a varchar ( 10 ) COLLATE "C"'],
    ['\ta\tTEXT', '\ta\tTEXT COLLATE "C"'],
    ['a CHARACTER VARYING(10)', 'a CHARACTER VARYING(10) COLLATE "C"'],
    ['a VARCHAR(10) COLLATE "C"', 'a VARCHAR(10) COLLATE "C"'],
    ['a BIGINT -- once VARCHAR(10)', 'a BIGINT -- once VARCHAR(10)'],
  ])('on PostgreSQL, the column %j is %j', (column, expected) => {
    const create = { name: 'create_t', sql: `CREATE TABLE t (\n  ${column}\n)` };
    expect(createOn('postgres', create, undefined).sql).toBe(`CREATE TABLE t (\n  ${expected}\n)`);
  });

  test("gives staging tables the stamp and the loader's own design, unless the model has one", () =>
    withModelFile('staging/staging_songs.redshift.sql', 'DISTSTYLE EVEN', (folder) => {
      const [events, songs] = loadModel(folder).tables.filter(({ role }) => role === 'staging');
      expect(events && ddlFor(events, 'redshift')).toMatch(
        /userid BIGINT, --.*\n {2}source_file BIGINT DEFAULT NULL, --.*\n {2}source_line BIGINT DEFAULT NULL, --.*\n {2}rescued VARCHAR\(65535\) DEFAULT NULL, --.*\n {2}loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL --.*\n\)\n.*\nDISTSTYLE AUTO\nSORTKEY \(loaded_at\)$/,
      );
      expect(events && ddlFor(events, 'postgres')).toContain('CREATE INDEX ON "staging_events" (loaded_at)');
      expect(songs && ddlFor(songs, 'redshift')).toMatch(/\)\nDISTSTYLE EVEN$/);
    }));

  test("refuses columns in an engine's own file, and a staging column with the name of the stamp", async () => {
    await withModelFile('star/users.redshift.sql', 'CREATE TABLE users (\n  user_id BIGINT\n)', (folder) => {
      expect(() => loadModel(folder)).toThrow(
        `${folder}/star/users.redshift.sql: the columns of a table are in one file, without an engine in its name`,
      );
    });
    await withModelFile('staging/x.sql', 'CREATE TABLE x (\n  loaded_at TIMESTAMP\n)', (folder) => {
      expect(() => loadModel(folder)).toThrow(`${folder}/staging/x.sql: loaded_at is the stamp of the load`);
    });
    await withModelFile('staging/x.sql', 'CREATE TABLE x (\n  Rescued VARCHAR(9)\n)', (folder) => {
      expect(() => loadModel(folder)).toThrow(`${folder}/staging/x.sql: rescued is the column for keys that no other`);
    });
  });

  test("refuses the loader's own SQL with a folder missing, such as that of the checks", () =>
    withFolder((folder) => {
      cpSync(LOADER_SQL, folder, { recursive: true });
      rmSync(join(folder, 'checks'), { recursive: true });
      expect(() => loadModel(BUILT_IN_MODEL, folder)).toThrow(`${folder} has no folder checks/staged`);
      return Promise.resolve();
    }));

  test('repeats a statement for each staging table without moving its lines', () => {
    const sql = 'SELECT 1\n-- for each staging table\nSELECT {table_name} -- name\nFROM {table}\n-- end\nWHERE 2';
    const tables = loadModel().tables.filter(({ role }) => role === 'staging');
    const [a, b] = ['a', 'b'].map((name) => ({ ...(tables[0] as Table), name }));
    expect(forEachTable(sql, [a as Table, b as Table])).toBe(
      'SELECT 1\n\nSELECT \'a\' -- name\nFROM "a"\nUNION ALL SELECT \'b\' FROM "b"\nWHERE 2',
    );
    expect(forEachTable('SELECT 1', tables)).toBe('SELECT 1');
  });

  test('refuses a check without a severity and a protocol without a statement', async () => {
    await withModelFile('checks/star/x.sql', 'SELECT 1', (folder) => {
      expect(() => loadModel(folder)).toThrow('checks/star/x.sql: no severity');
    });
    expect(() => protocolSql(loadModel(), 'nothing')).toThrow('protocol/nothing.sql');
  });

  test('refuses a CREATE TABLE it cannot read', () => {
    expect(() => parseColumns('CREATE TABLE t (a INT)', 't.sql')).toThrow('t.sql: no columns found');
    expect(() => parseColumns('CREATE TABLE t (\n  a\n)', 't.sql')).toThrow('not a column: a');
    expect(() => parseColumns('CREATE TABLE t (\n  a BIGINT, b BIGINT\n)', 't.sql')).toThrow(
      'not a column: a BIGINT, b',
    );
    expect(
      parseColumns("CREATE TABLE t (\n  a NUMERIC(10, 2) DEFAULT ',', -- one, two\n  b BIGINT\n)", 't.sql'),
    ).toHaveLength(2);
  });
});

describe('the tokens of a statement', () => {
  test('have a comment or a literal that begins with a line break as one', () => {
    const tokens = tokenize('SELECT /*\n no token */ \'\nit\'\'s\', "a""b", $x$\n1$x$, Øre, 1.5');
    expect(tokens.filter(({ key }) => key !== ',').map(({ kind, key }) => [kind, key])).toEqual([
      ['word', 'select'],
      ['string', "'\nit''s'"],
      ['quoted', 'a"b'],
      ['string', '$x$\n1$x$'],
      ['word', 'øre'],
      ['other', '1.5'],
    ]);
  });
});

describe('a statement without its comments', () => {
  test.each([
    ['-- why\nSELECT 1 -- one; two\n', ' \nSELECT 1'],
    ['SELECT/* a\nb */1', 'SELECT \n 1'],
    [`SELECT '--', "/* x */" -- y`, `SELECT '--', "/* x */"`],
    ["SELECT 'it''s -- no comment'", "SELECT 'it''s -- no comment'"],
    ['SELECT 2 - 1 / 3 * 4', 'SELECT 2 - 1 / 3 * 4'],
  ])('%j is %j', (sql, bare) => {
    expect(withoutComments(sql)).toBe(bare);
  });

  test('of the model none has any left', () => {
    const { derivation, checks, protocol } = loadModel();
    const statements = [
      ...[...derivation.load, ...derivation.rebuild, ...checks].map(({ sql }) => sql),
      ...protocol.values(),
    ];
    expect(statements.filter((sql) => /--|\/\*/.test(sql)).length).toBeGreaterThan(10);
    expect(statements.map(withoutComments).filter((sql) => /--|\/\*/.test(sql))).toEqual([]);
  });
});

describe('rendering', () => {
  test('leaves literals and comments as they are', () => {
    const stamps = { now: 'N', since: 'S' };
    expect(render("SELECT '{since}', {now} -- {now}\nWHERE a >= {since} AND {base}", stamps)).toBe(
      "SELECT '{since}', N -- {now}\nWHERE a >= S AND 1 = 1",
    );
  });

  test('fills the stamps wherever they stand', () => {
    expect(render('{now} {since} {now}', { now: 'N', since: 'S' })).toBe('N S N');
  });

  test('quotes any identifier and any literal an engine can hold so that the engine reads it back', async () => {
    const warehouse = await openDuckdb({ path: ':memory:', readOnly: false, readable: [], memoryLimit: undefined });
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\\\p{Cc}]/u.test(one));
    await fc.assert(
      fc.asyncProperty(text, text, async (literal, name) => {
        const { rows, columns } = await warehouse.query(
          `SELECT ${quoteLiteral(literal)} AS ${quoteIdentifier(`x${name}`)}`,
        );
        expect([columns, rows]).toEqual([[`x${name}`], [[literal]]]);
      }),
      { numRuns: 200 },
    );
    await warehouse.close();
  });

  test.each(['a\\b', 'a\nb', 'a\u0000b', '\u0085'])('refuses %j in a literal', (text) => {
    expect(() => quoteLiteral(text)).toThrow(TypeError);
  });
});

describe('the place of a line of a statement', () => {
  const [a, b] = ['SELECT 1', 'SELECT 2\n  + 3'].map((sql, at) => ({
    sql,
    written: wholeFile(`sql/x/${at}.sql`, sql),
  }));
  const both = [a, b] as { sql: string; written: ReturnType<typeof wholeFile> }[];
  const joined = `-- before\n${a?.sql}\nUNION ALL\n${b?.sql}\n-- after`;

  test.each([
    [1, 'sql/x/0.sql'],
    [2, 'sql/x/0.sql, line 1'],
    [3, 'sql/x/1.sql'],
    [4, 'sql/x/1.sql, line 1'],
    [5, 'sql/x/1.sql, line 2'],
    [6, 'sql/x/1.sql'],
    [undefined, 'a file in sql/x'],
  ])('of line %s is in %s', (line, place) => {
    expect(placeOf(writtenIn(joined, both), line)).toBe(place);
  });

  test('is the file where there is one, and nowhere where there is none', () => {
    expect(placeOf(wholeFile('sql/x.sql', 'SELECT 1'), undefined)).toBe('sql/x.sql');
    expect(placeOf([], 1)).toBeUndefined();
  });

  test('is found from a position that counts characters, not halves of them', () => {
    expect([1, 2, 3, 4].map((position) => lineAt('😀\n\nx', position))).toEqual([1, 1, 2, 3]);
  });
});
