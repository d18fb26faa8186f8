import type { Table } from './catalogue.ts';
import { quoteComment, quoteIdentifier } from './render.ts';

/**
 * The statements that put a table's comments on it and on its columns. The texts are pasted into them, because
 * COMMENT ON takes no parameter on any engine: they come from the files of the model, never from data.
 */
export function commentStatements(table: Table, engine: string): readonly string[] {
  const name = quoteIdentifier(table.name);
  const on = (what: string, comment: string | undefined) =>
    comment === undefined ? [] : [`COMMENT ON ${what} IS ${quoteComment(comment, engine)}`];
  return [
    ...on(`TABLE ${name}`, table.comment),
    ...table.columns.flatMap((column) => on(`COLUMN ${name}.${quoteIdentifier(column.name)}`, column.comment)),
  ];
}
