import { hash } from 'node:crypto';

/** The first line of the cache's text. A cache of another release is not used. */
const HEAD = 'starload contents 1';

/**
 * The contents that local files had when they were last read, so that a file that is still the same need not be read
 * again (docs/decisions/0035-unchanged-files-are-not-read.md). A cache that is lost or damaged costs time, nothing else.
 */
export class ContentCache {
  readonly #read: () => string;
  #entries: ReadonlyMap<string, string> | undefined;
  /** What this process asked for and found, or learned. The rest belongs to files that are gone. */
  readonly #current = new Map<string, string>();
  #hasNew = false;

  /** `read` returns the text of a cache. It is called when the first file is asked for. */
  constructor(read: () => string = () => '') {
    this.#read = read;
  }

  /** Whether a file with this trace had this version when it was read. `trace` changes whenever the file does. */
  has(uri: string, trace: string, version: string): boolean {
    this.#entries ??= parse(this.#read());
    const entry = entryOf(trace, version);
    if (this.#entries.get(uri) !== entry) {
      return false;
    }
    this.#current.set(uri, entry);
    return true;
  }

  learn(uri: string, trace: string, version: string): void {
    this.#current.set(uri, entryOf(trace, version));
    this.#hasNew = true;
  }

  /** The cache as text; undefined if nothing was learned. The end holds a hash of the rest. */
  text(): string | undefined {
    if (!this.#hasNew) {
      return undefined;
    }
    const lines = [...this.#current].map(([uri, entry]) => `${uri}\t${entry}\n`);
    const text = `${HEAD}\n${lines.join('')}`;
    return `${text}${hash('sha256', text, 'hex')}\n`;
  }
}

function entryOf(trace: string, version: string): string {
  return `${trace}\t${version}`;
}

/** The entries of a cache; none if the text is not whole. */
function parse(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const isWhole = text.startsWith(`${HEAD}\n`) && text.slice(end) === `${hash('sha256', text.slice(0, end), 'hex')}\n`;
  for (let from = HEAD.length + 1; isWhole && from < end; ) {
    const to = text.indexOf('\n', from);
    const tab = text.indexOf('\t', from);
    entries.set(text.slice(from, tab), text.slice(tab + 1, to));
    from = to + 1;
  }
  return entries;
}
