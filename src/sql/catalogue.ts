import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StarloadError } from '../errors.ts';
import { type Column, parseColumns } from './ddl.ts';
import { type Written, wholeFile } from './written.ts';

export type { Column } from './ddl.ts';

/** The purpose of a table, which is also the name of its folder under sql/. */
export type TableRole = 'control' | 'staging' | 'current' | 'star';

/** A table of the model. `ddl` holds the portable CREATE TABLE and, by engine name, the ones that must differ. */
export interface Table {
  readonly name: string;
  readonly role: TableRole;
  readonly columns: readonly Column[];
  readonly ddl: ReadonlyMap<string, string>;
  /** For staging tables: the key of dwh.cfg's [S3] section that names its files. */
  readonly source: string | undefined;
  /** The columns that identify a row for readers; empty if the file names none. Rows that share a key are allowed. */
  readonly key: readonly string[];
  /** Whether create-tables leaves it unchanged once it exists. */
  readonly kept: boolean;
  /** For staging tables: the columns by which `reconcile --sample` selects rows; empty if it takes all rows. */
  readonly sampledBy: readonly string[];
}

/** A named statement of sql/. */
export interface NamedSql {
  readonly name: string;
  readonly sql: string;
  /** Its place in sql/; absent for a statement that is in no file. */
  readonly written?: readonly Written[] | undefined;
}

/** A statement that derives rows from staged ones. */
export interface Transform extends NamedSql {
  /** Whether it only deletes rows. After a rebuild has emptied the derived tables, there are none to delete. */
  readonly skippedByRebuild: boolean;
}

/** A rule for the data: its statement returns the offending rows. */
export interface Check extends NamedSql {
  readonly phase: 'staged' | 'star';
  readonly severity: 'error' | 'warning';
}

/** A comparison of the tables' contents: its statement returns an `offender` for every disagreement. */
export interface Comparison extends NamedSql {
  /**
   * `control`: it reads only control tables, and `check` runs it too. `files`: it needs `source_…` tables, which hold
   * the records of all source files.
   */
  readonly of: 'control' | 'tables' | 'files';
  /** What to do about a disagreement. */
  readonly next: string;
}

/** Everything under sql/: the warehouse's tables, how rows flow through them, the rules, and the questions. */
export interface Model {
  readonly tables: readonly Table[];
  readonly transforms: readonly Transform[];
  readonly checks: readonly Check[];
  readonly comparisons: readonly Comparison[];
  readonly queries: readonly NamedSql[];
  readonly protocol: ReadonlyMap<string, string>;
  /** The doctor's queries by name; those of an engine under `name.engine`. */
  readonly doctor: ReadonlyMap<string, string>;
}

/** The key of a table's portable CREATE TABLE in `Table.ddl`. */
export const PORTABLE = 'portable';

/** The built-in model: the folder sql/ of this package. */
export const BUILT_IN_MODEL = fileURLToPath(new URL('../../sql/', import.meta.url));

/** Reads a model from its folder. Throws StarloadError with the name of a file that is not valid. */
export function loadModel(folder: string = BUILT_IN_MODEL): Model {
  const roles: readonly TableRole[] = ['control', 'staging', 'current', 'star'];
  return {
    tables: roles.flatMap((role) => readTables(folder, role)),
    transforms: readTransforms(folder),
    checks: (['staged', 'star'] as const).flatMap((phase) => readChecks(folder, phase)),
    comparisons: [
      ...readComparisons('reconcile/control', folder, 'control'),
      ...readComparisons('reconcile', folder, 'tables'),
      ...readComparisons('reconcile/recount', folder, 'files'),
    ],
    queries: readFolder(folder, 'queries'),
    protocol: readNamed(folder, 'protocol'),
    doctor: readNamed(folder, 'doctor'),
  };
}

/** The tables of a role, in file order. */
export function tablesOf(model: Model, role: TableRole): readonly Table[] {
  return model.tables.filter((table) => table.role === role);
}

/** The table with a name. Throws StarloadError if the model has none. */
export function tableNamed(model: Model, name: string): Table {
  const table = model.tables.find((candidate) => candidate.name === name);
  if (table === undefined) {
    throw new StarloadError(`the model has no table ${name}`, { next: 'Restore sql/ from the package.' });
  }
  return table;
}

/** A table's CREATE TABLE for an engine: its own file if there is one, otherwise the portable one. */
export function ddlFor(table: Table, engine: string): string {
  return table.ddl.get(engine) ?? (table.ddl.get(PORTABLE) as string);
}

/** The same as a statement that knows its file. */
export function creation(table: Table, engine: string): NamedSql {
  const sql = ddlFor(table, engine);
  const file = table.ddl.has(engine) ? `${table.name}.${engine}` : table.name;
  return { name: `create_${table.name}`, sql, written: wholeFile(`sql/${table.role}/${file}.sql`, sql) };
}

/** The columns that a COPY fills: those without a DEFAULT. */
export function loadedColumns(table: Table): readonly Column[] {
  return table.columns.filter((column) => !column.hasDefault);
}

