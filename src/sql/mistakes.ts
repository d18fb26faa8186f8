import { StarloadError } from '../errors.ts';

/** The mistakes of a model, so that all can be told at once. */
export class Mistakes {
  readonly #found: StarloadError[] = [];

  /** The result of reading something; undefined if it has a mistake, which is kept. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof StarloadError)) throw error;
      this.#found.push(error);
      return undefined;
    }
  }

  /** The results of reading each of a list, without those that have mistakes. */
  each<T, U>(list: readonly T[], read: (one: T) => U): readonly U[] {
    return list.flatMap((one) => {
      const result = this.attempt(() => read(one));
      return result === undefined ? [] : [result];
    });
  }

  add(...errors: readonly StarloadError[]): void {
    this.#found.push(...errors);
  }

  /** Throws StarloadError with everything that was found, if anything was. */
  throwIfAny(): void {
    const [first, ...others] = this.#found;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    const lines = this.#found.map(({ message, next }) => `  ${message}\n    ${next ?? ''}`.trimEnd());
    throw new StarloadError(`the model has ${this.#found.length} mistakes:\n${lines.join('\n')}`, {
      next: 'Correct these files and run again.',
    });
  }
}
