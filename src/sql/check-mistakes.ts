import { StarloadError } from '../errors.ts';
import { fits, placeholdersIn } from './affected.ts';
import type { Check, Table } from './catalogue.ts';
import { runRows } from './changes.ts';
import { mentionsIn } from './reads.ts';
import { fileOf, lineOf } from './written.ts';

/** What is wrong with the tables and placeholders of a model's checks. */
export function checkMistakes(checks: readonly Check[], tables: readonly Table[]): readonly StarloadError[] {
  return checks.flatMap((check) => [...tableMistakes(check, tables), ...placeholderMistakes(check, tables)]);
}

function tableMistakes(check: Check, tables: readonly Table[]): readonly StarloadError[] {
  const wanted = tables.filter(({ role }) => check.phase === 'star' || role === 'staging' || role === 'control');
  const current = wanted.filter(({ role }) => role === 'current');
  const names = [...wanted.map(({ name }) => name), ...current.map(({ name }) => runRows(name))];
  return mentionsIn(check)
    .filter(({ key }) => !names.includes(key))
    .map(
      ({ key, at }) =>
        new StarloadError(`${lineOf(check, at)}: the check reads ${key}`, {
          next:
            check.phase === 'star'
              ? `Read tables of the model, or the run's rows of current tables: ${current.map(({ name }) => runRows(name)).join(', ')}.`
              : 'Read staging tables only, or move the check to checks/star.',
        }),
    );
}

function placeholderMistakes(check: Check, tables: readonly Table[]): readonly StarloadError[] {
  return placeholdersIn(check).flatMap(({ from, to, table: name, expressions }) => {
    const table = tables.find((one) => one.name === name && (one.role === 'current' || one.role === 'star'));
    const text = check.sql.slice(from, to);
    if (check.phase === 'staged') {
      return [
        new StarloadError(`${lineOf(check, from)}: ${text} in a check of staged rows`, {
          next: `Move ${fileOf(check)} to checks/star, or write loaded_at >= {since} for the rows of the run.`,
        }),
      ];
    }
    return table !== undefined && fits(table, expressions)
      ? []
      : [
          new StarloadError(
            `${lineOf(check, from)}: ${text} names no current or star table with so many columns in its key`,
            {
              next: 'Write {affected table}, or {affected table: a, b} with one column for each of its key.',
            },
          ),
        ];
  });
}
