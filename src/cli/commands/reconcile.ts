import { BadResult } from '../../errors.ts';
import type { Reconciliation } from '../../pipeline/reconcile.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { asStarted } from '../command-line.ts';
import { count, counted, document, result, story, styled } from '../output.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly recount: boolean;
  readonly sample?: number | undefined;
  readonly seed: number;
  readonly excerpts: boolean;
}

export const reconcileCommand = toModule<Args>({
  command: 'reconcile',
  describe: 'compare files, ledger, staging and star, value by value; exits with 3 when they differ',
  options: {
    ...WAREHOUSE_OPTIONS,
    recount: {
      type: 'boolean',
      default: false,
      describe: 'also read every file: count its records, compare each value, name rows that no file contains any more',
    },
    sample: {
      type: 'number',
      requiresArg: true,
      describe: 'compare only this percentage of the rows, and of the files with --recount',
    },
    seed: {
      type: 'number',
      requiresArg: true,
      default: 0,
      describe: 'with --sample: another seed gives another sample',
    },
  },
  examples: [
    ['npm run reconcile', 'does the warehouse match the files?'],
    ['npm run reconcile -- --recount', 'the same, and every record of every file'],
    ['npm run reconcile -- --sample 1', 'one percent of it, if everything would take too long'],
  ],
  run: ({ config, model, json, recount, sample, seed, excerpts }) =>
    withWarehouse({ config, model, readOnly: true, recorded: 'reconcile' }, async (context) => {
      const { reconcile } = await import('../../pipeline/reconcile.ts');
      const { toSample } = await import('../../pipeline/reconcile/sample.ts');
      const reconciliation = await reconcile(context, { recounts: recount, sample: toSample(sample, seed), excerpts });
      await print(named(reconciliation), { json, location: context.warehouse.location });
      refuseDifferences(reconciliation);
    }),
});

/** The same, with command lines that the user can type. */
function named(reconciliation: Reconciliation): Reconciliation {
  const { disagreements, notes } = reconciliation;
  return {
    ...reconciliation,
    disagreements: disagreements.map((one) => ({ ...one, next: asStarted(one.next) })),
    notes: notes.map((note) => asStarted(note)),
  };
}

interface Place {
  readonly json: boolean;
  readonly location: string;
}

async function print(
  { sources, disagreements, notes, seconds }: Reconciliation,
  { json, location }: Place,
): Promise<void> {
  for (const note of notes) {
    story(`note: ${note}`);
  }
  if (json) {
    const status = disagreements.length === 0 ? 'agreed' : 'differed';
    const tables = sources.map(({ table, files, records }) => ({ table, files, records: records ?? null }));
    document({
      command: 'reconcile',
      status,
      warehouse: location,
      tables,
      disagreements,
      notes,
      seconds: rounded(seconds),
    });
    return;
  }
  const { renderTable } = await import('../table.ts');
  const rows = sources.map(({ table, files, records }) => [table, files, records ?? 'not counted']);
  result(renderTable(['source of', 'files', 'records'], rows));
  for (const disagreement of disagreements) {
    const { rule, examples, next } = disagreement;
    result(`\n${styled('red', rule)}: ${count(disagreement.count)}`);
    result(examples.map((example) => `  ${example}`).join('\n'));
    if (disagreement.count > examples.length) {
      result(`  … ${count(disagreement.count - examples.length)} more`);
    }
    result(`  next: ${next}`);
  }
  if (disagreements.length === 0) {
    result(`\nall agree: sources, ledger, staging and star of ${location}`);
  }
  const times = Object.entries(seconds).map(([what, taken]) => `${what} ${taken.toFixed(2)} s`);
  story(`compared: ${times.join(', ')}`);
}

function rounded(seconds: Reconciliation['seconds']): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([what, taken]) => [what, Number(taken.toFixed(3))]));
}

function refuseDifferences({ disagreements }: Reconciliation): void {
  if (disagreements.length === 0) {
    return;
  }
  throw new BadResult(3, `${counted(disagreements.length, 'kind')} of difference`, {
    next: 'Each kind above says what to do about it.',
  });
}
