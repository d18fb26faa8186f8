import { carriedKeys } from '../sql/carried.ts';
import type { Model, Table } from '../sql/catalogue.ts';
import { changed, inputsOf, tablesIn } from '../sql/reads.ts';

/** How a load keeps a table up to date, in sentences. */
export function upkeepOf(model: Model, table: Table): readonly string[] {
  switch (table.role) {
    case 'control':
      return [];
    case 'staging':
      return ['Loads only add to it: it has every version of every record.'];
    case 'current':
      return [
        `A load puts in the version that counts of each record of ${table.of} that it brings, in the place of the row with the same ${list(table.key)}.`,
      ];
    case 'star':
      return upkeepOfStar(model, table);
  }
}

function upkeepOfStar(model: Model, table: Table): readonly string[] {
  const anew = model.derivation.anew.find((one) => one.table === table.name);
  if (anew !== undefined) {
    return [`Each load makes it anew, because ${anew.because}.`];
  }
  const ways = inputsOf(table).map((input) => wayOf(model, table, input));
  const time =
    table.time === undefined
      ? []
      : [`Its time is ${table.time}: a load looks only between the first and the last time that it affects.`];
  return [`A load rewrites the rows of the keys that it affects. The key is ${list(table.key)}.`, ...ways, ...time];
}

/** How changes of an input affect keys, in the order in which src/sql/star-plan.ts looks for it. */
function wayOf(model: Model, table: Table, input: string): string {
  if (table.affected !== undefined && tablesIn(table.affected).includes(changed(input))) {
    return `Which rows a change in ${input} affects, the query in star/${table.name}.affected.sql finds out.`;
  }
  const source = model.tables.find(({ name }) => name === input);
  const ways = source === undefined ? [] : carriedKeys(table, source);
  return `A change in ${input} affects the rows with its ${ways.map(list).join(' and with its ')}, old and new.`;
}

function list(columns: readonly string[]): string {
  return columns.join(', ');
}
