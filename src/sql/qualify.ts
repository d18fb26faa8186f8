import { RelationScan } from './relations.ts';
import { quoteIdentifier } from './render.ts';
import { rewritten, tokenize } from './tokens.ts';

/**
 * The prefixes of table names on an engine: for tables of the warehouse, and for tables that end with their session.
 */
export interface Places {
  /** The quoted schema with its dot, such as `"etl".`. */
  readonly tables: string;
  /** Empty if the engine looks for temporary tables first. */
  readonly temporary: string;
}

/**
 * Qualifies every table of a statement, so that no search path decides which one is meant. Temporary tables are those
 * that an earlier statement of the same batch created; all others are in the warehouse's schema.
 */
export class Qualifier {
  readonly #places: Places;
  readonly #temporary = new Set<string>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** A table's quoted and qualified name. */
  name(table: string): string {
    return `${this.#placeOf(table)}${quoteIdentifier(table)}`;
  }

  /**
   * One or several statements of `sql/`, with all of their tables qualified. Names that are already qualified,
   * functions, names of WITH, columns, literals and comments are not changed.
   */
  statement(sql: string): string {
    const { tables } = new RelationScan(tokenize(sql)).relations();
    const tokens = tables.map(({ token }) => token);
    return rewritten(sql, tokens, (token, at) => {
      if (tables[at]?.isTemporary === true) {
        this.#temporary.add(token.key);
      }
      return `${this.#placeOf(token.key)}${token.text}`;
    });
  }

  #placeOf(table: string): string {
    return this.#temporary.has(table) ? this.#places.temporary : this.#places.tables;
  }
}
