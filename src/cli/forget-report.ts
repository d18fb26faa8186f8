import type { ForgetPlan, ForgetReport } from '../pipeline/forget.ts';
import { asStarted } from './command-line.ts';
import { LISTED, more } from './listed.ts';
import { counted, document, result, story } from './output.ts';
import { warn, warningsForJson, withoutValue } from './reports.ts';
import { renderTable } from './table.ts';

interface Shown {
  readonly json: boolean;
  /** Whether to list all files. */
  readonly all: boolean;
  readonly location: string;
  readonly excerpts?: boolean | undefined;
}

/** Prints what a forget would remove. */
export function printForgetPlan(
  { plan, statements }: { readonly plan: ForgetPlan; readonly statements: readonly string[] },
  shown: Shown,
): void {
  if (shown.json) {
    const status = plan.isDone ? 'up_to_date' : 'planned';
    document({ ...planForJson(plan, shown), status, run_id: null, removed: {}, rows: {}, warnings: [], statements });
    return;
  }
  result(renderHolders(plan, shown));
  if (plan.isDone) {
    result(`\n${NOTHING_LEFT}`);
    return;
  }
  result(`\n${inWords(plan)}`);
  story(`${statements.length} statements would run in one transaction:`);
  result(statements.map((sql) => `${sql};`).join('\n\n'));
}

/** Tells what a forget is about to remove. */
export function tellForget(plan: ForgetPlan, shown: Shown): void {
  story(renderHolders(plan, shown));
  story(inWords(plan));
}

/** Prints what a forget did. */
export function printForget(report: ForgetReport, shown: Shown): void {
  const { plan, rows, runId } = report;
  const warnings = shown.excerpts === false ? report.warnings.map(withoutValue) : report.warnings;
  warn(warnings);
  const removed = new Map([...rows].map(([table, after]) => [table, (plan.before.get(table) ?? after) - after]));
  if (shown.json) {
    const told = { removed: Object.fromEntries(removed), rows: Object.fromEntries(rows) };
    const status = runId === undefined ? 'up_to_date' : 'forgotten';
    document({
      ...planForJson(plan, shown),
      status,
      run_id: runId ?? null,
      ...told,
      warnings: warningsForJson(warnings),
    });
    return;
  }
  result(renderHolders(plan, shown));
  if (runId === undefined) {
    result(`\n${NOTHING_LEFT}`);
    return;
  }
  result(
    `\n${renderTable(
      ['table', 'rows removed', 'rows'],
      [...rows].map(([table, after]) => [table, removed.get(table) ?? 0, after]),
    )}`,
  );
  const { gone, hidden } = plan.rejects;
  if (gone + hidden > 0) {
    result(`\nbad records: ${gone} removed, ${hidden} without their text now: nobody can tell whose they are`);
  }
  result(`\nforgotten as ${plan.columns.join(' and ')} of ${plan.table}, digest ${plan.digest}`);
  story(asStarted('Files and backups are not changed: docs/operations.md says where else the records may be.'));
}

const NOTHING_LEFT = 'nothing to remove: these records are left out already, and no table has any';

function planForJson({ table, columns, digest, rows, runs, rejects, holders }: ForgetPlan, { location }: Shown) {
  return {
    command: 'forget',
    warehouse: location,
    ...{ table, columns, digest, staged: rows, runs },
    rejected: { removed: rejects.gone, hidden: rejects.hidden },
    files: holders.holding,
    unread: holders.unread,
  };
}

function inWords({ table, rows, runs, rejects: { gone, hidden } }: ForgetPlan): string {
  const bad = gone + hidden === 0 ? '' : `; bad records: ${gone} to remove, and the text of ${hidden}`;
  return `${table}: ${counted(rows, 'row')} of ${counted(runs, 'run')} to remove, and what was derived from them${bad}`;
}

function renderHolders({ holders: { holding, unread } }: ForgetPlan, { all }: Shown): string {
  const most = all ? Number.POSITIVE_INFINITY : LISTED;
  const held = holding.slice(0, most).map(({ uri, records, line }) => [uri, records, line]);
  const lost = unread.slice(0, most).map((uri) => [uri]);
  return [
    ...(holding.length === 0
      ? ['no file of the source is known to hold them']
      : [renderTable(['these files still hold them', 'records', 'first line'], held), ...more(holding, most)]),
    ...(unread.length === 0
      ? []
      : [
          `\n${renderTable(['loaded files that are changed or gone, and may hold them elsewhere'], lost)}`,
          ...more(unread, most),
        ]),
  ].join('\n');
}
