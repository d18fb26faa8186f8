import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';

const DOCUMENT = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8').replaceAll(/\s+/g, ' ');
/** A file, and after it the titles it is cited for. */
const CITED = /`(test\/[\w./-]+\.test\.ts)`: ((?:_[^_]+_(?:, )?)+)/g;

test('every promise of docs/reliability.md names tests that are there', () => {
  const cited = [...DOCUMENT.matchAll(CITED)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/_([^_]+)_/g)].map(([, title = '']) => ({ file, title })),
  );
  expect(cited.length).toBeGreaterThan(12);
  const missing = cited.filter(({ file, title }) => !readFileSync(join(ROOT, file), 'utf8').includes(title));
  expect(missing).toEqual([]);
});
