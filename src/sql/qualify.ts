import { RelationScan } from './relations.ts';
import { quoteIdentifier } from './render.ts';
import { rewritten, tokenize } from './tokens.ts';

/** What an engine writes before a table's name: of a table of the warehouse, and of one that ends with its session. */
export interface Places {
  /** The quoted schema and its dot, such as `"etl".`. */
  readonly tables: string;
  /** Empty where the engine looks for temporary tables before all others. */
  readonly temporary: string;
}

/**
 * Says of every table of a statement where it is, so that no search path decides which one is meant. Temporary tables are
 * those that an earlier statement of the same batch made; all others are in the warehouse's schema.
 */
export class Qualifier {
  readonly #places: Places;
  readonly #temporary = new Set<string>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** A table's name, quoted and qualified. */
  name(table: string): string {
    return `${this.#placeOf(table)}${quoteIdentifier(table)}`;
  }

  /**
   * A statement of `sql/`, or several, with all of its tables qualified. Names that are qualified already, functions,
   * names of WITH, columns, literals and comments stay as they are.
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
