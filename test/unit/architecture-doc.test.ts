import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';

const ENGINES = ['duckdb', 'postgres', 'redshift'];
const DECISIONS = join(ROOT, 'docs/decisions');
const decisions = readdirSync(DECISIONS).sort();
const textOf = (decision: string) => readFileSync(join(DECISIONS, decision), 'utf8');

test('docs/architecture.md names every folder of src, and none that is not there', () => {
  const folders = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !ENGINES.includes(entry.name))
    .map(({ parentPath, name }) => `${join(parentPath, name).slice(ROOT.length).replace(/^\//, '')}/`);
  const document = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const named = [...document.matchAll(/^\| `(src\/[\w/]+\/)`/gm)].map(([, folder]) => folder);
  // The folder of the engines stands there file by file.
  expect(named.sort()).toEqual(folders.filter((folder) => folder !== 'src/warehouse/').sort());
});

test('every decision begins with its number, and what it links to is there', () => {
  for (const decision of decisions) {
    expect(textOf(decision)).toMatch(new RegExp(`^# ${decision.slice(0, 4)}\\. \\S`));
    const links = [...textOf(decision).matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => file);
    expect(links.filter((file) => !decisions.includes(file ?? ''))).toEqual([]);
  }
});

test('a decision that is superseded says so below its title, and by which later one', () => {
  const superseded = decisions.filter((decision) => /supersede/i.test(textOf(decision)));
  expect(superseded.length).toBeGreaterThan(0);
  for (const decision of superseded) {
    const [, successor = ''] = /^# .+\n\n> \*\*Superseded\b.*\[(\d{4})\]/.exec(textOf(decision)) ?? [];
    expect([decision, successor > decision.slice(0, 4)]).toEqual([decision, true]);
  }
});
