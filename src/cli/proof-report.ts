import { BadResult, UsageError } from '../errors.ts';
import { recordText, writtenNumbers } from '../prove/numbers.ts';
import type { Counterexample, Proof, ProveOptions } from '../prove/prove.ts';
import { count, result } from './output.ts';
import { renderTable } from './table.ts';

const MOST_SECONDS = 86_400;
const MOST_SEED = 2 ** 31 - 1;

/** Throws UsageError if the options of a proof are no whole numbers. */
export function assertProvable({ histories, seed, shrinking = 0 }: ProveOptions): void {
  if (!Number.isSafeInteger(histories) || histories < 1) {
    throw new UsageError(`--histories is ${histories}`, { next: 'Give a whole number above 0, such as 100.' });
  }
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > MOST_SEED) {
    throw new UsageError(`--seed is ${seed}`, { next: `Give one whole number from 0 to ${MOST_SEED}.` });
  }
  if (!(shrinking >= 0 && shrinking <= MOST_SECONDS * 1000)) {
    throw new UsageError(`--shrink is ${shrinking / 1000}`, { next: `Give seconds, from 0 to ${MOST_SECONDS}.` });
  }
}

/** Prints what a proof found. Throws BadResult if it found a history that goes wrong. */
export function printProof(
  proof: Proof,
  { json, excerpts }: { readonly json: boolean; readonly excerpts: boolean },
): void {
  const { seed, histories, refused, kinds, counterexample } = proof;
  if (json) {
    const found = {
      command: 'prove',
      status: counterexample === undefined ? 'proven' : 'disproven',
      seed,
      histories,
      refused,
      kinds,
      ...(counterexample === undefined
        ? {}
        : { counterexample: excerpts ? counterexample : withoutRecords(counterexample) }),
    };
    result(writtenNumbers(JSON.stringify(found, null, 2)));
  } else if (counterexample === undefined) {
    result(renderTable(['coincidence', 'histories'], Object.entries(kinds)));
    const useless = refused === 0 ? '' : `; the loads refused the data of ${refused} of them`;
    result(
      `\n${count(histories)} ${histories === 1 ? 'history' : 'histories'} tried with seed ${seed}: each leaves what a rebuild gives${useless}`,
    );
  } else {
    printCounterexample(counterexample, excerpts);
  }
  if (counterexample !== undefined) {
    throw new BadResult(
      3,
      `a history of loads does not leave what a rebuild gives (history ${histories}, seed ${seed})`,
      {
        next: 'Correct the SELECT of the table, its {affected}, or what says which of its rows a change affects (docs/models.md).',
      },
    );
  }
}

function printCounterexample({ history, findings, byOrder }: Counterexample, excerpts: boolean): void {
  for (const [at, load] of history.entries()) {
    result(`load ${at + 1}:`);
    for (const { source, name, records } of load) {
      result(`  ${source}/${name}`);
      for (const record of records) result(`    ${excerpts ? recordText(record) : '(record not shown)'}`);
    }
  }
  result(
    byOrder ? '\nThe order of the records in a file decides what is in:' : '\nThen these tables differ from a rebuild:',
  );
  result(
    renderTable(
      ['table', 'row'],
      findings.map(({ table, example }) => [table, excerpts ? example : '(not shown)']),
    ),
  );
}

function withoutRecords({ history, ...rest }: Counterexample) {
  const files = history.map((load) =>
    load.map(({ source, name, records }) => ({ source, name, records: records.length })),
  );
  return { byOrder: rest.byOrder, tables: [...new Set(rest.findings.map(({ table }) => table))], history: files };
}
