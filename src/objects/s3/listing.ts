import { compareKeys, type ListedObject, type PageReader } from './page.ts';
import { type Folder, pastFolder, piecesOf, type Ready, restOf, type Siblings } from './pieces.ts';

/** Requests under way at once. */
const CONCURRENCY = 8;
/** Pages fetched, or being fetched, ahead of the reader: this bounds the memory. */
const LOOK_AHEAD = 32;
/** Folders whose keys fill less of a page than this are listed more at a time. */
const SMALL_PAGE = 500;
const LARGEST_GROUP = 1000;

/** A request under way. Its failure stays in `done` until the reader gets there. */
interface Busy {
  readonly kind: 'busy';
  readonly done: Promise<void>;
}

type Piece = Siblings | Folder | Ready | Busy;

/**
 * Lists everything below a prefix, in the order of the keys' bytes, with several requests at once. S3 hands out a
 * thousand keys a page, and only a page names the next; so where one page is not enough, the folders inside are asked for
 * and listed side by side, big ones alone, small ones many to a request.
 */
export async function* listInParallel(prefix: string, readPage: PageReader): AsyncIterable<readonly ListedObject[]> {
  const listing = new Listing(prefix, readPage);
  for (let piece = listing.next(); piece !== undefined; piece = listing.next()) {
    if (piece.kind === 'busy') {
      await piece.done;
    } else if (piece.objects.length > 0) {
      yield piece.objects;
    }
  }
}

/** What is known of a listing: a row of pieces in key order. The front of the row is always served first. */
class Listing {
  readonly #readPage: PageReader;
  readonly #pieces: Piece[];

  constructor(prefix: string, readPage: PageReader) {
    this.#readPage = readPage;
    const size = { folders: 1 };
    this.#pieces = [{ kind: 'siblings', parent: prefix, after: undefined, folders: [prefix], size }];
  }

  /** The first piece: a page, taken off, or a request to wait for; undefined at the end. */
  next(): Ready | Busy | undefined {
    this.#start();
    const first = this.#pieces[0] as Ready | Busy | undefined;
    return first?.kind === 'ready' ? (this.#pieces.shift() as Ready) : first;
  }

  /** Begins as many requests as may be under way, those for the first pieces first. */
  #start(): void {
    let busy = this.#pieces.filter(({ kind }) => kind === 'busy').length;
    let ahead = busy + this.#pieces.filter(({ kind }) => kind === 'ready').length;
    for (let at = 0; at < this.#pieces.length && busy < CONCURRENCY; at += 1) {
      const piece = this.#pieces[at] as Piece;
      if (piece.kind === 'busy' || piece.kind === 'ready') continue;
      // The reader waits for the first piece: it must not have to wait for room.
      if (ahead >= LOOK_AHEAD && at > 0) return;
      this.#pieces.splice(at, 1, ...this.#begin(piece));
      busy += 1;
      ahead += 1;
    }
  }

  #begin(piece: Siblings | Folder): readonly Piece[] {
    if (piece.kind === 'folder') return [this.#busy(this.#openFolder(piece))];
    const count = piece.size.folders;
    const group = piece.folders.slice(0, count);
    const busy = this.#busy(this.#listGroup({ ...piece, folders: group }));
    const rest = piece.folders.slice(count);
    return rest.length === 0 ? [busy] : [busy, { ...piece, folders: rest, after: pastFolder(group.at(-1) as string) }];
  }

  #busy(request: Promise<readonly Piece[]>): Busy {
    const done = request.then((pieces) => {
      this.#pieces.splice(this.#pieces.indexOf(busy), 1, ...pieces);
      this.#start();
    });
    // The reader meets a failure when it gets there, which may be never.
    done.catch(() => {});
    const busy: Busy = { kind: 'busy', done };
    return busy;
  }

  async #openFolder(folder: Folder): Promise<readonly Piece[]> {
    const { prefix, token, after } = folder;
    const from = token === undefined ? { after } : { token };
    return piecesOf(await this.#readPage({ prefix, ...from, byFolder: true }), folder);
  }

  /** All keys below some sibling folders, as far as one page goes. */
  async #listGroup(group: Siblings): Promise<readonly Piece[]> {
    const { parent, after, folders, size } = group;
    const [first = ''] = folders;
    const isOne = folders.length === 1;
    const page = await this.#readPage(isOne ? { prefix: first } : { prefix: parent, after });
    const end = isOne ? undefined : pastFolder(folders.at(-1) as string);
    const objects = page.objects.filter(({ key }) => end === undefined || compareKeys(key, end) < 0);
    const seen = objects.at(-1)?.key;
    if (page.isLast || seen === undefined || objects.length < page.objects.length) {
      if (objects.length < SMALL_PAGE) size.folders = Math.min(size.folders * 2, LARGEST_GROUP);
      return [{ kind: 'ready', objects }];
    }
    size.folders = Math.max(1, size.folders >> 1);
    return [{ kind: 'ready', objects }, ...restOf(group, seen)];
  }
}
