/** The source lines that records begin on. A number each is kept only once they do not simply follow one another. */
export class SourceLines {
  count = 0;
  #first = 1;
  #lines: number[] | undefined;

  add(line: number): void {
    if (this.count === 0) {
      this.#first = line;
    }
    if (this.#lines === undefined && line !== this.#first + this.count) {
      this.#lines = Array.from({ length: this.count }, (_, offset) => this.#first + offset);
    }
    this.#lines?.push(line);
    this.count += 1;
  }

  /** Returns what has been added, and starts empty again. */
  take(): { firstSourceLine: number; sourceLines: readonly number[] | undefined } {
    const taken = { firstSourceLine: this.#first, sourceLines: this.#lines };
    this.count = 0;
    this.#lines = undefined;
    return taken;
  }
}
