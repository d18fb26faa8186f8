import { StarloadError } from '../errors.ts';
import { reachOf } from './affected.ts';
import { loadedColumns, type Table, type TableRole } from './catalogue.ts';
import { headComment } from './comments.ts';
import { type Column, parseColumns } from './ddl.ts';
import { isAside, RESCUED, SOURCE_FILE, SOURCE_LINE, STAMP, withOwnColumns } from './design.ts';
import { ofTable } from './each-table.ts';
import { bytesOf, jsonpathsIn, readFolder, type SqlFolder } from './folder.ts';
import { header, listed, listIn, texts } from './heads.ts';
import { ignoredKeys, ignoreMistakes } from './ignored.ts';
import { readModelPaths } from './jsonpaths.ts';
import type { Mistakes } from './mistakes.ts';
import { placeIn } from './place.ts';
import { tokenize } from './tokens.ts';
import { fileOf, linesIn, type NamedSql, wholeFile } from './written.ts';

/** The tables of a folder, in file order. `defaults` holds the designs of tables that have none of their own. */
export function readTables(
  folder: SqlFolder,
  role: TableRole,
  mistakes: Mistakes,
  defaults: readonly NamedSql[] = [],
): readonly Table[] {
  const files = readFolder(folder, role, mistakes);
  return mistakes.each(
    files.filter(({ name }) => !name.includes('.')),
    (file) => {
      const common = defaults.map((design) => ({ ...design, sql: ofTable(design.sql, file.name) }));
      const designs = new Map([...designsOf('design', common), ...designsOf(file.name, files)]);
      const affected = files.find(({ name }) => name === `${file.name}.affected`);
      const jsonpaths = jsonpathsIn(folder, role, file.name);
      const table = readTable(file, role, { designs, affected, jsonpaths });
      const columns = loadedColumns(table).map(({ name }) => name);
      const paths = jsonpaths === undefined ? undefined : readModelPaths(bytesOf(jsonpaths), jsonpaths, columns.length);
      if (role === 'staging') mistakes.add(...ignoreMistakes(file, { columns, paths }));
      return table;
    },
  );
}

/** The files `name.engine.sql`, by engine. */
function designsOf(name: string, files: readonly NamedSql[]): readonly (readonly [string, NamedSql])[] {
  return files
    .filter((file) => file.name.startsWith(`${name}.`) && file.name !== `${name}.affected`)
    .map((file) => [file.name.slice(name.length + 1), file] as const);
}

function readTable(
  file: NamedSql,
  role: TableRole,
  additions: Pick<Table, 'designs' | 'affected' | 'jsonpaths'>,
): Table {
  const { name } = file;
  const place = fileOf(file);
  const { create: written, select } = parts(file);
  const { sql } = written;
  const own = parseColumns(sql, place);
  for (const design of additions.designs.values()) {
    refuseColumns(design);
  }
  refuseOtherName(file, place);
  refuseFormerNames(own, file);
  if (role === 'staging') {
    refuseInStaging(own, file);
  }
  const create = role === 'staging' ? { ...file, sql: withOwnColumns(file.sql) } : written;
  const columns = parseColumns(create.sql, place);
  if (role === 'staging' && columns.length === own.length) {
    throw new StarloadError(`${place}: something follows the columns`, {
      next: 'End the file with ) on a line of its own. What follows the columns on an engine goes to its own file.',
    });
  }
  const named = columns.filter((column) => !isAside(column.name));
  const key = columnsIn(sql, 'key', named, place);
  const [time, ...times] = columnsIn(sql, 'time', named, place);
  if (times.length > 0) {
    throw new StarloadError(`${placeIn(file, /^-- time:/m)}: "-- time:" names several columns`, {
      next: 'Name the one column whose values grow as history does.',
    });
  }
  return {
    ...additions,
    name,
    role,
    columns,
    comment: headComment(sql),
    create,
    select,
    of: header(sql, 'of'),
    affectedBy: affectedBy(sql),
    source: header(sql, 'source'),
    kept: header(sql, 'kept') === 'yes',
    key,
    time,
    steady: reachOf({ key, time }),
    sampledBy: columnsIn(sql, 'sample', named, place),
    ignored: role === 'staging' ? ignoredKeys(file) : [],
  };
}

