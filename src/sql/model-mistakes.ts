import { StarloadError } from '../errors.ts';
import type { Table } from './catalogue.ts';
import { changed } from './changes.ts';
import { inputsOf, mentionsIn } from './reads.ts';
import { RESERVED } from './reserved.ts';
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
    ...keyMistakes(table),
    ...(table.role === 'current' ? currentMistakes(table, tables) : []),
    ...(table.role === 'star' ? starMistakes(table, tables) : []),
  ]);
}

/** The file, and the line of what a pattern finds in it. */
function placeIn(statement: NamedSql, pattern: RegExp): string {
  const at = statement.sql.search(pattern);
  return at === -1 ? fileOf(statement) : lineOf(statement, at);
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
  return table.columns.flatMap(({ name }) => {
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

function currentMistakes(table: Table, tables: readonly Table[]): readonly StarloadError[] {
  const { of = 'nothing', create, select } = table;
  const staging = tables.filter(({ role }) => role === 'staging').map(({ name }) => name);
  if (!staging.includes(of)) {
    return [
      new StarloadError(`${placeIn(create, /^-- of:/m)}: it is made of ${of}, which is no staging table`, {
        next: `Begin the file with "-- of: " and one of ${staging.join(', ')}.`,
      }),
    ];
  }
  if (select === undefined) {
    return [noSelect(table)];
  }
  if (!inputsOf(table).includes(of)) {
    return [new StarloadError(`${fileOf(select)}: its SELECT does not read ${of}`, { next: `Write FROM ${of}.` })];
  }
  return strangers(select, [of]).map(
    ({ place, name }) =>
      new StarloadError(`${place}: a current table reads ${name}`, {
        next: `Read ${of} and nothing else. Star tables join.`,
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
  const inAffected = affected === undefined ? [] : strangers(affected, [...names, ...names.map(changed)]);
  return [
    ...strangers(select, names).map(
      ({ place, name }) =>
        new StarloadError(`${place}: a star table reads ${name}`, {
          next: `Read current and star tables: ${names.join(', ')}.`,
        }),
    ),
    ...inAffected.map(
      ({ place, name }) =>
        new StarloadError(`${place}: the query for affected keys reads ${name}`, {
          next: `Read current and star tables, and their changed rows: ${names.map(changed).join(', ')}.`,
        }),
    ),
    ...[...table.affectedBy].flatMap(([input, columns]) => affectedByMistakes(table, inputs, { input, columns })),
  ];
}

function affectedByMistakes(
  table: Table,
  inputs: readonly Table[],
  { input, columns }: { readonly input: string; readonly columns: readonly string[] },
): readonly StarloadError[] {
  const place = placeIn(table.create, new RegExp(`^-- affected by: *${input}`, 'm'));
  const source = inputs.find(({ name }) => name === input && inputsOf(table).includes(name));
  if (source === undefined) {
    return [
      new StarloadError(`${place}: its SELECT does not read ${input}`, {
        next: 'Write "-- affected by: table as column" with a table that the SELECT reads.',
      }),
    ];
  }
  const areThere = columns.every((column) => source.columns.some(({ name }) => name === column));
  return areThere && columns.length === table.key.length
    ? []
    : [
        new StarloadError(`${place}: ${columns.join(', ')} cannot be the key, which is ${table.key.join(', ')}`, {
          next: `Name as many columns of ${input}: those that have the values of the key.`,
        }),
      ];
}

function noSelect({ create }: Table): StarloadError {
  return new StarloadError(`${fileOf(create)}: it has no SELECT`, {
    next: 'Write ); after the columns, and then the SELECT that gives the rows.',
  });
}

/** The tables in a statement that it must not read. */
function strangers(statement: NamedSql, allowed: readonly string[]) {
  return mentionsIn(statement)
    .filter(({ key }) => !allowed.includes(key))
    .map(({ key, at }) => ({ place: lineOf(statement, at), name: key }));
}
