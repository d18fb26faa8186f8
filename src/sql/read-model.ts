import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, StarloadError } from '../errors.ts';
import type { Check, Comparison, Model, NamedSql, SourceHead, Table, TableRole, Transform } from './catalogue.ts';
import { type Column, parseColumns } from './ddl.ts';
import { STAMP, withStamp } from './design.ts';
import { forEachStagingTable, ofTable } from './each-staging.ts';
import { wholeFile } from './written.ts';

/** A folder of SQL files, and how messages name it. */
interface SqlFolder {
  readonly path: string;
  readonly shown: string;
  /** Whether each of its folders must be there. A model may leave some out, the loader's own SQL may not. */
  readonly isWhole: boolean;
}

const SQL = fileURLToPath(new URL('../../sql/', import.meta.url));

/** The folder of the loader's own SQL: what is the same for every model. */
export const LOADER_SQL = join(SQL, 'loader');

/** The folder of the built-in model. */
export const BUILT_IN_MODEL = join(SQL, 'models', 'sparkify');

const MODEL_ROLES: readonly Exclude<TableRole, 'control'>[] = ['staging', 'current', 'star'];

/** Reads a model from its folder, and the loader's own SQL. Throws StarloadError with the name of a file that is not valid. */
export function loadModel(path: string = BUILT_IN_MODEL, loaderPath: string = LOADER_SQL): Model {
  const [folder, loader] = [folderAt(path), { ...folderAt(loaderPath), isWhole: true }];
  refuseStrays(folder);
  const tables = [
    ...readTables(loader, 'control', []),
    ...MODEL_ROLES.flatMap((role) => readTables(folder, role, role === 'staging' ? readFolder(loader, 'staging') : [])),
  ];
  if (!tables.some(({ role }) => role === 'star')) {
    throw notAModel(path, 'star');
  }
  const staging = tables.filter(({ role }) => role === 'staging').map(({ name }) => name);
  const ofLoader = <T extends NamedSql>(statements: readonly T[]) =>
    statements.map((statement) => ({ ...statement, sql: forEachStagingTable(statement.sql, staging) }));
  return {
    tables,
    transforms: readTransforms(folder),
    checks: [
      ...ofLoader(readChecks(loader, 'checks', 'staged')),
      ...readChecks(folder, 'checks/staged', 'staged'),
      ...readChecks(folder, 'checks/star', 'star'),
    ],
    comparisons: [
      ...readComparisons(loader, 'reconcile/control', 'control'),
      ...ofLoader(readComparisons(loader, 'reconcile', 'tables')),
      ...readComparisons(folder, 'reconcile', 'tables'),
      ...readComparisons(folder, 'reconcile/recount', 'files'),
    ],
    queries: readFolder(folder, 'queries'),
    protocol: readNamed(loader, 'protocol'),
    doctor: readNamed(loader, 'doctor'),
  };
}

/** The sources of a model, in the order of its staging tables. Throws StarloadError if it has none. */
export function readSources(path: string = BUILT_IN_MODEL): readonly SourceHead[] {
  const tables = readFolder(folderAt(path), 'staging').filter(({ name }) => !name.includes('.'));
  if (tables.length === 0) {
    throw notAModel(path, 'staging');
  }
  // Two tables may be filled from one source.
  const heads = tables.flatMap((table) => sourceHead(table) ?? []);
  return heads.filter(({ name }, at) => heads.findIndex((other) => other.name === name) === at);
}

function notAModel(path: string, missing: TableRole): StarloadError {
  return new StarloadError(`${path} is not a model: it has no file ${missing}/<table>.sql`, {
    next: 'Name the folder of a model: PATH under [MODEL] in dwh.cfg.',
  });
}

function sourceHead({ name: table, sql, written = [] }: NamedSql): SourceHead | undefined {
  const name = header(sql, 'source');
  if (name !== undefined && !/^[A-Z][A-Z0-9_]*$/.test(name)) {
    throw new StarloadError(`${written[0]?.file}: ${name} cannot be the name of a source`, {
      next: 'Write capital letters, digits and _, such as WEB_ORDERS.',
    });
  }
  return name === undefined
    ? undefined
    : {
        name,
        about: text(sql, 'about') ?? `the files of ${table}`,
        example: text(sql, 'example') ?? `s3://my-bucket/${name.toLowerCase()}`,
        also: listed(sql, 'also'),
        jsonpaths: {
          name: header(sql, 'jsonpaths') ?? `${name}_JSONPATH`,
          example: text(sql, 'jsonpaths example') ?? `s3://my-bucket/${name.toLowerCase()}_jsonpath.json`,
          also: listed(sql, 'jsonpaths also'),
        },
      };
}

