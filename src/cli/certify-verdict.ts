import { notReached, shortcomings } from '../certify/certify.ts';
import type { CertifiedDocument } from '../certify/document.ts';
import { BadResult } from '../errors.ts';
import { counted } from './output.ts';

/** The result of a certification. */
export interface CertifyVerdict {
  readonly status: 'certified' | 'refused' | 'incomplete';
  /** The error that ends the command; absent if everything was examined and is right. */
  readonly problem?: BadResult;
}

/** Judges the findings that were written to a file. */
export function verdictOn(certified: CertifiedDocument, file: string): CertifyVerdict {
  const short = shortcomings(certified);
  if (short.length > 0) {
    return { status: 'refused', problem: wrong(short, file) };
  }
  const left = notReached(certified);
  return left > 0 ? { status: 'incomplete', problem: cutShort(left, file) } : { status: 'certified' };
}

function wrong(short: readonly string[], file: string): BadResult {
  return new BadResult(1, `${counted(short.length, 'thing')} did not work as loads require: ${short.join('; ')}`, {
    next: `Report it, and attach ${file}, which contains no name, account or secret.`,
  });
}

function cutShort(left: number, file: string): BadResult {
  return new BadResult(1, `time was up with ${counted(left, 'question')} left`, {
    next: `${file} holds the results so far. To get the rest, run it again with more --minutes or --max-dollars.`,
  });
}
