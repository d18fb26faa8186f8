import { StarloadError } from '../errors.ts';
import { fits, placeholdersIn, reachOf } from './affected.ts';
import { isSameColumn } from './carried.ts';
import type { Table } from './catalogue.ts';
import { currentMistakes, noColumn, noSelect, twoColumns } from './current-mistakes.ts';
import { isSourceName } from './heads.ts';
import { placeIn } from './place.ts';
import { changed, inputsOf, mentionsIn, tablesIn } from './reads.ts';
import { RESERVED } from './reserved.ts';
import { namesGiven } from './simple-select.ts';
import { timeMistakes } from './time-mistakes.ts';
import { type Token, tokenize } from './tokens.ts';
import { otherType } from './types.ts';
import { fileOf, lineOf, type NamedSql } from './written.ts';

/** PostgreSQL cuts names at 63 bytes (Identifiers and Key Words), and temporary tables get names with a prefix. */
const LONGEST_NAME = 50;
/** How the names of the loader's own temporary tables begin. */
const PREFIXES = /^(run|affected|changed|expected|sample|source|other)_/;

/** What is wrong with the tables of a model, each with its file and line, and what to write. */
export function mistakesIn(tables: readonly Table[]): readonly StarloadError[] {
  const own = tables.filter(({ role }) => role !== 'control');
  return own.flatMap((table) => [
    ...tableNameMistakes(table, tables),
    ...columnMistakes(table),
    ...typeMistakes(table),
    ...sourceMistakes(table),
    ...keyMistakes(table),
    ...timeMistakes(table, tables),
    ...(table.key.length === 0 ? [] : selectMistakes(table, tables)),
  ]);
}

function selectMistakes(table: Table, tables: readonly Table[]): readonly StarloadError[] {
  if (table.role === 'current') return currentMistakes(table, tables);
  return table.role === 'star' ? starMistakes(table, tables) : [];
}

function lineOfColumn({ create }: Table, name: string): string {
  return placeIn(create, new RegExp(`^ *${name}\\b`, 'im'));
}

function tableNameMistakes({ name, create }: Table, tables: readonly Table[]): readonly StarloadError[] {
  const place = placeIn(create, /^CREATE/im);
  if (PREFIXES.test(name)) {
    return [
      new StarloadError(`${place}: ${name} cannot be the name of a table`, {
        next: 'The loader gives such names to tables of its own. Choose another name.',
      }),
    ];
  }
  if (!isName(name)) {
    return [
      new StarloadError(`${place}: ${name} cannot be the name of a table on every engine`, {
        next: `Name the table and its file with lower-case letters, digits and _, at most ${LONGEST_NAME}, and no word that SQL reserves.`,
      }),
    ];
  }
  const twin = tables.find((other) => other.name === name && other.create !== create);
  return twin === undefined
    ? []
    : [
        new StarloadError(`${place}: another table is called ${name} too: ${fileOf(twin.create)}`, {
          next: 'Give each table a name of its own.',
        }),
      ];
}

function columnMistakes(table: Table): readonly StarloadError[] {
  const names = table.columns.map(({ name }) => name);
  return table.columns.flatMap(({ name }, at) => {
    if (names.indexOf(name) !== at) {
      return [
        new StarloadError(`${lineOfColumn(table, name)}: the table has two columns ${name}`, {
          next: 'Delete one of them, or give it another name. Capital letters make no difference.',
        }),
      ];
    }
    const old = /^before_(.+)/.exec(name)?.[1];
    if (!isName(name)) {
      return [
        new StarloadError(`${lineOfColumn(table, name)}: ${name} cannot be the name of a column on every engine`, {
          next: `Write lower-case letters, digits and _, at most ${LONGEST_NAME}, and no word that SQL reserves.`,
        }),
      ];
    }
    return table.role === 'staging' || !table.columns.some((other) => other.name === old)
      ? []
      : [
          new StarloadError(`${lineOfColumn(table, name)}: a load keeps the old ${old} as ${name}`, {
            next: 'Give the column another name.',
          }),
        ];
  });
}

function sourceMistakes({ role, source, create }: Table): readonly StarloadError[] {
  if (role !== 'staging' || (source !== undefined && isSourceName(source))) return [];
  return source === undefined
    ? [
        new StarloadError(`${fileOf(create)}: it names no source`, {
          next: 'Begin the file with "-- source: NAME" and the key of [S3] in dwh.cfg for its files, such as WEB_ORDERS.',
        }),
      ]
    : [
        new StarloadError(`${placeIn(create, /^-- source:/m)}: ${source} cannot be the name of a source`, {
          next: 'Write capital letters, digits and _, such as WEB_ORDERS.',
        }),
      ];
}

function typeMistakes(table: Table): readonly StarloadError[] {
  return table.columns.flatMap((column) => {
    const other = otherType(column);
    return other === undefined
      ? []
      : [
          new StarloadError(`${lineOfColumn(table, column.name)}: not every engine has the type of ${column.name}`, {
            next: `Declare it as ${other}.`,
          }),
        ];
  });
}

function isName(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name) && name.length <= LONGEST_NAME && !RESERVED.has(name);
}

function keyMistakes(table: Table): readonly StarloadError[] {
  const { role, key, create, columns } = table;
  if (key.length === 0) {
    return [
      new StarloadError(`${fileOf(create)}: it has no key`, {
        next: 'Begin the file with "-- key: " and the columns that identify a row.',
      }),
    ];
  }
  const loose = role === 'staging' ? [] : columns.filter(({ name, notNull }) => key.includes(name) && !notNull);
  return loose.map(
    ({ name }) =>
      new StarloadError(`${lineOfColumn(table, name)}: ${name} belongs to the key and could be NULL`, {
        next: 'Write NOT NULL after its type. Rows of the SELECT without a key are left out: give them one with COALESCE.',
      }),
  );
}