function folderAt(path: string): SqlFolder {
  return { path, shown: path.startsWith(SQL) ? `sql/${path.slice(SQL.length)}` : path, isWhole: false };
}

function readNamed(folder: SqlFolder, name: string): ReadonlyMap<string, string> {
  return new Map(readFolder(folder, name).map(({ name, sql }) => [name, sql]));
}

/** The statements of a folder below another one, in the order of their names. Throws StarloadError if it must be there. */
function readFolder({ path, shown, isWhole }: SqlFolder, folder: string): readonly NamedSql[] {
  const files = filesIn(join(path, folder));
  if (files === undefined && isWhole) {
    throw new StarloadError(`${shown} has no folder ${folder}`, { next: 'Restore sql/loader from the package.' });
  }
  return (files ?? []).map((file) => {
    const sql = readStatement(join(path, folder, file));
    return { name: basename(file, '.sql'), sql, written: wholeFile(`${shown}/${folder}/${file}`, sql) };
  });
}

/** Undefined if the folder is not there. */
function filesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw unreadable(folder, error);
  }
}

/** The folders of a model that are read. */
const FOLDERS = [
  ...MODEL_ROLES,
  'transform',
  'checks/staged',
  'checks/star',
  'queries',
  'reconcile',
  'reconcile/recount',
];
const ENGINES = ['duckdb', 'postgres', 'redshift'];

/**
 * Refuses SQL files that would not be read, such as those of a folder with a misspelt name or of an engine that there is
 * not: what they say would be missing without a word.
 */
function refuseStrays({ path, shown }: SqlFolder): void {
  const files = filesBelow(path);
  const sql = files.filter((file) => /\.sql$/i.test(file)).sort();
  const strays = sql.filter(
    (file) => !file.endsWith('.sql') || !FOLDERS.includes(dirname(file)) || isStrayDesign(file, sql),
  );
  if (strays.length > 0) {
    throw new StarloadError(
      `files that no part of a model reads:\n${strays.map((file) => `  ${shown}/${file}`).join('\n')}`,
      {
        next: `Move them to one of ${FOLDERS.join(', ')}, name engines ${ENGINES.join(', ')}, or take them out of the model.`,
      },
    );
  }
}

