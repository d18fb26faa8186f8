import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';

const TESTS = join(ROOT, 'test');
const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));

test.each([
  [
    'skips a test only with a reason that the run prints',
    /\b(?:test|it|describe|xit|xtest|xdescribe)\.(?:skip|todo|only)\b/,
  ],
  ['leaves no list of engines empty, for which each() fails', /\.each\(\s*engines\.filter\(/],
])('every test file %s (test/support/skips.ts)', (_, pattern) => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => pattern.test(readFileSync(join(TESTS, file), 'utf8')))).toEqual([]);
});