function starMistakes(table: Table, tables: readonly Table[]): readonly StarloadError[] {
  const { select, affected } = table;
  if (select === undefined) {
    return [noSelect(table)];
  }
  const inputs = tables.filter(({ role, name }) => (role === 'current' || role === 'star') && name !== table.name);
  const names = inputs.map(({ name }) => name);
  return [
    ...queryMistakes(select),
    ...missingColumns(table, select),
    ...strangers(select, names).map(
      ({ place, name }) =>
        new StarloadError(`${place}: a star table reads ${name}`, {
          next: `Read current and star tables${names.length === 0 ? '' : `: ${names.join(', ')}`}.`,
        }),
    ),
    ...placeholdersIn(select).flatMap((placeholder) =>
      placeholder.table === undefined && fits(table, placeholder.expressions)
        ? []
        : [
            new StarloadError(
              `${lineOf(select, placeholder.from)}: ${select.sql.slice(placeholder.from, placeholder.to)} does not fit ${reachText(table)}`,
              { next: 'Write {affected: a, b}, with one column for each of these, or {affected} alone.' },
            ),
          ],
    ),
    ...(affected === undefined ? [] : affectedMistakes(table, affected, names)),
    ...table.affectedBy.flatMap((one) => affectedByMistakes(table, inputs, one)),
  ];
}

/** `the key, which is a, b`, and the time if the table has one. */
function reachText({ key, time }: Table): string {
  const also = time === undefined || key.includes(time) ? '' : `, and the time, which is ${time}`;
  return `the key, which is ${key.join(', ')}${also}`;
}

function missingColumns({ columns }: Table, select: NamedSql): readonly StarloadError[] {
  const given = namesGiven(select.sql);
  const times = (wanted: string) => given?.filter((name) => name === wanted).length ?? 1;
  return columns.flatMap(({ name }) => {
    const found = times(name);
    return found === 0 ? [noColumn(select, name)] : found === 1 ? [] : [twoColumns(select, name)];
  });
}

function formMistakes(statement: NamedSql, tokens: readonly Token[]): readonly StarloadError[] {
  const place = lineOf(statement, tokens[0]?.at ?? 0);
  if (tokens[0]?.key === '(') {
    return [
      new StarloadError(`${place}: the SELECT begins with a parenthesis`, {
        next: 'Begin with SELECT or WITH. A part of a UNION that needs parentheses stands in a query of its own: SELECT * FROM (…) part.',
      }),
    ];
  }
  return ['select', 'with'].includes(tokens[0]?.key ?? '') && tokens.every(({ key }) => key !== ';')
    ? []
    : [new StarloadError(`${place}: it is not one SELECT`, { next: 'Write one SELECT, without a semicolon inside.' })];
}

/** One query, and braces only where a placeholder is. */
function queryMistakes(statement: NamedSql): readonly StarloadError[] {
  const tokens = tokenize(statement.sql);
  const places = placeholdersIn(statement);
  const brace = tokens.find(({ key, at }) => key === '{' && !places.some(({ from }) => from === at));
  return [
    ...formMistakes(statement, tokens),
    ...(brace === undefined
      ? []
      : [
          new StarloadError(`${lineOf(statement, brace.at)}: a brace that begins no placeholder`, {
            next: 'The only placeholder is {affected}, in small letters and without blanks before the word.',
          }),
        ]),
  ];
}

function affectedMistakes(table: Table, affected: NamedSql, names: readonly string[]): readonly StarloadError[] {
  const read = inputsOf(table).map(changed);
  const unknown = strangers(affected, [...names, ...read]);
  const readsNone = unknown.length === 0 && !tablesIn(affected).some((name) => read.includes(name));
  return [
    ...queryMistakes(affected),
    ...unknown.map(
      ({ place, name }) =>
        new StarloadError(`${place}: the query for affected keys reads ${name}`, {
          next: `Read current and star tables, and the changed rows of what the SELECT reads: ${read.join(', ')}.`,
        }),
    ),
    ...(readsNone
      ? [
          new StarloadError(`${fileOf(affected)}: the query for affected keys reads no changed rows`, {
            next: `Read at least one of ${read.join(', ')}.`,
          }),
        ]
      : []),
  ];
}

function affectedByMistakes(
  table: Table,
  inputs: readonly Table[],
  { input, columns }: Table['affectedBy'][number],
): readonly StarloadError[] {
  const place = placeIn(table.create, new RegExp(`^-- affected by: *${input.replace(/\W.*$/, '')}`, 'im'));
  const source = inputs.find(({ name }) => name === input && inputsOf(table).includes(name));
  if (source === undefined) {
    return [
      new StarloadError(`${place}: "-- affected by:" names ${input}, which the SELECT does not read`, {
        next: 'Write "-- affected by: table as column" with a table that the SELECT reads.',
      }),
    ];
  }
  const reach = reachOf(table);
  const columnIn = (of: Table, wanted: string | undefined) => of.columns.find(({ name }) => name === wanted);
  const fit = columns.every((column, at) => isSameColumn(columnIn(source, column), columnIn(table, reach[at])));
  return fit && columns.length === reach.length
    ? []
    : [
        new StarloadError(`${place}: ${columns.join(', ')} cannot be ${reachText(table)}`, {
          next: `Name as many columns of ${input}, of the same types: those that have the values of ${reach.join(', ')}.`,
        }),
      ];
}

/** The tables in a statement that it must not read. */
function strangers(statement: NamedSql, allowed: readonly string[]) {
  return mentionsIn(statement)
    .filter(({ key }) => !allowed.includes(key))
    .map(({ key, at }) => ({ place: lineOf(statement, at), name: key }));
}
