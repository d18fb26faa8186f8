import { StarloadError } from '../errors.ts';
import type { Column, Table } from './catalogue.ts';
import { placeIn } from './place.ts';
import { columnsUsed, plainColumn, readSimpleSelect, type SimpleSelect, trimmedColumn } from './simple-select.ts';
import type { Token } from './tokens.ts';
import { fileOf, type NamedSql } from './written.ts';

/**
 * What is wrong with a current table. It has one row for each key of its staging table, or a load could not tell which rows
 * a new version replaces.
 */
export function currentMistakes(table: Table, tables: readonly Table[]): readonly StarloadError[] {
  const { of, create, select } = table;
  const staging = tables.filter(({ role }) => role === 'staging');
  const source = staging.find(({ name }) => name === of);
  if (source === undefined) {
    const what = of === undefined ? 'it does not say of which staging table it is' : `${of} is no staging table`;
    return [
      new StarloadError(`${placeIn(create, /^-- of:/m)}: ${what}`, {
        next: `Begin the file with "-- of: " and the name of a staging table, such as ${staging[0]?.name}.`,
      }),
    ];
  }
  if (select === undefined) {
    return [noSelect(table)];
  }
  const simple = readSimpleSelect(select.sql);
  return simple === undefined || simple.table !== source.name
    ? [
        new StarloadError(`${placeIn(select, /^select/im)}: a current table has one row for each record`, {
          next: `Write SELECT …, … FROM ${source.name}, with nothing behind it and no other query inside. Star tables join, filter and group.`,
        }),
      ]
    : selectMistakes(table, source, { select, simple });
}

/** A table without a SELECT. */
export function noSelect({ create }: Table): StarloadError {
  return new StarloadError(`${fileOf(create)}: it has no SELECT`, {
    next: 'Write ); after the columns, and then the SELECT that gives the rows.',
  });
}

/** A column of the table that its SELECT does not give. */
export function noColumn(select: NamedSql, name: string): StarloadError {
  return new StarloadError(`${placeIn(select, /^select/im)}: the SELECT gives no column ${name}`, {
    next: `Add "… AS ${name}" to it.`,
  });
}

/** A column that its SELECT gives more than once. */
export function twoColumns(select: NamedSql, name: string): StarloadError {
  return new StarloadError(`${placeIn(select, /^select/im)}: the SELECT gives two columns ${name}`, {
    next: `Leave one of them out, or give it another name: "… AS other".`,
  });
}

interface Selected {
  readonly select: NamedSql;
  readonly simple: SimpleSelect;
}

function selectMistakes(table: Table, source: Table, { select, simple }: Selected): readonly StarloadError[] {
  const missing = table.columns.filter(({ name }) => !simple.items.has(name));
  const keys = table.key.flatMap((name) => [simple.items.get(name) ?? []]);
  const used = new Set(keys.flatMap((item) => columnsUsed(item, source.columns).map(({ name }) => name)));
  const isKey = used.size === source.key.length && source.key.every((name) => used.has(name));
  return [
    ...missing.map(({ name }) => noColumn(select, name)),
    ...(isKey || missing.length > 0 || source.key.length === 0
      ? []
      : [
          new StarloadError(`${placeIn(table.create, /^-- key:/m)}: the key is not made of that of ${source.name}`, {
            next: `Make the columns of the key from ${source.key.join(', ')}, from all of these and nothing else.`,
          }),
        ]),
    ...(missing.length > 0 || keys.every((item) => tellsKeysApart(source, item))
      ? []
      : [
          new StarloadError(`${placeIn(select, /^select/im)}: the key could be the same for two records`, {
            next: "Make it of columns, RTRIM(text, ' '), or MD5 of these: MD5(CAST(a AS VARCHAR(20)) || '|' || COALESCE(RTRIM(b, ' '), '')).",
          }),
        ]),
    ...keys.flatMap((item) => keyColumnMistakes(select, source, item)),
  ];
}

function isColumnOf({ columns }: Table) {
  return ({ kind, key }: Token) => kind !== 'string' && columns.some(({ name }) => name === key);
}

/** What a digest may be made of besides columns: nothing that could make two keys one. */
const IN_DIGESTS = new Set('md5 cast as varchar coalesce rtrim length'.split(' '));

/** Whether a value differs for each key of the staging table: a column, RTRIM(text, ' '), or MD5 of several of these. */
function tellsKeysApart(source: Table, item: readonly Token[]): boolean {
  if (plainColumn(item) !== undefined || trimmedColumn(item) !== undefined) {
    return true;
  }
  const isColumn = isColumnOf(source);
  const isFit = (token: Token, at: number) => {
    const column = source.columns.find(({ name }) => name === token.key);
    const isTrimmed = item[at - 2]?.key === 'rtrim' && item[at + 1]?.key === ',';
    return isColumn(token)
      ? column?.type !== 'varchar' || isTrimmed
      : token.kind !== 'word' || IN_DIGESTS.has(token.key);
  };
  return item[0]?.key === 'md5' && item[1]?.key === '(' && item.every(isFit);
}

/** A key that is a column as it is: blanks at its end do not count, and NULL is no key. */
function keyColumnMistakes(select: NamedSql, source: Table, item: readonly Token[]): readonly StarloadError[] {
  const of = (name: string | undefined): Column | undefined => source.columns.find((column) => column.name === name);
  const plain = of(plainColumn(item));
  const column = plain ?? of(trimmedColumn(item));
  return [
    ...(plain?.type === 'varchar'
      ? [
          new StarloadError(
            `${placeIn(select, /^select/im)}: blanks at the end of ${plain.name} do not count in a key`,
            {
              next: `Write RTRIM(${plain.name}, ' ') AS ${plain.name}.`,
            },
          ),
        ]
      : []),
    ...(column !== undefined && !column.notNull
      ? [
          new StarloadError(
            `${fileOf(source.create)}: ${column.name} is the key of a current table and could be NULL`,
            {
              next: 'Write NOT NULL after its type, or leave the current table out: the one that the loader makes has a key of its own.',
            },
          ),
        ]
      : []),
  ];
}
