import type { PastRun, QuarantinedFile } from '../pipeline/past-runs.ts';
import type { WarehouseStatus } from '../pipeline/status.ts';
import type { UnknownKeysOfTable } from '../pipeline/unknown-keys.ts';
import { durationOf } from './activity.ts';
import { restOfKeys } from './key-counts.ts';
import { LISTED, more } from './listed.ts';
import { bytes, count, document, result } from './output.ts';
import type { LoggedRun } from './run-log.ts';
import { renderTable } from './table.ts';
import { unknownKeysForJson } from './unknown-keys.ts';

/** Options for printing the status. */
export interface StatusOptions {
  readonly json: boolean;
  /** Whether to print complete lists. */
  readonly all: boolean;
  readonly location: string;
  readonly excerpts?: boolean | undefined;
  /** The runs on this warehouse that were logged on this machine, oldest first. */
  readonly log: readonly LoggedRun[];
}

/** The number of newest failures shown. */
const FAILURES_SHOWN = 5;

/** Prints running batches, past runs, failures, files that are set aside and table sizes. */
export function printStatus(
  { running, runs, rows, forgets, unknownKeys, ...status }: WarehouseStatus,
  { json, all, location, log, excerpts = true }: StatusOptions,
): void {
  const quarantined = excerpts
    ? status.quarantined
    : status.quarantined.map((file) => ({ ...file, reason: 'hidden (--no-excerpts)' }));
  const seconds = secondsOf(log);
  const failures = log.filter((run) => run.exit_code !== 0).toReversed();
  if (json) {
    document({
      command: 'status',
      status: 'read',
      warehouse: location,
      running: running.map(({ name, since, holdsLock, by }) => ({ name, since, holds_lock: holdsLock ?? null, by })),
      runs: runs.map((run) => ({ ...runForJson(run), seconds: seconds.get(run.runId) ?? null })),
      failures: failures.map(({ warehouse, steps, ...failure }) => failure),
      quarantined: quarantined.map(fileForJson),
      forgets: forgets.map(({ table, columns, digest, runId, since }) => ({
        ...{ table, columns, digest, run_id: runId, since },
      })),
      unknown_keys: unknownKeysForJson(unknownKeys),
      rows: Object.fromEntries(rows),
    });
    return;
  }
  const most = all ? Number.POSITIVE_INFINITY : LISTED;
  const mostFailures = all ? Number.POSITIVE_INFINITY : FAILURES_SHOWN;
  const blocks = [
    ...(running.length === 0 ? [] : [renderRunning(running)]),
    runs.length === 0
      ? 'nothing has been loaded yet'
      : [renderRuns(runs.slice(0, most), seconds), ...more(runs, most)].join('\n'),
    ...(failures.length === 0
      ? []
      : [[renderFailures(failures.slice(0, mostFailures)), ...more(failures, mostFailures)].join('\n')]),
    ...(quarantined.length === 0
      ? []
      : [[renderQuarantined(quarantined.slice(0, most)), ...more(quarantined, most)].join('\n')]),
    ...(forgets.length === 0 ? [] : [[renderForgets(forgets.slice(0, most)), ...more(forgets, most)].join('\n')]),
    ...(unknownKeys.length === 0 ? [] : [renderUnknown(unknownKeys, most)]),
    renderTable(['table', 'rows'], [...rows]),
  ];
  result(blocks.join('\n\n'));
}

/** How long the runs took that were made from here. */
export function secondsOf(log: readonly LoggedRun[]): ReadonlyMap<string | null, number> {
  return new Map(log.filter((run) => run.exit_code === 0).map((run) => [run.run_id, run.seconds]));
}

export function runForJson(run: PastRun) {
  return {
    run_id: run.runId,
    loaded_at: run.loadedAt,
    files: run.files,
    records: run.records,
    bytes: run.bytes,
    rejected: run.rejected,
    quarantined: run.quarantined,
    undone: run.undone,
    forgotten: run.forgotten,
    keys: run.keys ?? null,
  };
}

