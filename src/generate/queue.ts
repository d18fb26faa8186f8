/** An entry of the queue. `id` decides between two that are due at the same time. */
export interface Waiting {
  readonly id: number;
  readonly ts: number;
}

/** A binary heap: `first` is the entry that is due first. */
export class DueQueue<T extends Waiting> {
  readonly #heap: T[] = [];

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(item: T): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(item, heap[parent] as T)) break;
      heap[at] = heap[parent] as T;
      at = parent;
    }
    heap[at] = item;
  }

  /** Removes the first one. */
  removeFirst(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
  }

  /** Moves the first entry to its new place after its time has changed. */
  moveFirst(): void {
    this.#sink(this.#heap[0] as T);
  }

  /** Puts the item at the top and lets it sink to its place. */
  #sink(item: T): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as T, heap[child] as T)) child = right;
      if (!isBefore(heap[child] as T, item)) break;
      heap[at] = heap[child] as T;
      at = child;
    }
    heap[at] = item;
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.ts === b.ts ? a.id < b.id : a.ts < b.ts;
}
