import { messageOf, StarloadError } from '../errors.ts';

/** The error of a generation: one of the system with what to do about it, any other as it is. */
export function explained(error: unknown, out: string): unknown {
  const isOfTheSystem = typeof error === 'object' && error !== null && 'syscall' in error;
  if (!isOfTheSystem) return error;
  return new StarloadError(`cannot write the generated data below ${out}: ${messageOf(error)}`, {
    next: 'Make sure that there is space and that you may write there, delete the unfinished files, and run it again.',
    cause: error,
  });
}
