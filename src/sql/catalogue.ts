import { StarloadError } from '../errors.ts';
import type { AffectedKeys } from './affected.ts';
import type { Column } from './ddl.ts';
import { createOn, isAside, RESCUED, SOURCE } from './design.ts';
import { type FillingSql, type NamedSql, wholeFile } from './written.ts';

export type { Column } from './ddl.ts';
export type { FillingSql, NamedSql } from './written.ts';

/** The purpose of a table, which is also the name of its folder. Control tables are the loader's, all others the model's. */
export type TableRole = 'control' | 'staging' | 'current' | 'star';

/** A table of the model. */
export interface Table {
  readonly name: string;
  readonly role: TableRole;
  readonly columns: readonly Column[];
  /** What it holds, in words; undefined if its file does not say. */
  readonly comment: string | undefined;
  /** The portable CREATE TABLE. */
  readonly create: NamedSql;
  /** By engine, what follows the columns there: keys, distribution, indexes. */
  readonly designs: ReadonlyMap<string, NamedSql>;
  /** For current and star tables: the SELECT that gives its rows. */
  readonly select: NamedSql | undefined;
  /** For current tables: the staging table whose rows it is made from. */
  readonly of: string | undefined;
  /** The columns whose values stay the same when a row is replaced: those of the key, and what else is known to. */
  readonly steady: readonly string[];
  /** For star tables: columns of inputs that have the values of the key. An input may have them in several ways. */
  readonly affectedBy: readonly { readonly input: string; readonly columns: readonly string[] }[];
  /** For star tables: the query for the keys that changes of inputs affect, if columns cannot tell. */
  readonly affected: NamedSql | undefined;
  /** For staging tables: the key of dwh.cfg's [S3] section that names its files. */
  readonly source: string | undefined;
  /** The columns that identify a row for readers; empty if the file names none. Versions of a staged record share one. */
  readonly key: readonly string[];
  /** The column whose values grow as history does: a load reads the table from the first value on that it affects. */
  readonly time: string | undefined;
  /** Whether create-tables leaves it unchanged once it exists. */
  readonly kept: boolean;
  /** For staging tables: the columns by which `reconcile --sample` selects rows; empty if it takes all rows. */
  readonly sampledBy: readonly string[];
  /** For staging tables: the keys of records that are left out on purpose, with everything below them (`keyPath`). */
  readonly ignored: readonly string[];
  /** For staging tables: the path of the model's own jsonpaths file; absent if it has none. */
  readonly jsonpaths?: string | undefined;
}

/** What the file of a staging table says of its source: how dwh.cfg names it. */
export interface SourceHead {
  /** The key of [S3] for its folder, such as LOG_DATA. */
  readonly name: string;
  /** What it holds, such as `the event logs`. */
  readonly about: string;
  readonly example: string;
  /** Other names under which existing files have the key. */
  readonly also: readonly string[];
  /** The key for its jsonpaths file, an example of that file, and other names of the key. */
  readonly jsonpaths: { readonly name: string; readonly example: string; readonly also: readonly string[] };
}

/** The statements that derive the current and the star tables from staging. */
export interface Derivation {
  /** A load's: it rewrites the rows of the keys that the run affects. */
  readonly load: readonly FillingSql[];
  /** A rebuild's: it fills empty tables from all of staging. */
  readonly rebuild: readonly NamedSql[];
  /** By table, where a load finds the keys of the rows it rewrites; undefined for tables that it makes anew. */
  readonly keys: ReadonlyMap<string, AffectedKeys | undefined>;
  /** The tables that every load makes anew, and why. */
  readonly anew: readonly { readonly table: string; readonly because: string }[];
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

/** A model with the loader's own SQL: the tables, how rows flow through them, the rules, and the questions. */
export interface Model {
  /** Whether it comes with the package. */
  readonly isPackaged: boolean;
  readonly tables: readonly Table[];
  readonly derivation: Derivation;
  readonly checks: readonly Check[];
  readonly comparisons: readonly Comparison[];
  readonly queries: readonly NamedSql[];
  /** The loader's statements by name. */
  readonly protocol: ReadonlyMap<string, string>;
  /** The doctor's queries by name; those of an engine under `name.engine`. */
  readonly doctor: ReadonlyMap<string, string>;
}

/** The tables of a role, in file order. */
export function tablesOf(model: Model, role: TableRole): readonly Table[] {
  return model.tables.filter((table) => table.role === role);
}

/** The tables whose rows are derived from staging. */
export function derivedTables(model: Model): readonly Table[] {
  return [...tablesOf(model, 'current'), ...tablesOf(model, 'star')];
}

/** The table with a name. Throws StarloadError if the model has none. */
export function tableNamed(model: Model, name: string): Table {
  const table = model.tables.find((candidate) => candidate.name === name);
  if (table === undefined) {
    throw new StarloadError(`the model has no table ${name}`, { next: 'Restore sql/ from the package.' });
  }
  return table;
}

/** The statements that create a table on an engine. */
export function ddlFor(table: Table, engine: string): string {
  return creation(table, engine).sql;
}

/** The same as a statement that knows its files. */
export function creation({ name, create, designs }: Table, engine: string): NamedSql {
  return { name: `create_${name}`, ...createOn(engine, create, designs.get(engine)) };
}

/** The columns that a COPY fills: those without a DEFAULT. */
export function loadedColumns(table: Table): readonly Column[] {
  return table.columns.filter((column) => !column.hasDefault);
}

/** The same staging table, of which a COPY also fills the column for keys that no other column takes. */
export function withRescued(table: Table): Table {
  return filling(table, (name) => name === RESCUED);
}

/** The same staging table, of which a COPY also fills the columns that say which file and line a row comes from. */
export function withSource(table: Table): Table {
  return filling(table, (name) => SOURCE.has(name));
}

function filling(table: Table, isFilled: (column: string) => boolean): Table {
  const columns = table.columns.map((column) => (isFilled(column.name) ? { ...column, hasDefault: false } : column));
  return { ...table, columns };
}

/** The columns that take values of records: those that a COPY fills, without the loader's own. */
export function takingColumns(table: Table): readonly Column[] {
  return loadedColumns(table).filter(({ name }) => !isAside(name));
}

/** The columns that say which file and line a row comes from, if a COPY fills them. */
export function sourceColumns(table: Table): readonly Column[] {
  return loadedColumns(table).filter(({ name }) => SOURCE.has(name));
}

/** The column for keys that no other column takes, if a COPY fills it. */
export function rescuedColumn(table: Table): Column | undefined {
  return loadedColumns(table).find(({ name }) => name === RESCUED);
}

/** A statement of the loader's protocol by its name. */
export function protocolSql(model: Model, name: string): NamedSql {
  const sql = model.protocol.get(name);
  if (sql === undefined) {
    throw new StarloadError(`sql/loader has no protocol/${name}.sql`, {
      next: 'Restore sql/loader from the package.',
    });
  }
  return { name, sql, written: wholeFile(`sql/loader/protocol/${name}.sql`, sql) };
}

/** A statement of the loader's doctor by its name: the engine's own if there is one, otherwise the portable one. */
export function doctorSql(model: Model, name: string, engine: string): string {
  const sql = model.doctor.get(`${name}.${engine}`) ?? model.doctor.get(name);
  if (sql === undefined) {
    throw new StarloadError(`sql/loader has no doctor/${name}.sql`, { next: 'Restore sql/loader from the package.' });
  }
  return sql;
}