/** A statement of sql/protocol by its name. */
export function protocolSql(model: Model, name: string): NamedSql {
  const sql = model.protocol.get(name);
  if (sql === undefined) {
    throw new StarloadError(`the model has no protocol/${name}.sql`, {
      next: 'Restore sql/protocol from the package.',
    });
  }
  return { name, sql, written: wholeFile(`sql/protocol/${name}.sql`, sql) };
}

/** A statement of sql/doctor by its name: the engine's own if there is one, otherwise the portable one. */
export function doctorSql(model: Model, name: string, engine: string): string {
  const sql = model.doctor.get(`${name}.${engine}`) ?? model.doctor.get(name);
  if (sql === undefined) {
    throw new StarloadError(`the model has no doctor/${name}.sql`, { next: 'Restore sql/doctor from the package.' });
  }
  return sql;
}

function readNamed(model: string, folder: string): ReadonlyMap<string, string> {
  return new Map(readFolder(model, folder).map(({ name, sql }) => [name, sql]));
}

function readFolder(model: string, folder: string): readonly NamedSql[] {
  const files = readdirSync(join(model, folder)).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file) => {
    const sql = readStatement(join(model, folder, file));
    return { name: basename(file, '.sql'), sql, written: wholeFile(`sql/${folder}/${file}`, sql) };
  });
}

/**
 * One statement per file. A trailing semicolon is dropped, because the Data API accepts single statements. The line
 * numbers are those of the file.
 */
function readStatement(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().replace(/;$/, '');
}

function readTables(folder: string, role: TableRole): readonly Table[] {
  const files = readFolder(folder, role);
  return files.filter(({ name }) => !name.includes('.')).map((file) => readTable(file, files, role));
}

function readTable({ name, sql }: NamedSql, files: readonly NamedSql[], role: TableRole): Table {
  const variants = files.filter((file) => file.name.startsWith(`${name}.`));
  const columns = parseColumns(sql, `sql/${role}/${name}.sql`);
  for (const variant of variants) {
    refuseOtherColumns(
      parseColumns(variant.sql, `sql/${role}/${variant.name}.sql`),
      columns,
      `sql/${role}/${variant.name}.sql`,
    );
  }
  return {
    name,
    role,
    columns,
    ddl: new Map([[PORTABLE, sql], ...variants.map((file) => [file.name.slice(name.length + 1), file.sql] as const)]),
    source: header(sql, 'source'),
    kept: header(sql, 'kept') === 'yes',
    key: columnsIn(sql, 'key', columns, `sql/${role}/${name}.sql`),
    sampledBy: columnsIn(sql, 'sample', columns, `sql/${role}/${name}.sql`),
  };
}

/** The columns that a `-- header: a, b` line names. */
function columnsIn(sql: string, header: string, columns: readonly Column[], file: string): readonly string[] {
  const named = new RegExp(`^-- ${header}: *(.+)$`, 'm').exec(sql)?.[1]?.split(',') ?? [];
  const names = named.map((name) => name.trim());
  const unknown = names.find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) {
    throw new StarloadError(`${file}: "-- ${header}:" names ${unknown}, which is not a column of the table`, {
      next: 'Name columns of the CREATE TABLE below it, separated by commas.',
    });
  }
  return names;
}

/** An engine's own file for a table may differ in everything except the columns. */
function refuseOtherColumns(own: readonly Column[], portable: readonly Column[], file: string): void {
  const describe = ({ name, type, maxBytes, notNull, hasDefault }: Column) =>
    [name, type, maxBytes, notNull, hasDefault].join(' ');
  const differs =
    own.length !== portable.length ||
    own.some((column, index) => describe(column) !== describe(portable[index] as Column));
  if (differs) {
    throw new StarloadError(`${file}: its columns differ from those of the portable file, or are in another order`, {
      next: 'Give both files the same columns: names, types, NOT NULL and DEFAULT.',
    });
  }
}

function readTransforms(folder: string): readonly Transform[] {
  return readFolder(folder, 'transform').map((file) => ({
    ...file,
    skippedByRebuild: header(file.sql, 'skip') === 'rebuild',
  }));
}

function readChecks(folder: string, phase: Check['phase']): readonly Check[] {
  return readFolder(folder, `checks/${phase}`).map((file) => {
    const severity = header(file.sql, 'severity');
    if (severity !== 'error' && severity !== 'warning') {
      throw new StarloadError(`sql/checks/${phase}/${file.name}.sql: no severity`, {
        next: 'Begin the file with "-- severity: error" or "-- severity: warning".',
      });
    }
    return { ...file, phase, severity };
  });
}

function readComparisons(name: string, folder: string, of: Comparison['of']): readonly Comparison[] {
  return readFolder(folder, name).map((file) => {
    const next = /^-- next: (.+)$/m.exec(file.sql)?.[1];
    if (next === undefined) {
      throw new StarloadError(`sql/${name}/${file.name}.sql does not say what to do`, {
        next: 'Begin the file with "-- next: " and what to do about a difference.',
      });
    }
    return { ...file, of, next };
  });
}

/** The value of a `-- key: value` line at the beginning of a file. */
function header(sql: string, key: string): string | undefined {
  return new RegExp(`^-- ${key}: *(\\S+)`, 'm').exec(sql)?.[1];
}