function filesBelow(path: string): readonly string[] {
  try {
    return existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Whether a file `table.engine.sql` is of no table, or of no engine. */
function isStrayDesign(file: string, files: readonly string[]): boolean {
  const [, table = '', engine] = /^([^.]*)(?:\.(.*))?\.sql$/.exec(file) ?? [];
  return engine !== undefined && !(ENGINES.includes(engine) && files.includes(`${table}.sql`));
}

/**
 * One statement per file. A trailing semicolon is dropped, because the Data API accepts single statements. The line
 * numbers are those of the file.
 */
function readStatement(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().replace(/;$/, '');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(path: string, cause: unknown): StarloadError {
  return new StarloadError(`cannot read ${path}, a part of the model: ${messageOf(cause)}`, {
    next: 'Make it readable, or name the folder of a model: PATH under [MODEL] in dwh.cfg.',
    cause,
  });
}

/** `defaults` holds the designs of tables that have none of their own. */
function readTables(folder: SqlFolder, role: TableRole, defaults: readonly NamedSql[]): readonly Table[] {
  const files = readFolder(folder, role);
  return files
    .filter(({ name }) => !name.includes('.'))
    .map((file) => {
      const common = defaults.map((design) => ({ ...design, sql: ofTable(design.sql, file.name) }));
      return readTable(file, role, new Map([...designsOf('design', common), ...designsOf(file.name, files)]));
    });
}

/** The files `name.engine.sql`, by engine. */
function designsOf(name: string, files: readonly NamedSql[]): readonly (readonly [string, NamedSql])[] {
  return files
    .filter((file) => file.name.startsWith(`${name}.`))
    .map((file) => [file.name.slice(name.length + 1), file] as const);
}

function readTable(file: NamedSql, role: TableRole, designs: Table['designs']): Table {
  const { name, sql } = file;
  const place = placeOf(file);
  const own = parseColumns(sql, place);
  for (const design of designs.values()) {
    refuseColumns(design);
  }
  if (role === 'staging' && own.some((column) => column.name === STAMP)) {
    throw new StarloadError(`${place}: ${STAMP} is the stamp of the load, which every staging table has anyway`, {
      next: "Delete the column's line, or give it another name.",
    });
  }
  refuseOtherName(file, place);
  const odd = role === 'staging' ? own.find(({ type }) => type === 'other') : undefined;
  if (odd !== undefined) {
    throw new StarloadError(`${place}: a staging table cannot have the type of ${odd.name}`, {
      next: 'Write VARCHAR(n), BIGINT, DOUBLE PRECISION or TIMESTAMP, which every engine loads in the same way.',
    });
  }
  const create = role === 'staging' ? { ...file, sql: withStamp(sql) } : file;
  const columns = parseColumns(create.sql, place);
  if (role === 'staging' && columns.length === own.length) {
    throw new StarloadError(`${place}: something follows the columns`, {
      next: 'End the file with ) on a line of its own. What follows the columns on an engine goes to its own file.',
    });
  }
  return {
    name,
    role,
    columns,
    create,
    designs,
    source: header(sql, 'source'),
    kept: header(sql, 'kept') === 'yes',
    key: columnsIn(sql, 'key', columns, place),
    sampledBy: columnsIn(sql, 'sample', columns, place),
  };
}

function placeOf({ name, written = [] }: NamedSql): string {
  return written[0]?.file ?? name;
}

/** A table is known by the name of its file. */
function refuseOtherName({ name, sql }: NamedSql, place: string): void {
  const created = /CREATE TABLE\s+(\w+)/i.exec(sql)?.[1];
  if (created !== undefined && created.toLowerCase() !== name.toLowerCase()) {
    throw new StarloadError(`${place}: it creates ${created}`, { next: `Name the file and the table alike.` });
  }
}

/** A table's columns are in one file. An engine's own file holds what follows them. */
function refuseColumns(design: NamedSql): void {
  if (/\bCREATE\s+TABLE\b/i.test(design.sql)) {
    throw new StarloadError(
      `${placeOf(design)}: the columns of a table are in one file, without an engine in its name`,
      {
        next: 'Keep only what follows the columns: keys, distribution, indexes.',
      },
    );
  }
}

/** The columns that a `-- header: a, b` line names. */
function columnsIn(sql: string, header: string, columns: readonly Column[], file: string): readonly string[] {
  const names = listed(sql, header);
  const unknown = names.find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) {
    throw new StarloadError(`${file}: "-- ${header}:" names ${unknown}, which is not a column of the table`, {
      next: 'Name columns of the CREATE TABLE below it, separated by commas.',
    });
  }
  return names;
}

function readTransforms(folder: SqlFolder): readonly Transform[] {
  return readFolder(folder, 'transform').map((file) => ({
    ...file,
    skippedByRebuild: header(file.sql, 'skip') === 'rebuild',
  }));
}

function readChecks(folder: SqlFolder, name: string, phase: Check['phase']): readonly Check[] {
  return readFolder(folder, name).map((file) => {
    const severity = header(file.sql, 'severity');
    if (severity !== 'error' && severity !== 'warning') {
      throw new StarloadError(`${placeOf(file)}: no severity`, {
        next: 'Begin the file with "-- severity: error" or "-- severity: warning".',
      });
    }
    return { ...file, phase, severity };
  });
}

function readComparisons(folder: SqlFolder, name: string, of: Comparison['of']): readonly Comparison[] {
  return readFolder(folder, name).map((file) => {
    const next = /^-- next: (.+)$/m.exec(file.sql)?.[1];
    if (next === undefined) {
      throw new StarloadError(`${placeOf(file)} does not say what to do`, {
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

/** The rest of a `-- key: text` line. */
function text(sql: string, key: string): string | undefined {
  return new RegExp(`^-- ${key}: *(.+)$`, 'm').exec(sql)?.[1]?.trim();
}

/** The values of a `-- key: a, b` line. */
function listed(sql: string, key: string): readonly string[] {
  return (
    text(sql, key)
      ?.split(',')
      .map((one) => one.trim()) ?? []
  );
}
