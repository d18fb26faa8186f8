/** The source lines on which records begin. Line numbers are stored only if the lines are not consecutive. */
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

  /** Returns what has been added, and clears it. */
  take(): { firstSourceLine: number; sourceLines: readonly number[] | undefined } {
    const taken = { firstSourceLine: this.#first, sourceLines: this.#lines };
    this.count = 0;
    this.#lines = undefined;
    return taken;
  }
}
