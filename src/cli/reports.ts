import { describeDataProblem } from '../errors.ts';
import type { Offender } from '../pipeline/checks.ts';
import { SOURCE_RULES, sourceWarnings } from '../pipeline/emptied.ts';
import { type KeptOut, keptOut } from '../pipeline/kept-out.ts';
import { isEmpty, type LoadPlan } from '../pipeline/plan.ts';
import type { RebuildReport } from '../pipeline/rebuild.ts';
import type { LoadReport } from '../pipeline/report.ts';
import type { UnknownKeysOfTable } from '../pipeline/unknown-keys.ts';
import type { VanishedKeysOfTable } from '../pipeline/vanished-keys.ts';
import type { Derivation } from '../sql/catalogue.ts';
import { asStarted } from './command-line.ts';
import { restOfKeys } from './key-counts.ts';
import { LISTED, more } from './listed.ts';
import { bytes, count, counted, document, result, story, styledStory } from './output.ts';
import type { StepTime } from './step-times.ts';
import { renderTable } from './table.ts';
import { tellLatestUnknownKeys, tellUnknownKeys, unknownKeysForJson } from './unknown-keys.ts';
import { tellVanishedKeys, vanishedKeysForJson } from './vanished-keys.ts';

interface PlanOptions {
  readonly json: boolean;
  /** Whether to list all files, or only the first ones of each table. */
  readonly all: boolean;
  readonly command: string;
  readonly statements?: readonly string[];
  readonly kept?: KeptOut;
  /** The keys of the records read that no column takes; absent if none were read. */
  readonly unknownKeys?: readonly UnknownKeysOfTable[] | undefined;
  /** The keys that whole files lack and earlier ones had; absent if none were read. */
  readonly vanishedKeys?: readonly VanishedKeysOfTable[] | undefined;
  /** The unknown keys that the newest runs have met; absent if nobody asked. */
  readonly latest?: readonly UnknownKeysOfTable[];
  /** The tables that every load makes anew. */
  readonly anew: Derivation['anew'];
}

interface Place {
  readonly json: boolean;
  readonly location: string;
  readonly excerpts?: boolean | undefined;
}

/** Prints what a load did. */
export function printLoad(
  report: LoadReport,
  {
    json,
    location,
    excerpts = true,
    seconds,
    steps,
  }: Place & { readonly seconds: number; readonly steps: readonly StepTime[] },
): void {
  const warnings = excerpts ? report.warnings : report.warnings.map(withoutValue);
  const undone = report.tables.reduce((sum, table) => sum + table.undone, 0);
  warn(warnings);
  tellKeptOut(report);
  tellUndone(undone);
  tellReadKeys(report);
  tellMissing(report);
  if (json) {
    document({
      command: 'etl',
      status: report.status,
      warehouse: location,
      run_id: report.runId ?? null,
      tables: report.tables,
      rows: Object.fromEntries(report.rows),
      warnings: warningsForJson(warnings),
      missing: report.missing,
      unknown_keys: unknownKeysForJson(report.unknownKeys),
      vanished_keys: vanishedKeysForJson(report.vanishedKeys),
      ...keptOutForJson(report),
      seconds: Number(seconds.toFixed(3)),
      steps,
    });
  } else if (report.status === 'up_to_date') {
    const known = report.tables.reduce((sum, table) => sum + table.known, 0);
    const aside = report.quarantined.length === 0 ? '' : `, ${counted(report.quarantined.length, 'file')} set aside`;
    const left = undone === 0 ? '' : `, ${counted(undone, 'file')} undone`;
    const are = known === 1 ? 'the one file is' : `all ${count(known)} files are`;
    result(`nothing new: ${are} loaded already${aside}${left}`);
  } else {
    result(renderLoaded(report));
    result(`\n${renderTable(['table', 'rows'], [...report.rows])}`);
    result(`\nrun ${report.runId}: done in ${seconds.toFixed(2)} s`);
  }
}

/** Shows the columns about kept-out records, and about keys that no column takes, only if there are any. */
function renderLoaded({ tables }: LoadReport): string {
  const isWhole = tables.every(({ rejected, quarantined }) => rejected === 0 && quarantined === 0);
  const isKnown = tables.every(({ forgotten }) => forgotten === 0);
  const rest = restOfKeys(tables);
  const rows = tables.map((table) => [
    ...[table.table, table.files, table.records, table.known],
    ...(isWhole ? [] : [table.rejected, table.quarantined]),
    ...(isKnown ? [] : [table.forgotten]),
    ...rest.map(({ countIn }) => countIn(table)),
  ]);
  const kept = isWhole ? [] : ['records rejected', 'files set aside'];
  const about = [...kept, ...(isKnown ? [] : ['records forgotten'])];
  const titles = rest.map(({ title }) => title);
  return renderTable(['loaded into', 'files', 'records', 'files known', ...about, ...titles], rows);
}

