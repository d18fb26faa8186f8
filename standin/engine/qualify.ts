import { type Piece, quote, type Reader } from './reader.ts';

/** A column of a SELECT list: `*`, `t.*` or an expression. */
type Column = { readonly star: Piece; readonly table: string | undefined } | { readonly label: string };

/**
 * Rewrites a SELECT with QUALIFY for PostgreSQL (AWS: "QUALIFY clause"). A query around it filters its rows: by an
 * additional column if the condition has window functions, otherwise by its own columns. The columns of `*` pass through
 * that query as whole rows.
 */
export class Qualify {
  readonly #reader: Reader;
  readonly #head: Piece;
  readonly #columns: Column[] = [];
  readonly #tables: string[] = [];
  #listEnd: Piece | undefined;
  #hasBareTable = false;
  /** Why the rewritten query would have a different meaning. */
  obstacle: string | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#head = reader.slot();
  }

  addColumn(column: Column): void {
    this.#columns.push(column);
  }

  /** A table of FROM, by its name there. */
  addTable(name: string, isAliased: boolean): void {
    this.#tables.push(name);
    if (!isAliased) this.#hasBareTable = true;
  }

  endList(): void {
    this.#listEnd = this.#reader.slot();
  }

  /** Reads QUALIFY, if that comes next. */
  read(followsFrom: boolean): void {
    const reader = this.#reader;
    const { scope } = reader;
    if (!reader.is('qualify') || scope === undefined) return;
    reader.note('QUALIFY');
    if (followsFrom && this.#hasBareTable) reader.refuse('a table needs an alias where QUALIFY follows FROM');
    if (this.obstacle !== undefined) reader.refuse(`QUALIFY with ${this.obstacle} is not imitated`);
    reader.take();
    const isWindowed = scope.hasWindow;
    scope.hasWindow = false;
    const mark = reader.mark();
    reader.grammar.expression(reader);
    if (!scope.hasWindow && !isWindowed) reader.refuse('QUALIFY needs a window function');
    this.#wrap(reader.cut(mark), scope.hasWindow);
    scope.hasWindow = true;
  }

  #wrap(condition: string, isInside: boolean): void {
    const names = this.#columns.map((column, index) => this.#namesOf(column, index, isInside));
    const shown = this.#columns.map((column, index) => shownAs(column, names[index] as readonly string[]));
    this.#head.text = `select ${shown.join(', ')} from (`;
    if (isInside && this.#listEnd !== undefined) this.#listEnd.text = `, (${condition})`;
    const all = [...names.flat(), ...(isInside ? ['qualified'] : [])];
    this.#reader.write(`) rows_to_qualify (${all.join(', ')}) where ${isInside ? 'qualified' : condition}`);
  }

  /** The names of a column in the outer query: for `*`, one for each table. */
  #namesOf(column: Column, index: number, isInside: boolean): readonly string[] {
    if ('label' in column) return [isInside ? `c${index}` : quote(column.label)];
    const tables = column.table === undefined ? this.#tables : [column.table];
    column.star.text = tables.map(quote).join(', ');
    return tables.map((_, place) => `c${index}_${place}`);
  }
}

function shownAs(column: Column, names: readonly string[]): string {
  if ('label' in column) return `rows_to_qualify.${names[0]} as ${quote(column.label)}`;
  return names.map((name) => `(rows_to_qualify.${name}).*`).join(', ');
}
