import { literal, refusal } from './reader.ts';
import { ENCODING_TYPES } from './words.ts';

/**
 * The keys of a table. They only affect where rows are stored, which is not visible here, but they must be consistent and
 * name its columns.
 */
export class TableKeys {
  readonly #columns = new Set<string>();
  #style: string | undefined;
  #distribution: readonly string[] | undefined;
  #sorting: readonly string[] | undefined;
  #primary: readonly string[] | undefined;
  #unique: readonly string[] = [];

  addColumn(name: string): void {
    this.#columns.add(name);
  }

  /** page "CREATE TABLE": DISTKEY is one column, and requires DISTSTYLE KEY or no DISTSTYLE. */
  distributeBy(names: readonly string[]): void {
    if (this.#distribution !== undefined || names.length > 1) throw refusal('Multiple distkey columns are not allowed');
    this.#distribution = names;
    this.#checkStyle();
  }

  distribute(style: string): void {
    this.#style = style;
    this.#checkStyle();
  }

  /** AWS does not say whether SORTKEY may follow two columns. */
  sortBy(names: readonly string[]): void {
    if (this.#sorting !== undefined) throw refusal('Multiple sort keys for a table are not allowed');
    if (new Set(names).size < names.length) throw refusal('Duplicate column in the sort key');
    this.#sorting = names;
  }

  identifyBy(names: readonly string[]): void {
    if (this.#primary !== undefined) throw refusal('multiple primary keys for table are not allowed');
    this.#primary = names;
  }

  distinguishBy(names: readonly string[]): void {
    this.#unique = [...this.#unique, ...names];
  }

  /** The keys that must be columns. */
  get names(): readonly string[] {
    return [this.#distribution, this.#sorting, this.#primary, this.#unique].flatMap((names) => names ?? []);
  }

  /** Checks that the keys fit each other and, if the columns are known, that they are columns. */
  end(knowsColumns: boolean): void {
    if (this.#style === 'key' && this.#distribution === undefined) {
      throw refusal('DISTSTYLE KEY requires a DISTKEY');
    }
    if (knowsColumns) assertColumns(this.names, this.#columns);
  }

  #checkStyle(): void {
    if (this.#distribution !== undefined && this.#style !== undefined && this.#style !== 'key') {
      throw refusal(`Cannot specify DISTKEY for a table with DISTSTYLE ${this.#style.toUpperCase()}`);
    }
  }
}

/** Throws for a key that is not a column. */
export function assertColumns(names: readonly string[], columns: ReadonlySet<string>): void {
  const missing = names.find((name) => !columns.has(name));
  if (missing !== undefined) throw refusal(`column "${missing}" named in key does not exist`);
}

/** Throws for an encoding that does not exist, or not for this type; AWS: "Compression encodings". */
export function assertEncodes(encoding: string, type: string): void {
  const known = ENCODING_TYPES.get(encoding);
  const base = type.replace(/^redshift\.|[_(].*$/g, '');
  if (known === undefined || !(known.has('all') || known.has(base))) {
    throw refusal(`invalid encoding type specified for column: ${literal(encoding)}`);
  }
}
