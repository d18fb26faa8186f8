import { count } from '../counts.ts';
import type { PlannedColumn } from './columns.ts';
import type { Dimension, PlannedSource } from './plan.ts';
import { sizeOf } from './source.ts';

/** A column of a current or star table: its name, its type, and what it holds. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly about: string;
  readonly isKey?: boolean;
  /** In a current table, the value. */
  readonly value?: string;
}

/** The key of a current table whose staging table has no single column that can be one. */
const ROW_ID = 'row_id';
/** The longest text that the loader's own digest of a key may be made from: Redshift holds no longer one. */
const MOST_DIGESTED = 60_000;

/** The files of a source's tables, by their paths in the model. */
export function filesOf(source: PlannedSource): ReadonlyMap<string, string> {
  const { table } = source.read.names;
  const hasOwn = needsCurrent(source);
  const files: readonly (readonly [string, string])[] = [
    [`staging/staging_${table}.sql`, stagingFile(source)],
    ...(source.needsPaths ? [[`staging/staging_${table}.jsonpaths`, pathsFile(source.columns)] as const] : []),
    ...(hasOwn ? [[`current/current_${table}.sql`, currentFile(source)] as const] : []),
    [`star/${table}.sql`, factFile(source)],
    ...source.dimensions.map((one) => [`star/${one.table}.sql`, dimensionFile(source, one)] as const),
    [`checks/star/${table}_once.sql`, onceCheck(source)],
    [`reconcile/recount/${table}_in_no_file.sql`, recount(source)],
    ...timeChecks(source),
    ...questions(source),
  ];
  return new Map(files);
}

/** Whether the current table that the loader makes would not do: columns are derived, or texts are too long for its digest. */
function needsCurrent({ columns, key, dimensions }: PlannedSource): boolean {
  const bytes = key.columns.reduce((sum, column) => sum + 6 + lengthOf(column), 0);
  const hasTextIds = dimensions.some(({ id }) => isText(id));
  return columns.some(({ time }) => time !== undefined) || hasTextIds || bytes > MOST_DIGESTED;
}

function lengthOf({ type }: PlannedColumn): number {
  return Number(/\d+/.exec(type)?.[0] ?? 40);
}

function isText({ type }: { readonly type: string }): boolean {
  return type.startsWith('VARCHAR');
}

/** The one column that is the key of the current table as it is; undefined if row_id is. */
function onlyKey({ key }: PlannedSource): PlannedColumn | undefined {
  return key.kind !== 'record' && key.isWhole && key.columns.length === 1 ? key.columns[0] : undefined;
}

function stagingFile(source: PlannedSource): string {
  const { read, columns, key, leftOut } = source;
  const { names } = read;
  const lines = columns.map((column, at) => {
    const notNull = key.isWhole && key.columns.includes(column) ? ' NOT NULL' : '';
    return `  ${column.name} ${column.type}${notNull}${at === columns.length - 1 ? '' : ','} -- ${aboutColumn(column, source)}`;
  });
  return [
    `-- source: ${names.key}`,
    `-- key: ${key.columns.map(({ name }) => name).join(', ')}`,
    ...leftOut.map((path) => `-- ignore: ${path}`),
    ...wrapped(`Every record of ${names.key} as it came, and every version of it. Made by init from ${sizeOf(read)}.`),
    ...(key.kind === 'record' ? wrapped('No column identifies a record, so all columns together do.') : []),
    `CREATE TABLE staging_${names.table} (`,
    ...lines,
    ')',
    '',
  ].join('\n');
}

function aboutColumn(column: PlannedColumn, { read: { search } }: PlannedSource): string {
  const missing = search.records - column.place.values;
  const often = missing <= 0 ? 'in every record' : `missing in ${count(missing)} of ${count(search.records)} records`;
  const origin = from(column);
  const rest = origin === '' ? capital(often) : `${origin}, ${often}`;
  return rest;
}

/** Where a column comes from, if its name does not say it. */
function from({ name, place }: PlannedColumn): string {
  return place.path.length === 1 && place.path[0] === name ? '' : `From ${spoken(place.path)}`;
}

