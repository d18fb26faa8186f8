import { expect } from '@jest/globals';
import { StarloadError } from '../../src/errors.ts';

/** The error of an action that must fail with one of ours. */
export async function failureOf(action: Promise<unknown>): Promise<StarloadError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StarloadError);
  return error as StarloadError;
}