/** A file's CREATE TABLE, and the SELECT that may follow it after a semicolon. */
function parts(file: NamedSql): { readonly create: NamedSql; readonly select: NamedSql | undefined } {
  const end = /^\)[^\S\n]*;/m.exec(file.sql);
  if (end === null) {
    return { create: file, select: undefined };
  }
  const create = file.sql.slice(0, end.index + 1);
  const rest = file.sql.slice(end.index + end[0].length);
  const blank = /^\s*\n/.exec(rest)?.[0] ?? '';
  const sql = withoutSemicolon(rest.slice(blank.length));
  const line = linesIn(create) + linesIn(blank) - 1;
  const place = fileOf(file);
  return {
    create: { ...file, sql: create, written: wholeFile(place, create) },
    select: sql === '' ? undefined : { name: file.name, sql, written: wholeFile(place, sql, line) },
  };
}

/** A SELECT without its semicolon and the comments behind it. What else stands there is refused later. */
function withoutSemicolon(sql: string): string {
  const tokens = tokenize(sql);
  const last = tokens.at(-1);
  return last?.key === ';' ? sql.slice(0, last.at).trimEnd() : sql;
}

/** The lines `-- affected by: table as a, b`: the input's columns that have the values of the key. */
function affectedBy(sql: string): Table['affectedBy'] {
  return texts(sql, 'affected by').map((line) => {
    const [, input = line, columns = ''] = /^(\w+)\s+as\s+(.+)$/i.exec(line) ?? [];
    return { input: input.toLowerCase(), columns: listIn(columns.toLowerCase()) };
  });
}

const OWN_COLUMNS = new Map([
  [STAMP, 'the stamp of the load'],
  [RESCUED, 'the column for keys that no other column takes'],
  [SOURCE_FILE, 'the file of the record'],
  [SOURCE_LINE, 'the line of the record'],
]);

function refuseInStaging(columns: readonly Column[], file: NamedSql): void {
  const place = fileOf(file);
  const taken = columns.find((column) => OWN_COLUMNS.has(column.name))?.name ?? '';
  if (taken !== '') {
    throw new StarloadError(`${place}: ${taken} is ${OWN_COLUMNS.get(taken)}, which every staging table has anyway`, {
      next: "Delete the column's line, or give it another name.",
    });
  }
  const odd = columns.find(({ type }) => type === 'other');
  if (odd !== undefined) {
    const where = placeIn(file, new RegExp(`^ *${odd.name}\\b`, 'im'));
    throw new StarloadError(`${where}: a staging table cannot have the type of ${odd.name}`, {
      next: 'Write VARCHAR(n), BIGINT, DOUBLE PRECISION or TIMESTAMP, which every engine loads in the same way.',
    });
  }
}

/** A column's former name is no longer a column's name, and only one column has it. */
function refuseFormerNames(columns: readonly Column[], file: NamedSql): void {
  const wrong = columns.find(({ was, name }) =>
    columns.some((other) => was !== undefined && (other.name === was || (other.was === was && other.name !== name))),
  );
  if (wrong !== undefined) {
    const where = placeIn(file, new RegExp(`^ *${wrong.name}\\b`, 'im'));
    throw new StarloadError(`${where}: ${wrong.name} was ${wrong.was}, but another column was too, or still is`, {
      next: `A former name belongs to one column: take "was: ${wrong.was}" away.`,
    });
  }
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
      `${fileOf(design)}: the columns of a table are in one file, without an engine in its name`,
      {
        next: 'Keep only what follows the columns: keys, distribution, indexes.',
      },
    );
  }
}

/** The columns that a `-- header: a, b` line names. */
function columnsIn(sql: string, head: string, columns: readonly Column[], file: string): readonly string[] {
  const names = listed(sql, head).map((name) => name.toLowerCase());
  const second = names.find((name, at) => names.indexOf(name) !== at);
  if (second !== undefined) {
    throw new StarloadError(`${file}: "-- ${head}:" names ${second} twice`, { next: 'Name each column once.' });
  }
  const unknown = names.find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) {
    throw new StarloadError(`${file}: "-- ${head}:" names ${unknown}, which is not a column of the table`, {
      next: 'Name columns of the CREATE TABLE below it, separated by commas.',
    });
  }
  return names;
}
