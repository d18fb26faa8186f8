import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** Holds a text to a file of test/golden. `UPDATE_GOLDEN=1 npm test` writes the file anew, for review in the diff. */
export function expectGolden(name: string, text: string): void {
  const file = new URL(`../golden/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(file, `${text}\n`);
  }
  expect(text).toBe(readFileSync(file, 'utf8').replace(/\n$/, ''));
}
