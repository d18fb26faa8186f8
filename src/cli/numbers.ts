import type { Options } from 'yargs';
import { UsageError } from '../errors.ts';

type Specs = Readonly<Record<string, Options>>;

/**
 * An option as yargs gets it. Numbers are left untyped: yargs would turn what is not a number into NaN, and the message
 * could not show what was typed.
 */
export function untyped({ type, ...option }: Options): Options {
  return type === 'number' || type === undefined ? option : { ...option, type };
}

/** The arguments with the texts of number options as numbers. Throws one UsageError that names all that are none. */
export function withNumbers(
  args: Readonly<Record<string, unknown>>,
  options: Specs,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(options).filter((name) => options[name]?.type === 'number' && args[name] !== undefined);
  const wrong = names.filter((name) => Number.isNaN(numberOf(args[name])));
  if (wrong.length > 0) {
    const given = wrong.map((name) => `--${name} ${args[name] === '' ? '""' : args[name]}`);
    throw new UsageError(`${given.join(' and ')} ${given.length === 1 ? 'is not a number' : 'are not numbers'}`, {
      next: 'Write a number, such as 8.',
    });
  }
  const numbers = names.flatMap((name) => [name, camelCase(name)].map((key) => [key, numberOf(args[name])]));
  return { ...args, ...Object.fromEntries(numbers) };
}

function numberOf(value: unknown): number {
  return String(value).trim() === '' ? Number.NaN : Number(value);
}

/** The other name under which yargs passes an option. */
function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