/** Prints what a load would do. */
export function printPlan(
  plan: LoadPlan,
  { json, all, command, statements, kept = keptOut(plan, []), unknownKeys, vanishedKeys, latest, anew }: PlanOptions,
): void {
  const warnings = sourceWarnings(plan);
  warn(warnings);
  tellKeptOut(kept);
  tellUndone(plan.tables.reduce((sum, { undone }) => sum + undone.length, 0));
  tellUnknownKeys(unknownKeys ?? []);
  tellVanishedKeys(vanishedKeys ?? []);
  tellLatestUnknownKeys(latest ?? []);
  if (json) {
    document({
      command,
      status: isEmpty(plan) ? 'up_to_date' : 'planned',
      tables: plan.tables.map(({ table, files: planned, moved, known, undone, skipped }) => ({
        table: table.name,
        known,
        moved: moved.map(({ object, from }) => ({ uri: object.uri, from })),
        files: planned.map(({ object, reason }) => ({ uri: object.uri, size: object.size, reason })),
        undone: undone.map(({ uri }) => uri),
        skipped,
      })),
      unknown_keys: unknownKeysForJson(unknownKeys),
      vanished_keys: vanishedKeysForJson(vanishedKeys),
      ...(latest === undefined ? {} : { latest_unknown_keys: unknownKeysForJson(latest) }),
      ...keptOutForJson(kept),
      anew,
      warnings: warningsForJson(warnings),
      ...(statements === undefined ? {} : { statements }),
    });
    return;
  }
  if (isEmpty(plan)) {
    const isWhole = plan.tables.every(({ undone }) => undone.length === 0);
    result(`nothing to load: every ${isWhole ? 'file' : 'other file'} is already loaded`);
    return;
  }
  const most = all ? Number.POSITIVE_INFINITY : LISTED;
  const rows = plan.tables.flatMap(({ table, files, moved }) => {
    const taken = [...files, ...moved.map(({ object }) => ({ object, reason: 'moved' }))];
    const lines = taken
      .slice(0, most)
      .map(({ object, reason }) => [table.name, reason, bytes(object.size), object.label]);
    return [...lines, ...more(taken, most).map((text) => [table.name, '', '', text])];
  });
  result(renderTable(['table', 'why', 'size', 'file'], rows));
  if (anew.length > 0) {
    result(
      `\n${renderTable(
        ['made anew', 'because'],
        anew.map(({ table, because }) => [table, because]),
      )}`,
    );
  }
}

/** Prints what a rebuild did. */
export function printRebuild(report: RebuildReport, { json, location, excerpts = true }: Place): void {
  const { rows } = report;
  const warnings = excerpts ? report.warnings : report.warnings.map(withoutValue);
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

/** Without a work prefix only Redshift reads the records, so nobody knows their keys. */
function tellReadKeys({ status, unknownKeys, vanishedKeys }: LoadReport): void {
  if (unknownKeys === undefined && status === 'loaded') {
    story('note: keys that no column takes are not counted: Redshift reads whole folders by itself.');
    story('  With WORK_PREFIX under [S3], Starload reads the files, and tells such keys.');
  }
  tellUnknownKeys(unknownKeys ?? []);
  tellVanishedKeys(vanishedKeys ?? []);
}

/** Prints what a replay could not load again. */
function tellMissing({ missing }: LoadReport): void {
  if (missing.length > 0) {
    story(
      `${styledStory('yellow', 'warning')}: ${counted(missing.length, 'version')} of files that were loaded before no longer exist; records that only they contained are not restored:`,
    );
  }
  const lines = missing.slice(0, LISTED).map(({ table, uri, reason }) => `${reason} from ${table}: ${uri}`);
  for (const line of [...lines, ...more(missing, LISTED, '--json names all')]) {
    story(`  ${line}`);
  }
}

/** Always reports what was kept out. */
function tellKeptOut({ rejected, rejects, quarantined }: KeptOut): void {
  if (rejected > 0 || rejects.length > 0) {
    story(`${styledStory('yellow', 'warning')}: ${counted(rejected, 'record')} rejected; see rejected_records:`);
    for (const problem of rejects) {
      story(describeDataProblem(problem));
    }
  }
  const aside = quarantined.slice(0, LISTED).map(({ table, file }) => `from ${table} until it is corrected: ${file}`);
  for (const line of [...aside, ...more(quarantined, LISTED, asStarted('npm run status -- --all lists them'))]) {
    story(`${styledStory('yellow', 'warning')}: set aside ${line}`);
  }
}

/** Says that files are left out, and how to load them. */
function tellUndone(files: number): void {
  if (files > 0) {
    const are = files === 1 ? 'one file is left out because its' : `${count(files)} files are left out because their`;
    story(asStarted(`note: ${are} load was undone; npm run etl -- --again loads what was undone`));
  }
}

function keptOutForJson({ rejected, rejects, quarantined }: KeptOut) {
  return { rejected, rejects, quarantined };
}

/** A check's finding contains data. A warning about a source does not. */
export function withoutValue(warning: Offender): Offender {
  return SOURCE_RULES.includes(warning.rule) ? warning : { ...warning, offender: 'hidden (--no-excerpts)' };
}

/** Prints warnings. */
export function warn(warnings: readonly Offender[]): void {
  for (const { rule, offender } of warnings) {
    story(`${styledStory('yellow', 'warning')}: ${rule}: ${offender}`);
  }
}

/** Warnings as documents have them. */
export function warningsForJson(warnings: readonly Offender[]): readonly { rule: string; offender: string }[] {
  return warnings.map(({ rule, offender }) => ({ rule, offender }));
}