function fileForJson(file: QuarantinedFile) {
  return {
    table: file.table,
    uri: file.uri,
    run_id: file.runId,
    since: file.since,
    records: file.records,
    line: file.line ?? null,
    reason: file.reason ?? null,
  };
}

function renderRunning(running: WarehouseStatus['running']): string {
  const rows = running.map(({ name, since, holdsLock, by }) => [
    name,
    since,
    holdsLock === undefined ? 'not told' : holdsLock ? 'holds it' : '',
    by,
  ]);
  return renderTable(['running now', 'since (UTC)', 'lock', 'by'], rows);
}

/** Shows the columns about kept-out records, and about keys that no column takes, only if there are any. */
export function renderRuns(runs: readonly PastRun[], seconds: ReadonlyMap<string | null, number>): string {
  const isWhole = runs.every(({ rejected, quarantined }) => rejected === 0 && quarantined === 0);
  const isKept = runs.every(({ undone }) => undone === 0);
  const isKnown = runs.every(({ forgotten }) => forgotten === 0);
  const rest = restOfKeys(runs);
  const rows = runs.map((run) => [
    ...[run.runId, run.loadedAt, took(seconds.get(run.runId)), run.files, run.records, bytes(run.bytes)],
    ...(isWhole ? [] : [run.rejected, run.quarantined]),
    ...(isKept ? [] : [run.undone]),
    ...(isKnown ? [] : [run.forgotten]),
    ...rest.map(({ countIn }) => countIn(run)),
  ]);
  const kept = [...(isWhole ? [] : ['rejected', 'files set aside']), ...(isKept ? [] : ['files undone'])];
  const about = [...kept, ...(isKnown ? [] : ['forgotten']), ...rest.map(({ title }) => title)];
  return renderTable(['run', 'loaded at (UTC)', 'duration', 'files', 'records', 'size', ...about], rows);
}

function renderForgets(forgets: WarehouseStatus['forgets']): string {
  const rows = forgets.map(({ table, columns, since, digest }) => [table, columns.join(', '), since, digest]);
  return renderTable(['forgotten in', 'by', 'since (UTC)', 'digest'], rows);
}

function renderFailures(failures: readonly LoggedRun[]): string {
  const rows = failures.map(({ time, command, exit_code: code, seconds, run_id: id, message = '' }) => [
    time.replace('T', ' ').replace('Z', ''),
    ...[command, code, took(seconds), id ?? '', message],
  ]);
  return renderTable(['failed at (UTC)', 'command', 'exit code', 'duration', 'run', 'why'], rows);
}

function renderQuarantined(files: readonly QuarantinedFile[]): string {
  const rows = files.map(({ table, uri, since, reason, line }) => [table, uri, since, line ?? '', reason ?? '']);
  return renderTable(['set aside from', 'file', 'since (UTC)', 'line', 'first mistake'], rows);
}

function renderUnknown(unknownKeys: readonly UnknownKeysOfTable[], most: number): string {
  const rows = unknownKeys.flatMap(({ table, keys }) =>
    keys.map(({ key, records, like, file, line }) => [table, key, records, like ?? '', file, line]),
  );
  const beyond = unknownKeys.reduce((sum, { more: others }) => sum + (others?.keys ?? 0), 0);
  const title = ['the newest run of', 'met the unknown key', 'records', 'like', 'first in', 'line'];
  const rest = beyond === 0 ? [] : [`… and at least ${count(beyond)} other keys`];
  return [renderTable(title, rows.slice(0, most)), ...more(rows, most), ...rest].join('\n');
}

/** A run that was made on another machine has no duration here. */
function took(seconds: number | undefined): string {
  if (seconds === undefined) {
    return '';
  }
  return seconds < 60 ? `${seconds.toFixed(1)} s` : durationOf(seconds * 1000);
}
