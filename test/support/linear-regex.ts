/**
 * Whether a regular expression takes time linear in its text, whatever the text: shown from the expression alone.
 *
 * Where nothing repeats without bound, each attempt costs a constant. Otherwise the expression must be deterministic: of what
 * may come next, a character fits one thing only, so that backtracking finds nothing to try again. Then one attempt is
 * linear, and all of them together are if there is but one (it is anchored or sticky), if an attempt has succeeded once it
 * enters a repetition, or if no attempt reads a character that another one could begin with. Whatever this cannot show, or
 * does not understand (lookaround, backreferences), is not linear.
 */
export function isLinear(pattern: string, flags: string): boolean {
  const expression = parse(pattern, flags);
  if (expression === undefined) return false;
  const { whole, repeats, isAnchored } = expression;
  if (repeats.size === 0) return true;
  const choices = [whole.first, ...whole.follow.values()];
  if (
    !choices.every((next) => [...next].every((one) => [...next].every((other) => one === other || apart(one, other))))
  )
    return false;
  const all = [...new Set(choices.flatMap((next) => [...next]))];
  return (
    isAnchored ||
    (!expression.asserts && [...repeats].every((one) => whole.last.has(one))) ||
    [...whole.first].every((begin) => all.every((one) => one === begin || apart(begin, one)) && !repeats.has(begin))
  );
}

/** A place in the expression that takes one character: the characters of the alphabet that it takes. */
type Place = ReadonlySet<string>;

/** Glushkov's construction: where a part can begin and end, and what can come behind each of its places. */
interface Part {
  readonly first: ReadonlySet<Place>;
  readonly last: ReadonlySet<Place>;
  readonly follow: ReadonlyMap<Place, ReadonlySet<Place>>;
  readonly nullable: boolean;
}

/** All of ASCII and Latin 1, and some of what is told apart beyond. */
const ALPHABET: readonly string[] = [
  ...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)),
  ...'\u017f\u0130\u0131\u0394\u200b\u201c\u202e\u2028\u2029\u212a\u2190\u3000\u4e2d\ud7ff\ufeff\ufffd\u{1f600}',
];

const EMPTY: Part = { first: new Set(), last: new Set(), follow: new Map(), nullable: true };
/** More copies of a part that repeats add nothing: what may come behind them is the same. */
const MOST_COPIES = 9;

const apart = (one: Place, other: Place) => ![...one].some((character) => other.has(character));

function parse(pattern: string, flags: string) {
  const reader = new Reader(pattern, flags);
  const whole = reader.alternatives();
  const isAnchored = flags.includes('y') || (/^\^/.test(pattern) && !flags.includes('m') && !reader.hasTopLevelChoice);
  const { repeats, asserts } = reader;
  return reader.isUnderstood && reader.isAtEnd ? { whole, repeats, asserts, isAnchored } : undefined;
}

class Reader {
  readonly repeats = new Set<Place>();
  isUnderstood = true;
  hasTopLevelChoice = false;
  /** Whether it can fail where it takes no character. */
  asserts = false;
  readonly #pattern: string;
  readonly #flags: string;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, flags: string) {
    this.#pattern = pattern;
    this.#flags = flags.replaceAll(/[gy]/g, '');
  }

  get isAtEnd(): boolean {
    return this.#at === this.#pattern.length;
  }

  alternatives(): Part {
    let part = this.#sequence();
    while (this.#take(/\|/y) !== undefined) {
      if (this.#depth === 0) this.hasTopLevelChoice = true;
      part = either(part, this.#sequence());
    }
    return part;
  }

  #sequence(): Part {
    let part = EMPTY;
    while (!this.isAtEnd && !'|)'.includes(this.#pattern[this.#at] as string)) part = then(part, this.#term());
    return part;
  }

  #term(): Part {
    const from = this.#at;
    const atom = this.#atom();
    const to = this.#at;
    const [, symbol, least, comma, most] = this.#take(/(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y) ?? [];
    if (symbol === undefined && least === undefined) return atom;
    const min = symbol === undefined ? Number(least) : symbol === '+' ? 1 : 0;
    const isEndless = symbol === '*' || symbol === '+' || (comma === ',' && most === '');
    const max = symbol === '?' ? 1 : comma === '' ? min : Number(most);
    const behind = this.#at;
    const again = () => {
      this.#at = from;
      const copy = this.#atom();
      this.#at = to;
      return copy;
    };
    const copies = repetitions(again, min, isEndless ? min : max);
    const endless = isEndless ? this.#endless(again()) : EMPTY;
    this.#at = behind;
    return then(copies, endless);
  }

  #endless(body: Part): Part {
    for (const place of [...body.first, ...body.last, ...body.follow.keys()]) this.repeats.add(place);
    return { ...body, nullable: true, follow: joined(body.follow, linked(body.last, body.first)) };
  }

  #atom(): Part {
    if (this.#take(/\^|\$|\\[bB]/y) !== undefined) {
      this.asserts = true;
      return EMPTY;
    }
    if (this.#take(/\((?:\?:|\?<\w+>|(?!\?))/y) !== undefined) {
      this.#depth += 1;
      const part = this.alternatives();
      this.#depth -= 1;
      this.#expect(/\)/y);
      return part;
    }
    const [source] =
      this.#take(
        /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:u\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|[pP]\{[^}]*\}|[^1-9k])|[^()[\]{}*+?\\|]/iuy,
      ) ?? [];
    if (source === undefined) {
      this.#expect(/(?!)/y);
      return EMPTY;
    }
    const fits = new RegExp(`^(?:${source})$`, this.#flags);
    const place: Place = new Set(ALPHABET.filter((character) => fits.test(character)));
    return { first: new Set([place]), last: new Set([place]), follow: new Map([[place, new Set()]]), nullable: false };
  }

  #take(token: RegExp): RegExpExecArray | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#pattern) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #expect(token: RegExp): void {
    if (this.#take(token) !== undefined) return;
    this.isUnderstood = false;
    this.#at = this.#pattern.length;
  }
}

function repetitions(again: () => Part, min: number, max: number): Part {
  let part = EMPTY;
  for (let count = Math.min(max, MOST_COPIES); count > 0; count -= 1) {
    const copy = then(again(), part);
    part = count > min ? { ...copy, nullable: true } : copy;
  }
  return part;
}

function then(one: Part, other: Part): Part {
  return {
    first: new Set([...one.first, ...(one.nullable ? other.first : [])]),
    last: new Set([...other.last, ...(other.nullable ? one.last : [])]),
    follow: joined(one.follow, other.follow, linked(one.last, other.first)),
    nullable: one.nullable && other.nullable,
  };
}

function either(one: Part, other: Part): Part {
  return {
    first: new Set([...one.first, ...other.first]),
    last: new Set([...one.last, ...other.last]),
    follow: joined(one.follow, other.follow),
    nullable: one.nullable || other.nullable,
  };
}

function linked(from: ReadonlySet<Place>, to: ReadonlySet<Place>): Part['follow'] {
  return new Map([...from].map((place) => [place, to]));
}

function joined(...maps: readonly Part['follow'][]): Part['follow'] {
  const all = new Map<Place, Set<Place>>();
  for (const [place, next] of maps.flatMap((map) => [...map])) {
    all.set(place, new Set([...(all.get(place) ?? []), ...next]));
  }
  return all;
}
