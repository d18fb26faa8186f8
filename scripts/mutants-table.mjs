#!/usr/bin/env node
// Writes the table of mutants in docs/reliability.md from the results that a run of the tests left in a folder:
//   STARLOAD_MUTANTS=DIR npm run test:nightly -- test/conformance/mutants && node scripts/mutants-table.mjs DIR
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENT = new URL('../docs/reliability.md', import.meta.url);
const [BEGIN, END] = ['<!-- mutants: begin -->', '<!-- mutants: end -->'];
const [folder = '.'] = process.argv.slice(2);

/** Engine → mutant → the trial that detected it. */
const noticed = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [
      name.slice(0, -'.json'.length),
      new Map(
        JSON.parse(readFileSync(join(folder, name), 'utf8')).map((line) => {
          const [mutant, ...trial] = line.split(': ');
          return [mutant, trial.join(': ')];
        }),
      ),
    ]),
);
const mutants = [...new Set([...noticed.values()].flatMap((trials) => [...trials.keys()]))];
const rows = mutants.map((mutant) => [mutant, ...[...noticed.values()].map((trials) => trials.get(mutant) ?? '–')]);
const head = ['a loader that …', ...noticed.keys()];
const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const text = readFileSync(DOCUMENT, 'utf8');
const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
writeFileSync(DOCUMENT, `${text.slice(0, before)}\n\n${table}\n\n${text.slice(after)}`);
