/** Comments, literals, quoted names, words, and everything else a character at a time. */
const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|\s+|[\s\S]/g;

/** A table's name follows each of these. */
const BEFORE_TABLE = new Set(['from', 'join', 'into', 'update', 'table', 'using']);
/** What ends a list of tables that commas separate. */
const AFTER_TABLES = new Set(['where', 'group', 'order', 'having', 'limit', 'select', 'set', 'union', 'values', 'on']);
/** Functions in whose brackets FROM names no table. */
const WITH_FROM = new Set(['extract', 'trim', 'substring', 'overlay']);

/**
 * A statement in which other tables take the place of some. A name is a table's where one must stand, and before a dot;
 * columns and aliases of the same name stay. The names that are given are put in as they are, so quote them.
 */
export function renameTables(sql: string, names: ReadonlyMap<string, string>): string {
  const tokens = sql.match(TOKEN) ?? [];
  const places = new Places();
  return tokens
    .map((token, at) => {
      const isTable = places.pass(token) || (tokens[at + 1] === '.' && tokens[at - 1] !== '.');
      return (isTable ? names.get(unquoted(token)) : undefined) ?? token;
    })
    .join('');
}

/** Follows a statement and knows where a table's name must stand. */
class Places {
  /** What was true outside of each open bracket. */
  readonly #outside: { readonly isList: boolean; readonly isArgument: boolean }[] = [];
  /** Whether a list of tables is being read. */
  #isList = false;
  /** Whether this is inside the brackets of a function that takes a FROM. */
  #isArgument = false;
  #expects = false;
  #previous = '';

  /** Takes the next token; true when it stands where a table's name does. */
  pass(token: string): boolean {
    if (/^(?:\s|--|\/\*)/.test(token)) {
      return false;
    }
    const found = this.#expects && /^["\w]/.test(token);
    this.#expects = false;
    this.#follow(token.toLowerCase());
    this.#previous = token.toLowerCase();
    return found;
  }

  #follow(word: string): void {
    if (word === '(') {
      this.#outside.push({ isList: this.#isList, isArgument: this.#isArgument });
      this.#isList = false;
      this.#isArgument = WITH_FROM.has(this.#previous);
    } else if (word === ')') {
      ({ isList: this.#isList, isArgument: this.#isArgument } = this.#outside.pop() ?? AT_THE_TOP);
    } else if (word === ',') {
      this.#expects = this.#isList;
    } else if (BEFORE_TABLE.has(word)) {
      this.#isList = !this.#isArgument && this.#previous !== 'distinct';
      this.#expects = this.#isList;
    } else if (AFTER_TABLES.has(word)) {
      this.#isList = false;
    }
  }
}

const AT_THE_TOP = { isList: false, isArgument: false };

function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase();
}
