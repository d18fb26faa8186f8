import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
    const links = [...textOf(decision).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, file = '']) => file);
    expect(links.filter((file) => !existsSync(join(DECISIONS, file)))).toEqual([]);
  }
});

test('every decision says below its title whether it stands, and one that does not, or in part, by which later one', () => {
  const kinds = { 'accepted.': 0, 'superseded by ': 0, 'accepted; superseded in part by ': 0 };
  for (const decision of decisions) {
    const [, status = ''] = /^# .+\n\nStatus: ([\s\S]+?)\n\n/.exec(textOf(decision)) ?? [];
    const kind = (Object.keys(kinds) as (keyof typeof kinds)[]).find((one) => status.startsWith(one));
    if (kind === undefined) throw new Error(`${decision} has no line "Status: ", or another one than this test knows`);
    kinds[kind] += 1;
    const successors = [...status.matchAll(/\[(\d{4})\]/g)].map(([, number = '']) => number);
    expect([decision, successors.length > 0]).toEqual([decision, kind !== 'accepted.']);
    expect([decision, successors.filter((number) => number <= decision.slice(0, 4))]).toEqual([decision, []]);
  }
  expect(Object.values(kinds)).not.toContain(0);
});

test('an exported type, interface or class has a name of its own, but for the parts that all engines have', () => {
  const modules = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const owners = new Map<string, Set<string>>();
  for (const file of modules) {
    const owner = file.replace(/^warehouse\/(?:duckdb|postgres|redshift)\//, 'warehouse/<engine>/');
    const text = readFileSync(join(ROOT, 'src', file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^export (?:abstract )?(?:interface|type|class) (\w+)/gm)) {
      owners.set(name, (owners.get(name) ?? new Set()).add(owner));
    }
  }
  const shared = [...owners].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files].join(' '));
  expect(shared).toEqual([]);
});
