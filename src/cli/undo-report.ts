import type { UndoPlan, UndoReport } from '../pipeline/undo.ts';
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
  /** Whether loads copy whole folders, and so leave no file of them out. */
  readonly loadsFolders: boolean;
  readonly excerpts?: boolean | undefined;
}

/** Prints what an undo would take out. */
export function printUndoPlan(
  { plan, statements }: { readonly plan: UndoPlan; readonly statements: readonly string[] },
  shown: Shown,
): void {
  if (shown.json) {
    const status = plan.because === undefined ? 'planned' : 'up_to_date';
    document({ ...planForJson(plan, shown), status, rows: {}, warnings: [], statements });
    return;
  }
  if (plan.because !== undefined) {
    result(nothingLeft(plan));
    return;
  }
  result(renderTables(plan));
  result(`\n${renderFiles(plan, shown)}`);
  story(`${statements.length} statements would run in one transaction:`);
  result(statements.map((sql) => `${sql};`).join('\n\n'));
}

/** Tells what an undo is about to take out. */
export function tellUndo(plan: UndoPlan, shown: Shown): void {
  story(renderFiles(plan, shown));
  for (const { table, files, rows } of plan.tables) {
    story(`${table}: ${counted(rows, 'row')} of ${counted(files, 'file')}`);
  }
  if (shown.loadsFolders) {
    story(asStarted('note: without a work prefix, npm run etl loads whole folders, and these files with them'));
    story('  Take them out of their folders first, or set WORK_PREFIX under [S3]: then etl leaves them out.');
  }
}

/** Prints what an undo did. */
export function printUndo(report: UndoReport, shown: Shown): void {
  const { plan, rows } = report;
  const warnings = shown.excerpts === false ? report.warnings.map(withoutValue) : report.warnings;
  warn(warnings);
  if (shown.json) {
    const status = plan.because === undefined ? 'undone' : 'up_to_date';
    const told = { rows: Object.fromEntries(rows), warnings: warningsForJson(warnings) };
    document({ ...planForJson(plan, shown), status, ...told });
    return;
  }
  if (plan.because !== undefined) {
    result(nothingLeft(plan));
    return;
  }
  result(renderTables(plan));
  result(`\n${renderTable(['table', 'rows'], [...rows])}`);
  result(`\n${nameOf(plan)} undone`);
  if (!shown.loadsFolders) {
    story(asStarted('etl does not load these files again until they change; npm run etl -- --again does.'));
  }
}

function planForJson({ target, runs, tables, files }: UndoPlan, { location }: Shown) {
  const asked = 'run' in target ? { run_id: target.run, uri: null } : { run_id: null, uri: target.file };
  return { command: 'undo', warehouse: location, ...asked, runs, tables, files };
}

function nameOf({ target }: UndoPlan): string {
  return 'run' in target ? `run ${target.run}` : `file ${target.file}`;
}

function nothingLeft(plan: UndoPlan): string {
  const moved = 'run' in plan.target ? 'only noted files that had been moved' : 'was moved there, and not loaded again';
  return plan.because === 'undone'
    ? `nothing to undo: the ${nameOf(plan)} was undone already`
    : `nothing to undo: the ${nameOf(plan)} ${moved}`;
}

/** Shows the records that were kept out only if there are any. */
function renderTables({ tables }: UndoPlan): string {
  const isWhole = tables.every(({ rejected }) => rejected === 0);
  const rows = tables.map((one) => [one.table, one.files, one.rows, ...(isWhole ? [] : [one.rejected])]);
  return renderTable(['taken out of', 'files', 'rows', ...(isWhole ? [] : ['records rejected'])], rows);
}

function renderFiles({ files }: UndoPlan, { all }: Shown): string {
  const most = all ? Number.POSITIVE_INFINITY : LISTED;
  const rows = files.slice(0, most).map(({ table, uri }) => [table, uri]);
  return [renderTable(['taken out of', 'file'], rows), ...more(files, most)].join('\n');
}
