import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CAPABILITIES, capabilityTables } from '../support/capabilities.ts';
import { GAPS } from '../support/gaps.ts';

const DOCUMENT = new URL('../../docs/engines.md', import.meta.url);
const MARKED = /(<!-- begin: written by npm test with UPDATE_GOLDEN=1 -->\n\n)([\s\S]*?)(\n\n<!-- end -->)/;

test('docs/engines.md holds the tables that the capabilities and the gaps give', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(
      DOCUMENT,
      document.replace(MARKED, (_, begin, __, end) => begin + capabilityTables() + end),
    );
  }
  expect(MARKED.exec(readFileSync(DOCUMENT, 'utf8'))?.[2]).toBe(capabilityTables());
});

test.each(CAPABILITIES.flatMap(({ shownBy }) => shownBy))('a test shows what is claimed: %s', (reference) => {
  const [file = '', words = ''] = reference.split(': ');
  expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).toContain(words);
});

test.each(GAPS)('a test fails once the gap closes: $engine, $test', (gap) => {
  const suites = ['values', 'contract'].map((name) =>
    readFileSync(new URL(`../conformance/${name}.test.ts`, import.meta.url), 'utf8'),
  );
  expect(suites.some((text) => text.replaceAll("\\'", "'").includes(gap.test))).toBe(true);
});
