/** Where something comes from. Columns are `table.column`, in lower case. */
export interface Origins {
  /** The columns whose values it is made of. */
  readonly values: ReadonlySet<string>;
  /** The columns that decide which values these are, or which rows there are. */
  readonly decides: ReadonlySet<string>;
  /** The tables of which it cannot be told which of their columns play a part. */
  readonly untold: ReadonlySet<string>;
}

const EMPTY: ReadonlySet<string> = new Set();
export const NOTHING: Origins = { values: EMPTY, decides: EMPTY, untold: EMPTY };

export function ofColumn(column: string): Origins {
  return { ...NOTHING, values: new Set([column]) };
}

export function untold(tables: readonly string[]): Origins {
  return { ...NOTHING, untold: new Set(tables) };
}

export function together(...all: readonly Origins[]): Origins {
  return {
    values: new Set(all.flatMap(({ values }) => [...values])),
    decides: new Set(all.flatMap(({ decides }) => [...decides])),
    untold: new Set(all.flatMap((one) => [...one.untold])),
  };
}

/** The same as something that only decides. */
export function deciding({ values, decides, untold: tables }: Origins): Origins {
  return { values: EMPTY, decides: new Set([...values, ...decides]), untold: tables };
}

/** A column of a query's result. */
export interface ResultColumn {
  readonly name: string;
  readonly origins: Origins;
}

/** What a query gives. */
export interface Result {
  readonly columns: readonly ResultColumn[];
  /** What decides which rows there are. */
  readonly rows: Origins;
  /** Of what any other column is, if not all are known. */
  readonly others: Origins | undefined;
}

/** Something that a query reads, under a name. */
export interface Readable extends Result {
  readonly alias: string;
  /** Columns that a join by USING has merged into those of another source. */
  readonly merged: ReadonlySet<string>;
}

/** A column of a source; undefined if it has none of this name. */
export function columnOf({ columns, others }: Result, name: string): Origins | undefined {
  const found = columns.filter((column) => column.name === name);
  return found.length > 0 ? together(...found.map(({ origins }) => origins)) : others;
}
