import { StarloadError } from '../errors.ts';
import { reachOf } from './affected.ts';
import { carriedKeys } from './carried.ts';
import type { Table } from './catalogue.ts';
import { readsChanged } from './changes.ts';
import { placeIn } from './place.ts';
import { inputsOf } from './reads.ts';
import { itemsGiven, namesGiven } from './simple-select.ts';
import { fileOf, lineOf } from './written.ts';

/** What is wrong with the column that a table's head names as its time. */
export function timeMistakes(table: Table, tables: readonly Table[]): readonly StarloadError[] {
  const { time, role, columns } = table;
  if (time === undefined || isImplied(table, tables)) {
    return [];
  }
  const place = placeIn(table.create, /^-- time:/m);
  const loose = role !== 'staging' && columns.some(({ name, notNull }) => name === time && !notNull);
  return [
    ...(loose
      ? [
          new StarloadError(`${place}: ${time} could be NULL`, {
            next: 'Write NOT NULL after its type. A load could not find a row without its time.',
          }),
        ]
      : []),
    ...(role === 'staging' ? stagingMistakes(table, tables, place) : []),
    ...(role === 'current' ? currentMistakes(table, place) : []),
    ...(role === 'star' ? starMistakes(table, tables, place) : []),
  ];
}

/** Whether a table is in the file of its staging table, where the mistake is. */
function isImplied({ of, create }: Table, tables: readonly Table[]): boolean {
  const staging = tables.find(({ name }) => name === of);
  return staging !== undefined && fileOf(staging.create) === fileOf(create);
}

function stagingMistakes(table: Table, tables: readonly Table[], place: string): readonly StarloadError[] {
  const { key, time = '', columns } = table;
  const own = tables.find((other) => other.of === table.name);
  if (own !== undefined && !isImplied(own, tables)) {
    return [
      new StarloadError(`${place}: the rows that count are in ${own.name}`, {
        next: `Write the line at the head of ${own.name}, and delete it here.`,
      }),
    ];
  }
  const column = columns.find(({ name, notNull }) => name === time && key.includes(time) && notNull);
  if (column === undefined) return [notOfKey(place, time, `-- key: ${key.join(', ')}`)];
  return column.type !== 'varchar' || key.length === 1
    ? []
    : [
        new StarloadError(`${place}: blanks at the end of ${time} do not count in the key, but they would in a time`, {
          next: `Write a current table with RTRIM(${time}, ' ') AS ${time} in its key, and the line at its head.`,
        }),
      ];
}

function currentMistakes({ time = '', steady }: Table, place: string): readonly StarloadError[] {
  return steady.includes(time) ? [] : [notOfKey(place, time, "the staging table's key")];
}

function notOfKey(place: string, time: string, key: string): StarloadError {
  return new StarloadError(`${place}: ${time} could change while the key stays the same`, {
    next: `Name a column that is made of ${key} and is NOT NULL, or delete the line.`,
  });
}

/** Where keys come from, the times must come from too. */
function starMistakes(table: Table, tables: readonly Table[], place: string): readonly StarloadError[] {
  const { affected, time = '' } = table;
  const unknown = inputsOf(table).filter((name) => {
    const input = tables.find((one) => one.name === name);
    const withoutTime = { ...table, time: undefined };
    return (
      input !== undefined &&
      !readsChanged(table, name) &&
      carriedKeys(table, input).length === 0 &&
      carriedKeys(withoutTime, input).length > 0
    );
  });
  const given = affected === undefined ? undefined : namesGiven(affected.sql);
  const missing = given === undefined ? [] : reachOf(table).filter((name) => !given.includes(name));
  return [
    ...severalMistakes(table, place),
    ...unknown.map(
      (input) =>
        new StarloadError(`${place}: nothing says which column of ${input} has the values of ${time}`, {
          next: `Write "-- affected by: ${input} as ${reachOf(table).join(', ')}" with the columns that have these values.`,
        }),
    ),
    ...missing.map(
      (name) =>
        new StarloadError(`${lineOf(affected ?? table.create, 0)}: the query for affected keys gives no ${name}`, {
          next: `Select ${reachOf(table).join(', ')}: the key, and the time.`,
        }),
    ),
  ];
}

const AGGREGATES = new Set('min max avg sum count median first_value last_value'.split(' '));

/** A time that is one of several times of a row: if another one changes, a load would not read the row. */
function severalMistakes({ select, time = '' }: Table, place: string): readonly StarloadError[] {
  const items = select === undefined ? [] : (itemsGiven(select.sql) ?? []);
  const item = items.find((one) => one.at(-1)?.key === time) ?? [];
  const found = item.find(({ key }, at) => AGGREGATES.has(key) && item[at + 1]?.key === '(');
  return found === undefined
    ? []
    : [
        new StarloadError(`${place}: ${time} is ${found.text.toUpperCase()}(…), one of several times of a row`, {
          next: 'Name a column that is the same for all rows of the key, and group by it, or delete the line.',
        }),
      ];
}
