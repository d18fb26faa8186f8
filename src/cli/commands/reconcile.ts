import { BadResult } from '../../errors.ts';
import type { Reconciliation } from '../../pipeline/reconcile.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { count, counted, document, result, story, styled } from '../output.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly recount: boolean;
}

export const reconcileCommand = toModule<Args>({
  command: 'reconcile',
  describe: 'compare the sources with what is loaded, and staging with the star; exits with 3 when they differ',
  options: {
    ...WAREHOUSE_OPTIONS,
    recount: {
      type: 'boolean',
      default: false,
      describe: 'read every file too: count its records, and name rows that no file holds any more',
    },
  },
  examples: [
    ['npm run reconcile', 'does the warehouse hold what the files hold?'],
    ['npm run reconcile -- --recount', 'the same, record by record'],
  ],
  run: ({ config, json, recount }) =>
    // Rows that no file holds are looked for with temporary tables, which read-only sessions do not have.
    withWarehouse({ config, readOnly: !recount }, async (context) => {
      const { reconcile } = await import('../../pipeline/reconcile.ts');
      const reconciliation = await reconcile(context, { recounts: recount });
      await print(reconciliation, { json, location: context.warehouse.location });
      refuseDifferences(reconciliation);
    }),
});

interface Place {
  readonly json: boolean;
  readonly location: string;
}

async function print({ sources, disagreements, notes }: Reconciliation, { json, location }: Place): Promise<void> {
  for (const note of notes) {
    story(`note: ${note}`);
  }
  if (json) {
    const status = disagreements.length === 0 ? 'agreed' : 'differed';
    const tables = sources.map(({ table, files, records }) => ({ table, files, records: records ?? null }));
    document({ command: 'reconcile', status, warehouse: location, tables, disagreements, notes });
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
}

function refuseDifferences({ disagreements }: Reconciliation): void {
  if (disagreements.length === 0) {
    return;
  }
  throw new BadResult(3, `${counted(disagreements.length, 'kind')} of disagreement`, {
    next: 'Each kind above says what to do about it.',
  });
}
