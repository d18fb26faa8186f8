import type { Offender } from '../pipeline/checks.ts';
import type { LoadReport } from '../pipeline/etl.ts';
import { type LoadPlan, plannedFiles } from '../pipeline/plan.ts';
import type { RebuildReport } from '../pipeline/rebuild.ts';
import type { Status } from '../pipeline/status.ts';
import { bytes, count, counted, document, result, story, styledStory } from './output.ts';
import { renderTable } from './table.ts';

interface Place {
  readonly json: boolean;
  readonly location: string;
}

/** Prints what a load did. */
export function printLoad(report: LoadReport, { json, location, seconds }: Place & { readonly seconds: number }): void {
  warn(report.warnings);
  if (json) {
    document({
      command: 'etl',
      status: report.status,
      warehouse: location,
      run_id: report.runId ?? null,
      tables: report.tables,
      rows: Object.fromEntries(report.rows),
      warnings: warningsForJson(report.warnings),
      seconds: Number(seconds.toFixed(3)),
    });
  } else if (report.status === 'up_to_date') {
    const known = report.tables.reduce((sum, table) => sum + table.known, 0);
    result(`nothing new: ${known === 1 ? 'the one file is' : `all ${count(known)} files are`} loaded already`);
  } else {
    const loaded = report.tables.map((table) => [table.table, table.files, table.records, table.known] as const);
    result(renderTable(['loaded into', 'files', 'records', 'files known'], loaded));
    result(`\n${renderTable(['table', 'rows'], [...report.rows])}`);
    result(`\nrun ${report.runId}: done in ${seconds.toFixed(2)} s`);
  }
}

/** Prints what a load would do. */
export function printPlan(
  plan: LoadPlan,
  {
    json,
    command,
    statements,
  }: { readonly json: boolean; readonly command: string; readonly statements?: readonly string[] },
): void {
  const files = plannedFiles(plan);
  if (json) {
    document({
      command,
      status: files.length === 0 ? 'up_to_date' : 'planned',
      tables: plan.tables.map(({ table, files: planned, known, skipped }) => ({
        table: table.name,
        known,
        files: planned.map(({ object, reason }) => ({ uri: object.uri, size: object.size, reason })),
        skipped,
      })),
      ...(statements === undefined ? {} : { statements }),
    });
    return;
  }
  if (files.length === 0) {
    result('nothing to load: every file is in the ledger as it is');
    return;
  }
  const rows = plan.tables.flatMap(({ table, files: planned }) =>
    planned.map(({ object, reason }) => [table.name, reason, bytes(object.size), object.label]),
  );
  result(renderTable(['table', 'why', 'size', 'file'], rows));
}

/** Prints past runs and table sizes. */
export function printStatus({ runs, rows }: Status, { json, location }: Place): void {
  if (json) {
    document({
      command: 'status',
      status: 'read',
      warehouse: location,
      runs: runs.map((run) => ({
        run_id: run.runId,
        loaded_at: run.loadedAt,
        files: run.files,
        records: run.records,
        bytes: run.bytes,
      })),
      rows: Object.fromEntries(rows),
    });
    return;
  }
  if (runs.length === 0) {
    result('nothing has been loaded yet');
  } else {
    const cells = runs.map((run) => [run.runId, run.loadedAt, run.files, run.records, bytes(run.bytes)]);
    result(renderTable(['run', 'loaded at (UTC)', 'files', 'records', 'size'], cells));
  }
  result(`\n${renderTable(['table', 'rows'], [...rows])}`);
}

/** Prints what a rebuild did. */
export function printRebuild({ rows, warnings }: RebuildReport, { json, location }: Place): void {
  warn(warnings);
  if (json) {
    document({
      command: 'rebuild',
      status: 'rebuilt',
      warehouse: location,
      rows: Object.fromEntries(rows),
      warnings: warningsForJson(warnings),
    });
  } else {
    result(renderTable(['table', 'rows'], [...rows]));
    result(`\n${counted(rows.size, 'table')} rebuilt from staging`);
  }
}

function warn(warnings: readonly Offender[]): void {
  for (const { rule, offender } of warnings) {
    story(`${styledStory('yellow', 'warning')}: ${rule}: ${offender}`);
  }
}

function warningsForJson(warnings: readonly Offender[]): readonly { rule: string; offender: string }[] {
  return warnings.map(({ rule, offender }) => ({ rule, offender }));
}
