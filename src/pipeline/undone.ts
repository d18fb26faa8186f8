/** A file as it is, or as it was loaded. */
interface Content {
  readonly table: string;
  readonly uri: string;
  readonly version: string;
  readonly size: number;
}

/**
 * The files that are not loaded because their load was undone: each, as it was loaded then, under its name; and under other
 * names, unless staging holds the content.
 */
export class Undone {
  readonly #files = new Map<string, Content>();
  readonly #sizes = new Set<string>();
  readonly #contents = new Set<string>();

  /** `versions` are oldest first: of a file and a content, the newest counts. `held` are the versions in staging. */
  constructor(versions: readonly (Content & { readonly status: string })[] = [], held: Iterable<Content> = []) {
    for (const version of versions) {
      if (version.status === 'undone') this.#files.set(fileOf(version), version);
      else this.#files.delete(fileOf(version));
    }
    for (const file of this.#files.values()) {
      this.#sizes.add(sizeOf(file));
      this.#contents.add(contentOf(file));
    }
    for (const version of this.#contents.size === 0 ? [] : held) {
      this.#contents.delete(contentOf(version));
    }
  }

  /** Whether a file of this size can be one of them. If not, its content need not be known. */
  mayHave(file: Pick<Content, 'table' | 'size'>): boolean {
    return this.#sizes.has(sizeOf(file));
  }

  has(file: Content): boolean {
    return this.#files.has(fileOf(file)) || this.#contents.has(contentOf(file));
  }
}

function fileOf(file: Content): string {
  return `${contentOf(file)} ${file.uri}`;
}

function contentOf({ version, ...file }: Content): string {
  return `${sizeOf(file)} ${version}`;
}

function sizeOf({ table, size }: Pick<Content, 'table' | 'size'>): string {
  return `${table} ${size}`;
}
