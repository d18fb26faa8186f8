import { describe, test } from '@jest/globals';
import { note } from './notes.ts';

/** `test` where it can run; elsewhere a skip, whose reason stands in the list at the end of the run. */
export function testIf(runs: boolean, reason: string): typeof test.skip {
  return runs ? test : skipped(test.skip, reason);
}

/** `describe` where its tests can run; else as testIf. */
export function describeIf(runs: boolean, reason: string): typeof describe.skip {
  return runs ? describe : skipped(describe.skip, reason);
}

type Each<T> = (title: string, body: (one: T) => unknown, milliseconds?: number) => void;

/** A test for each of some cases; where there are none, as testIf. */
export function testEach<T extends object>(cases: readonly T[], reason: string): Each<T> {
  return cases.length > 0 ? (test.each(cases) as Each<T>) : (title) => skipped(test.skip, reason)(title, () => {});
}

/** `describe` for each of some cases; where there are none, as testIf. */
export function describeEach<T extends object>(cases: readonly T[], reason: string): Each<T> {
  return cases.length > 0 ? (describe.each(cases) as Each<T>) : testEach(cases, reason);
}

function skipped<T>(skip: T, reason: string): T {
  note('Skipped', reason);
  return skip;
}