/** A path in a comment: nothing that could end the comment or mean something in SQL. */
function spoken(path: readonly string[]): string {
  const text = path.join('.').replace(/[^\p{L}\p{N} _.$@#/+-]/gu, '?');
  return text.length > 80 ? `${[...text].slice(0, 80).join('')}…` : text;
}

function pathsFile(columns: readonly PlannedColumn[]): string {
  const paths = columns.map(({ place: { path } }) => `$${path.map((key) => `['${key}']`).join('')}`);
  return `${JSON.stringify({ jsonpaths: paths }, undefined, 2)}\n`;
}

/** The columns of the current table, in which values of keys and ids have no blanks at their ends. */
function currentColumns(source: PlannedSource): readonly Column[] {
  const { columns, dimensions } = source;
  const only = onlyKey(source);
  const ids = dimensions.map(({ id }) => id);
  const own = columns.flatMap((column): readonly Column[] => {
    const { name, type, time } = column;
    const isTrimmed = isText(column) && (column === only || ids.includes(column));
    const plain = {
      ...{ name, type, about: from(column) },
      value: isTrimmed ? `RTRIM(${name}, ' ') AS ${name}` : name,
      isKey: column === only,
    };
    if (time === undefined) return [plain];
    const value = `${timeValue(column)} AS ${time.name}`;
    return [
      plain,
      {
        name: time.name,
        type: 'TIMESTAMP',
        about: `The time that ${name} says${time.name.endsWith('_utc') ? ', in UTC' : ''}`,
        value,
      },
    ];
  });
  return only === undefined ? [rowId(source), ...own] : own;
}

/** A digest of digests: it fits any number of texts of any length. */
function rowId(source: PlannedSource): Column {
  return {
    name: ROW_ID,
    type: 'VARCHAR(32)',
    about: 'A digest of the columns that identify a record',
    isKey: true,
    value: `${digest(source)} AS ${ROW_ID}`,
  };
}

function digest({ key }: PlannedSource): string {
  const parts = key.columns.map((column) => `COALESCE(MD5(${keyText(column)}), '-')`);
  return `MD5(${parts.join('\n    || ')})`;
}

function keyText(column: PlannedColumn): string {
  return isText(column) ? `RTRIM(${column.name}, ' ')` : `CAST(${column.name} AS VARCHAR(40))`;
}

function currentFile(source: PlannedSource): string {
  const { table } = source.read.names;
  const columns = currentColumns(source);
  return [
    `-- of: staging_${table}`,
    `-- key: ${columns.find(({ isKey }) => isKey)?.name}`,
    ...wrapped(`The version of each record that counts, with times and keys that can be compared.`),
    ...create(`current_${table}`, columns),
    '',
    `SELECT\n${columns.map(({ value = '' }) => `  ${value}`).join(',\n')}`,
    `FROM staging_${table}`,
    '',
  ].join('\n');
}

function create(table: string, columns: readonly Column[]): readonly string[] {
  const lines = columns.map(
    ({ name, type, isKey, about }, at) =>
      `  ${name} ${type}${isKey === true ? ' NOT NULL' : ''}${at === columns.length - 1 ? '' : ','}${about === '' ? '' : ` -- ${about}`}`,
  );
  return [`CREATE TABLE ${table} (`, ...lines, ');'];
}

/** What a star table has of a column: the time, where it says one. */
function inStar(column: PlannedColumn): Column {
  const { name, type, place, time } = column;
  return time === undefined
    ? { name, type, about: from(column) }
    : {
        name: time.name,
        type: 'TIMESTAMP',
        about: `The time that ${spoken(place.path)} says${time.name.endsWith('_utc') ? ', in UTC' : ''}`,
      };
}

/** The columns of the star table of the records. What dimensions have stays here, too: there it is only what is latest. */
export function factColumns(source: PlannedSource): readonly Column[] {
  const only = onlyKey(source);
  const key: Column =
    only === undefined ? rowId(source) : { ...inStar(only), name: only.name, type: only.type, isKey: true };
  const others = source.columns.filter((column) => column !== only);
  return [key, ...others.map(inStar), ...(only?.time === undefined ? [] : [inStar(only)])];
}

function factFile(source: PlannedSource): string {
  const { table } = source.read.names;
  const columns = factColumns(source);
  const to = source.dimensions.map((one) => `its ${one.id.name} leads to ${one.table}`).join(', ');
  return [
    `-- key: ${columns[0]?.name}`,
    ...wrapped(
      `One row for each record of ${source.read.names.key}, in the version that counts.${to === '' ? '' : ` ${capital(to)}.`}`,
    ),
    ...create(table, columns),
    '',
    `SELECT ${listOf(columns)}`,
    `FROM current_${table}`,
    'WHERE {affected}',
    '',
  ].join('\n');
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function listOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(', ');
}

function dimensionFile(source: PlannedSource, { table, subject, id, columns }: Dimension): string {
  const { time, read } = source;
  const key: Column = { ...inStar(id), name: id.name, type: id.type, isKey: true };
  const all = [key, ...columns.map(inStar)];
  const last = onlyKey(source)?.name ?? ROW_ID;
  const order = [...(time === undefined ? [] : [`${time} DESC NULLS LAST`]), `${last} DESC`];
  const because = time === undefined ? `greatest ${last}` : `latest ${time}; the greatest ${last} decides a tie`;
  return [
    `-- key: ${id.name}`,
    ...wrapped(
      `One row for each ${subject.replaceAll('_', ' ')} that a record of ${read.names.key} names, from the record with the ${because}.`,
    ),
    ...create(table, all),
    '',
    `SELECT ${listOf(all)}`,
    'FROM (',
    `  SELECT ${listOf(all)}, ROW_NUMBER() OVER (PARTITION BY ${id.name} ORDER BY ${order.join(', ')}) AS recency`,
    `  FROM current_${read.names.table}`,
    '  WHERE {affected}',
    ') versions',
    'WHERE recency = 1',
    '',
  ].join('\n');
}

const DIGIT = '[0-9]';
/** A time that every engine takes: of day, month and year each engine makes a time, whatever they are. */
const MOMENT = `[12]${DIGIT.repeat(3)}-(0[1-9]|1[0-2])-(0[1-9]|[12]${DIGIT}|3[01])[ T]([01]${DIGIT}|2[0-3]):[0-5]${DIGIT}:[0-5]${DIGIT}`;

/** The time that a value says; NULL where it says none. */
function timeValue({ name, time }: PlannedColumn): string {
  if (time?.reading === 'seconds') {
    return `CASE WHEN ${name} BETWEEN -62135596800 AND 253402300799 THEN TIMESTAMP '1970-01-01 00:00:00' + FLOOR(${name} / 1.0) * INTERVAL '1 second' END`;
  }
  if (time?.reading === 'milliseconds') {
    return [
      `CASE WHEN ${name} BETWEEN -62135596800000 AND 253402300799999 THEN TIMESTAMP '1970-01-01 00:00:00'`,
      `    + FLOOR(${name} / 1000.0) * INTERVAL '1 second'`,
      `    + (${name} - 1000 * FLOOR(${name} / 1000.0)) * INTERVAL '0.001 second' END`,
    ].join('\n');
  }
  const isUtc = time?.name.endsWith('_utc') === true;
  const zone = isUtc ? '(Z|[+]00:00)' : '';
  const text = `RTRIM(${name}, ' ')`;
  const unzoned = isUtc ? `REPLACE(REPLACE(${text}, 'Z', ''), '+00:00', '')` : text;
  const cases = [
    `WHEN ${text} SIMILAR TO '${MOMENT}${zone}' THEN ${momentOf(name, `RIGHT(LEFT(${name}, 19), 8)`)}`,
    // Engines round a seventh digit each in their own way, so a TIMESTAMP gets six.
    `WHEN ${text} SIMILAR TO '${MOMENT}[.]${DIGIT}+${zone}' THEN ${momentOf(name, `RIGHT(LEFT(${unzoned} || '000000', 26), 15)`)}`,
  ];
  return `CASE\n    ${cases.join('\n    ')}\n  END`;
}

/** The first of the month, with the time of the day, and the days after it: no text of this form is refused. */
function momentOf(name: string, timeOfDay: string): string {
  const start = `CAST(LEFT(${name}, 8) || '01 ' || ${timeOfDay} AS TIMESTAMP)`;
  return `${start} + (CAST(RIGHT(LEFT(${name}, 10), 2) AS INTEGER) - 1) * INTERVAL '1 day'`;
}

function onceCheck(source: PlannedSource): string {
  const { table } = source.read.names;
  const key = factColumns(source)[0];
  const text = key !== undefined && isText(key) ? key.name : `CAST(${key?.name} AS VARCHAR(40))`;
  return [
    '-- severity: error',
    `-- Each ${key?.name} has one row in ${table}.`,
    'SELECT',
    `  '${table} has ' || CAST(COUNT(*) AS VARCHAR(20)) || ' rows with the ${key?.name} ' || ${text} AS offender,`,
    '  CAST(NULL AS VARCHAR(127)) AS staging_table,',
    '  CAST(NULL AS VARCHAR(127)) AS staging_column,',
    '  CAST(NULL AS VARCHAR(256)) AS staging_value',
    `FROM ${table}`,
    `GROUP BY ${key?.name}`,
    'HAVING COUNT(*) > 1',
    '',
  ].join('\n');
}

/** A comparison that names rows whose records are in no file any more, by what the star table has as their key. */
function recount(source: PlannedSource): string {
  const { table } = source.read.names;
  const only = onlyKey(source);
  const name = only?.name ?? ROW_ID;
  const value = only === undefined ? digest(source) : keyText(only);
  return [
    '-- next: They stay on purpose. Restore the file that held them, or empty the tables with npm run create-tables -- --force and load again.',
    `-- Rows of ${table} that no file contains any more: a newer version of their file left them out, or the file is gone.`,
    `SELECT '${table}, ${name} ' || ${only === undefined ? `held.${ROW_ID}` : 'held.value'} AS offender`,
    'FROM (',
    `  SELECT ${only === undefined ? `${ROW_ID}, ` : ''}${value} AS value`,
    `  FROM current_${table}`,
    ') held',
    'LEFT JOIN (',
    `  SELECT ${value} AS value`,
    `  FROM source_staging_${table}`,
    ') found ON found.value = held.value',
    'WHERE found.value IS NULL',
    '',
  ].join('\n');
}

/** A warning for values that say no time. */
function timeChecks({ columns, read: { names } }: PlannedSource): readonly (readonly [string, string])[] {
  const timed = columns.filter(({ time }) => time !== undefined);
  if (timed.length === 0) return [];
  const selects = timed.map(({ name, type, time }) => {
    const text = type === 'BIGINT' ? `CAST(${name} AS VARCHAR(40))` : name;
    return [
      'SELECT',
      `  '${name} says no time in ' || CAST(COUNT(*) AS VARCHAR(20)) || ' records, such as ' || MIN(${text}) AS offender,`,
      `  CAST('staging_${names.table}' AS VARCHAR(127)) AS staging_table,`,
      `  CAST('${name}' AS VARCHAR(127)) AS staging_column,`,
      `  CAST(NULL AS VARCHAR(256)) AS staging_value`,
      `FROM run_current_${names.table}`,
      `WHERE ${name} IS NOT NULL AND ${time?.name} IS NULL`,
      'HAVING COUNT(*) > 0',
    ].join('\n');
  });
  const text = [
    '-- severity: warning',
    '-- Values that should say a time and do not: the time is NULL there.',
    selects.join('\nUNION ALL\n'),
    '',
  ];
  return [[`checks/star/${names.table}_times.sql`, text.join('\n')]];
}

function questions(source: PlannedSource): readonly (readonly [string, string])[] {
  const { read, dimensions, time } = source;
  const { table } = read.names;
  const [first] = dimensions;
  const byDay = `-- How many rows of ${table} are there on each of the last days?\nSELECT DATE_TRUNC('day', ${time}) AS day, COUNT(*) AS n\nFROM ${table}\nGROUP BY DATE_TRUNC('day', ${time})\nORDER BY day DESC NULLS LAST\nLIMIT 30\n`;
  const all = `-- How many rows of ${table} are there?\nSELECT COUNT(*) AS n\nFROM ${table}\n`;
  const shown = first?.columns.map(inStar)[0]?.name;
  const most =
    first &&
    `-- Which ${first.table} have most rows of ${table}?\nSELECT d.${first.id.name}, d.${shown}, COUNT(*) AS n\nFROM ${table} f\nJOIN ${first.table} d ON d.${first.id.name} = f.${first.id.name}\nGROUP BY d.${first.id.name}, d.${shown}\nORDER BY n DESC, d.${first.id.name}\nLIMIT 10\n`;
  return [
    time === undefined ? [`queries/number_of_${table}.sql`, all] : [`queries/${table}_by_day.sql`, byDay],
    ...(most === undefined ? [] : [[`queries/top_${first?.table}.sql`, most] as const]),
  ];
}

/** Lines of a comment. */
function wrapped(text: string, width = 110): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `-- ${line}`);
}
